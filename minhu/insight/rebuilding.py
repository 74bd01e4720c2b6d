"""Group everything from the beginning, as if the stream had read it today; what people decided stays decided.

    read      every case that may be grouped goes through a stream of its own, in order
    describe  groups that are not what they were get title, examples and places
    write     in one transaction, under the lock of the turn: all or nothing, so it may be interrupted and run again

Jobs may go on meanwhile: what they read until the lock is read here too, last; and if somebody decided anything since
the beginning, nothing is written and all begins again. An issue stays itself where the group has its name, or else
most of its cases; what was told of one of its cases is told.

Overtaken    somebody decides again and again while all is grouped
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction

from minhu.cases.models import Case
from minhu.insight import measuring, turns
from minhu.insight.engine.groups import Appeared, Event, Joined, Merged, Report
from minhu.insight.engine.stream import Stream
from minhu.insight.issues import may_be_grouped
from minhu.insight.measuring import MOST_READ, Description, described
from minhu.insight.models import HotIssue, Member, Merge, Streamed, StreamTurn
from minhu.insight.records import pairs
from minhu.insight.reports import FIELDS, in_order, report_of, with_vectors
from minhu.insight.rewriting import Rewriting
from minhu.insight.streaming import tuning

Tell = Callable[[str, int, int], object]
"""What is being done, how many are done, of how many."""

TRIES = 5
_CHUNK = 500


class Overtaken(RuntimeError):
    """Somebody decides faster than this reads."""


@dataclass(slots=True)
class Decided:
    """What people decided, by cases, which stay what they are when groups are made anew.

    homes: a case that was put in, with one that was there. unions: one case of each of two that were merged.
    """

    homes: dict[str, str] = field(default_factory=dict)
    unions: list[tuple[str, str]] = field(default_factory=list)
    apart: list[tuple[str, str]] = field(default_factory=list)


def rebuild(city_id: int, *, at: datetime, tell: Tell) -> int:
    """Returns how many cases were read. Raises: Overtaken; nothing is changed then."""
    for _ in range(TRIES):
        turn, _made = StreamTurn.objects.get_or_create(city_id=city_id, defaults={"until": at})
        grouping = Grouping(city_id, tell)
        grouping.read_all()
        grouping.describe()
        if written(city_id, grouping, turn.decided, at):
            return len(grouping.times)
    raise Overtaken


class Grouping:
    """A stream that reads everything; ``homes`` says where each case is, also of those that left its memory."""

    def __init__(self, city_id: int, tell: Tell) -> None:
        self._city, self._tell = city_id, tell
        self._decided = decided(city_id)
        self.stream = Stream(tuning())
        self.stream.keep_apart(self._decided.apart)
        self.homes: dict[str, str] = {}
        self.likeness: dict[str, float] = {}
        self.times: dict[int, datetime] = {}
        self._inside: dict[str, list[str]] = defaultdict(list)
        self._waiting: list[Report] = []
        self._described: dict[tuple[int, ...], Description] = {}

    def read_all(self) -> None:
        """Every case that may be grouped and has words, in the order in which they came."""
        cases = Case.objects.filter(may_be_grouped(self._city), city_id=self._city).exclude(body="")
        keys = list(cases.order_by("opened_at", "id").values_list("pk", flat=True))
        for begin in range(0, len(keys), _CHUNK):
            self.read(keys[begin : begin + _CHUNK])
            self._tell("read", min(begin + _CHUNK, len(keys)), len(keys))
        self._follow(self.stream.settle())
        self._as_decided()

    def read(self, cases: Sequence[int]) -> None:
        """These, if they were not read yet."""
        rows = Case.objects.filter(may_be_grouped(self._city), pk__in=cases).values_list(*FIELDS)
        reports = [one for one in (report_of(row) for row in rows) if int(one.key) not in self.times]
        for report in in_order(with_vectors(reports)):
            self.times[int(report.key)] = report.at
            if report.key in self._decided.homes:
                self._waiting.append(report)
            else:
                self._follow(self.stream.feed([report]))

    def groups(self) -> dict[str, list[tuple[int, float | None]]]:
        """By name, each with its cases and how alike each was found; a case alone is none."""
        found = {name: keys for name, keys in self._inside.items() if len(keys) > 1}
        return {name: [(int(key), self.likeness.get(key)) for key in keys] for name, keys in found.items()}

    def describe(self) -> None:
        """Title, examples and places of every group, before the records are locked."""
        names = list(self.groups())
        for number, name in enumerate(names, start=1):
            self.description(name)
            self._tell("describe", number, len(names))

    def description(self, name: str) -> Description:
        """Of a group as it is now."""
        newest = tuple(sorted(map(int, self._inside[name]), key=lambda case: (self.times[case], case))[-MOST_READ:])
        if newest not in self._described:
            self._described[newest] = described(newest, self.stream.known)
        return self._described[newest]

    def _as_decided(self) -> None:
        """What people put together, after the rule is done, so that it judges by what is alike alone."""
        for report in self._waiting:
            home = self.homes.get(self._decided.homes[report.key])
            if home is None:  # what it was put with may not be grouped any more
                self._follow(self.stream.feed([report]))
            else:
                self.stream.recall(report, home)
                self._inside[home].append(report.key)
                self.homes[report.key] = home
        self._waiting.clear()
        for one, other in self._decided.unions:
            first, second = self.homes.get(one, ""), self.homes.get(other, "")
            if first != second and {first, second} <= self.stream.groups.keys():
                self._follow([self.stream.merge(first, second)])

    def _follow(self, events: Iterable[Event]) -> None:
        for event in events:
            match event:
                case Appeared(group):
                    self._inside[group], self.homes[group] = [group], group
                case Joined(group, text, likeness):
                    self._inside[group].append(text)
                    self.homes[text], self.likeness[text] = group, likeness
                case Merged(into, gone, _likeness):
                    moved = self._inside.pop(gone)
                    self._inside[into] += moved
                    self.homes.update(dict.fromkeys(moved, into))
                case _:
                    pass


def decided(city_id: int) -> Decided:
    """What people decided, as said of cases."""
    members = Member.objects.filter(issue__city_id=city_id).order_by("case")
    by_rule: dict[int, list[int]] = defaultdict(list)
    inside: dict[int, list[int]] = defaultdict(list)
    for issue, case, who in members.values_list("issue", "case", "by__pk"):
        inside[issue].append(case)
        if who is None:
            by_rule[issue].append(case)
    issues = {one.pk: one.name for one in HotIssue.objects.filter(city_id=city_id)}
    anchors = {pk: _anchor(name, by_rule[pk]) for pk, name in issues.items()}
    found = Decided()
    for issue, case in members.filter(by__isnull=False).values_list("issue", "case"):
        if anchors[issue] not in {"", str(case)}:
            found.homes[str(case)] = anchors[issue]
    merges = Merge.objects.filter(into__city_id=city_id, undone_at=None, by__isnull=False)
    for merge in merges.order_by("pk"):
        others = [one for one in by_rule[merge.into_id] if one not in merge.cases]
        if merge.cases and others:
            found.unions.append((str(merge.cases[0]), str(others[0])))
    by_name = {name: [anchors[pk], *map(str, inside[pk])] for pk, name in issues.items() if inside[pk]}
    for one, other in pairs(city_id):
        found.apart += _all_apart(by_name.get(one, [one]), by_name.get(other, [other]))
    return found


def _all_apart(one: Sequence[str], other: Sequence[str]) -> list[tuple[str, str]]:
    """Each case of a group is apart from what stands first in the other, and with that from its group."""
    return [(case, other[0]) for case in one] + [(one[0], case) for case in other]


def _anchor(name: str, cases: Sequence[int]) -> str:
    """A case that stands for a group: the one it is named after, if that is in it still, else its first."""
    if name.isdecimal() and (int(name) in cases or not cases):
        return name
    return str(cases[0]) if cases else ""


@transaction.atomic
def written(city_id: int, grouping: Grouping, decided_then: int, at: datetime) -> bool:
    """False when somebody has decided something since, so that all has to begin again."""
    turn = turns.locked(city_id, at)
    if turn.decided != decided_then:
        return False
    read = Streamed.objects.filter(city_id=city_id).values_list("case", flat=True)
    grouping.read(sorted(set(read) - grouping.times.keys()))  # by jobs, meanwhile
    new = Rewriting(city_id, grouping.groups(), grouping.times)
    new.write(at=at)
    _in_order(city_id, grouping.times, at)
    voices = grouping.stream.groups
    for name, issue in new.issues.items():
        measuring.describe(issue, grouping.description(name))
        measuring.weigh(issue, list(voices[name].voices().values()) if name in voices else None, at=at)
        measuring.tell_once(issue, at=at)
        issue.save()
    turns.all_changed(turn)
    return True


def _in_order(city_id: int, times: Mapping[int, datetime], at: datetime) -> None:
    """The records say that everything was read in the order of its coming."""
    Streamed.objects.filter(city_id=city_id).delete()
    order = sorted(times, key=lambda case: (times[case], str(case)))
    Streamed.objects.bulk_create([Streamed(city_id=city_id, case_id=case, at=at) for case in order], batch_size=_CHUNK)
