"""``minhu insight evaluate-replies``: how often the signs of perfunctory replies agree with what people found."""

from __future__ import annotations

from argparse import ArgumentParser
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from minhu.insight.engine.reply import signs_of
from minhu.ops.insight.errors import InsightCommandError
from minhu.ops.tables import rows_of
from minhu.rules.intervals import wilson
from minhu.rules.words import ReplySign

HELP = "reply quality: judge the signs of perfunctory replies on labelled ones (id,asked,reply,label)"
COLUMNS = ("id", "asked", "reply", "label")
FINE, PERFUNCTORY = "fine", "perfunctory"
_LABELS = {"fine": FINE, "合格": FINE, "perfunctory": PERFUNCTORY, "敷衍": PERFUNCTORY}
EARLIER = 50


@dataclass(frozen=True, slots=True)
class Judged:
    """A labelled reply and the signs it has."""

    key: str
    perfunctory: bool
    signs: frozenset[ReplySign]


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--replies", type=Path, required=True,
        help="CSV with id,asked,reply,label (fine 合格 or perfunctory 敷衍), .gz too; office where templates count",
    )  # fmt: skip
    parser.add_argument("--show", action="store_true", help="name the replies in which signs and label disagree")


def run(options: Mapping[str, object], write: Callable[[str], object]) -> None:
    """Read, judge and print."""
    path = options["replies"]
    if not isinstance(path, Path):
        raise TypeError(path)
    judged = judge(_rows(path))
    for line in told(judged):
        write(line)
    if options.get("show"):
        for one in judged:
            if bool(one.signs) is not one.perfunctory:
                signs = " ".join(sorted(one.signs)) or "none"
                write(f"{one.key}: {PERFUNCTORY if one.perfunctory else FINE}, signs: {signs}")


def judge(rows: Sequence[Mapping[str, str]]) -> list[Judged]:
    """Each row beside the rows of the same office above it."""
    before: dict[str, list[str]] = {}
    judged = []
    for row in rows:
        earlier = before.setdefault(row.get("office") or "", [])
        signs = signs_of(row["reply"], asked=row["asked"], earlier=earlier[-EARLIER:])
        judged.append(Judged(row["id"], row["label"] == PERFUNCTORY, frozenset(one.kind for one in signs)))
        earlier.append(row["reply"])
    return judged


def told(judged: Sequence[Judged]) -> Iterator[str]:
    """How many, and of each sign how often it was right and what it found, with 95 % intervals."""
    perfunctory = sum(one.perfunctory for one in judged)
    yield f"replies {len(judged)}, perfunctory {perfunctory}, fine {len(judged) - perfunctory}"
    yield f"{'sign':14} replies  precision            recall"
    for sign in ReplySign:
        yield _line(sign.value, judged, [sign in one.signs for one in judged])
    yield _line("any sign", judged, [bool(one.signs) for one in judged])
    yield _line("two or more", judged, [len(one.signs) > 1 for one in judged])


def _line(name: str, judged: Sequence[Judged], has: Sequence[bool]) -> str:
    right = sum(one.perfunctory for one, with_sign in zip(judged, has, strict=True) if with_sign)
    perfunctory = sum(one.perfunctory for one in judged)
    return f"{name:14} {sum(has):7}  {_share(right, sum(has)):20} {_share(right, perfunctory)}"


def _share(part: int, whole: int) -> str:
    if not whole:
        return "–"
    share = wilson(part, whole)
    return f"{share.value:.3f} ({share.low:.3f}–{share.high:.3f})"


def _rows(path: Path) -> list[dict[str, str]]:
    """Raises: CommandError, InsightCommandError naming the file and the line."""
    rows = []
    for line, row in rows_of(path, COLUMNS):
        label = _LABELS.get(row["label"].strip())
        if label is None:
            raise InsightCommandError(f"{path} 第 {line} 行：标签只能是 fine（合格）或 perfunctory（敷衍）")
        rows.append(row | {"label": label})
    return rows
