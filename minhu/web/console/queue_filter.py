"""What part of the queue somebody looks at, as it stands in the page's address.

Everything is a plain GET query, so a view is a bookmark, goes back with the browser, and needs no script.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from urllib.parse import urlencode

from django.http import QueryDict

from minhu.rules.plain import storable
from minhu.web.console.shown import Due, LoggedCall, Section, Stray

PARTS = ("callbacks", "clarifications", "unassigned", "alike", "voice", "unknown", "doubt", "wrap")
LONGEST_WORDS = 40


@dataclass(frozen=True, slots=True)
class QueueFilter:
    """part: one section, "" for all. late, urgent: only such promises. words: in the matter, a name, a code."""

    part: str = ""
    late: bool = False
    urgent: bool = False
    words: str = ""

    @property
    def query(self) -> str:
        """As it stands in the address; "" for the whole queue."""
        said = {"part": self.part, "late": "1" if self.late else "", "urgent": "1" if self.urgent else ""}
        said["words"] = self.words
        return urlencode({name: value for name, value in said.items() if value})

    def keeps(self, row: object) -> bool:
        """Whether the row is looked at."""
        shown = row.row if isinstance(row, Due | LoggedCall | Stray) else row
        if self.late and not getattr(shown, "overdue", False):
            return False
        if self.urgent and not getattr(shown, "urgent", False):
            return False
        fields = (getattr(shown, name, "") for name in _SAID_IN)
        return not self.words or self.words.casefold() in " ".join(filter(None, fields)).casefold()


_SAID_IN = ("who", "about", "code", "owner", "official", "line", "body")


def asked(query: QueryDict) -> QueueFilter:
    """The filter of an address; what is none is no filter."""
    part = query.get("part", "")
    words = storable(query.get("words", "").strip())[:LONGEST_WORDS]
    late, urgent = (query.get(name) == "1" for name in ("late", "urgent"))
    return QueueFilter(part if part in PARTS else "", late, urgent, words)


def narrowed(sections: tuple[Section, ...], chosen: QueueFilter) -> tuple[Section, ...]:
    """The sections with what the filter keeps, in the same order: the oldest promise stays on top."""
    if not chosen.query:
        return sections
    kept = (one for one in sections if chosen.part in {"", one.name})
    found = [replace(one, rows=tuple(row for row in one.rows if chosen.keeps(row))) for one in kept]
    return tuple(replace(one, overdue=sum(_late(row) for row in one.rows)) for one in found)


def _late(row: object) -> bool:
    return isinstance(row, Due) and row.row.overdue
