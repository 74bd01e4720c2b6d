"""What the stream tells becomes rows: hot issues, the cases in them, and which went into which.

Called under the lock of the turn, in the order in which things were told. A text alone has no issue; with the second
the issue begins, and has the name of its group.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from minhu.insight.engine.groups import Event, Joined, Merged, Parted
from minhu.insight.membership import merge
from minhu.insight.models import HotIssue, Member


class Record:
    """The rows of one pass. touched: names of the issues that are other than before."""

    def __init__(self, city_id: int, at: datetime) -> None:
        self._city, self._at = city_id, at
        self._issues: dict[str, HotIssue] = {}
        self.touched: set[str] = set()

    def write(self, events: Iterable[Event]) -> None:
        """Everything that was told."""
        for event in events:
            match event:
                case Joined(group, text, likeness):
                    self._join(self.issue(group), int(text), likeness)
                case Merged(into, gone, likeness):
                    self._merge(into, gone, likeness)
                case Parted():
                    raise AssertionError("people part, and not here")
                case _:
                    pass

    def issue(self, name: str) -> HotIssue:
        """The issue of a group; begun with its first case if there is none yet."""
        if name not in self._issues:
            found = HotIssue.objects.filter(city_id=self._city, name=name).first()
            self._issues[name] = found or self._begun(name)
        self.touched.add(name)
        return self._issues[name]

    def _begun(self, name: str) -> HotIssue:
        issue = HotIssue.objects.create(
            city_id=self._city, name=name, first_at=self._at, last_at=self._at, measured_at=self._at
        )
        self._join(issue, int(name), None)
        return issue

    def _join(self, issue: HotIssue, case_id: int, likeness: float | None) -> None:
        Member.objects.get_or_create(case_id=case_id, defaults={"issue": issue, "likeness": likeness, "at": self._at})

    def _merge(self, into: str, gone: str, likeness: float) -> None:
        whole = self.issue(into)
        part = self._issues.get(gone) or HotIssue.objects.filter(city_id=self._city, name=gone).first()
        if part is None:
            self._join(whole, int(gone), likeness)
            return
        merge(whole, part, by=None, at=self._at)
        self.touched.discard(gone)
