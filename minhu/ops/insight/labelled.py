"""Labelled messages from a CSV file with the columns id, label, title, detail."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from minhu.insight.engine.vectors import Message
from minhu.ops.insight.errors import InsightCommandError
from minhu.ops.tables import rows_of

COLUMNS = ("id", "label", "title", "detail")


@dataclass(frozen=True, slots=True)
class Labelled:
    """Messages and the label of each, in the order of the file."""

    messages: tuple[Message, ...]
    labels: tuple[str, ...]


def read_labelled(path: Path) -> Labelled:
    """All rows of the file. Raises: CommandError, InsightCommandError naming the file and the line."""
    messages, labels = [], []
    for line, row in rows_of(path, COLUMNS):
        label = row["label"].strip()
        if not label:
            raise InsightCommandError(f"{path} 第 {line} 行：标签为空")
        messages.append(Message(row["title"], row["detail"]))
        labels.append(label)
    return Labelled(tuple(messages), tuple(labels))
