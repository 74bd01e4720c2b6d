"""New groups take the place of the old: issues stay themselves where they can, and links to those that go lead on.

A group that has most cases of an issue which is being put right is that issue; else a group is the issue of its name;
else the issue with most of its cases; else a new one. An issue without a group becomes part of the one that has most of
its cases. What was told of one of its cases was told of the issue.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from minhu.insight.membership import keep_apart
from minhu.insight.models import Apart, HotIssue, Member, Merge, Rectification
from minhu.rules.words import Stage

Groups = Mapping[str, Sequence[tuple[int, float | None]]]
"""By name: cases, each with how alike it was found."""


class Rewriting:
    """issues: by the name of their group."""

    def __init__(self, city_id: int, groups: Groups, times: Mapping[int, datetime]) -> None:
        self._city, self._groups, self._times = city_id, groups, times
        self._old = {one.pk: one for one in HotIssue.objects.filter(city_id=city_id)}
        self._members = {one.case_id: one for one in Member.objects.filter(issue__city_id=city_id)}
        begun = Rectification.objects.filter(issue__in=self._old).order_by("pk")
        self._begun = list(begun.values_list("issue", flat=True))
        self._were: dict[int, list[int]] = defaultdict(list)
        for case, one in self._members.items():
            self._were[one.issue_id].append(case)
        self.issues: dict[str, HotIssue] = {}

    def write(self, *, at: datetime) -> None:
        """Issues, their cases, and where links lead. Title and heat are the caller's."""
        names = {one.name: one for one in self._old.values()}
        self._claim()
        for name, issue in self.issues.items():
            self._begin(name, issue, at)
        self._move(at)
        self._lead_on(at)
        self._rename(names)

    def _rename(self, names: Mapping[str, HotIssue]) -> None:
        """What was said of a group by its name is said of it by its new one. names: as they were."""

        def now(name: str) -> str:
            issue = names.get(name)
            if issue is None or (name.isdecimal() and int(name) not in self._were[issue.pk]):
                return name  # a case alone
            return (self._old.get(issue.merged_into_id or issue.pk) or issue).name

        for pair in Apart.objects.filter(city_id=self._city):
            one, other = now(pair.one), now(pair.other)
            if (one, other) == (pair.one, pair.other) or one == other:
                continue
            pair.delete()
            keep_apart(self._city, one, other, by=pair.by_id, at=pair.at)

    def _claim(self) -> None:
        by_hand = set(
            Merge.objects.filter(gone__in=self._old, undone_at=None, by__isnull=False).values_list("gone", flat=True)
        )
        by_name = {one.name: one for one in self._old.values() if one.pk not in by_hand}
        self.issues = {name: by_name[name] for name in self._groups if name in by_name} | self._put_right(by_hand)
        taken = {one.pk for one in self.issues.values()}
        for name in sorted(self._groups.keys() - self.issues.keys(), key=lambda name: (-len(self._groups[name]), name)):
            votes = Counter(issue for issue in self._before(name) if issue not in taken)
            most = max(votes, key=lambda issue: (votes[issue], -issue), default=None)
            self.issues[name] = self._old[most] if most is not None else HotIssue(city_id=self._city)
            taken |= {most} if most is not None else set()
        for old in self._old.values():
            if self.issues.get(old.name, old) is not old:
                old.name = f"issue-{old.pk}"  # another has its name now
                old.save(update_fields=["name"])

    def _put_right(self, by_hand: Collection[int]) -> dict[str, HotIssue]:
        """Issues with a rectification, each by the group that has most of its cases; the first begun goes first."""
        found: dict[str, HotIssue] = {}
        for issue in [one for one in self._begun if one not in by_hand]:
            its = set(self._were[issue])
            votes = {
                name: len(its.intersection(case for case, _alike in cases)) for name, cases in self._groups.items()
            }
            free = [name for name, count in votes.items() if count and name not in found]
            if free:
                found[max(free, key=lambda name: (votes[name], name))] = self._old[issue]
        return found

    def _before(self, name: str) -> list[int]:
        """The issues in which the cases of a group were."""
        cases = (case for case, _likeness in self._groups[name])
        return [self._members[case].issue_id for case in cases if case in self._members]

    def _begin(self, name: str, issue: HotIssue, at: datetime) -> None:
        times = [self._times[case] for case, _likeness in self._groups[name]]
        told = [self._old[one].alerted_at for one in {*self._before(name), *((issue.pk,) if issue.pk else ())}]
        issue.name, issue.merged_into = name, None
        issue.first_at, issue.last_at, issue.measured_at = min(times), max(times), at
        issue.alerted_at = min((one for one in told if one is not None), default=None)
        if issue.pk is not None:
            Merge.objects.filter(gone=issue, undone_at=None).update(undone_at=at)
        issue.save()

    def _move(self, at: datetime) -> None:
        new = {case: (name, alike) for name, cases in self._groups.items() for case, alike in cases}
        Member.objects.filter(pk__in=[one.pk for case, one in self._members.items() if case not in new]).delete()
        moved, begun = [], []
        for case, (name, alike) in new.items():
            issue, member = self.issues[name], self._members.get(case)
            if member is None:
                begun.append(Member(case_id=case, issue=issue, likeness=alike, at=at))
            elif member.issue_id != issue.pk:
                member.issue = issue
                moved.append(member)
        Member.objects.bulk_update(moved, ["issue"], batch_size=500)
        Member.objects.bulk_create(begun, batch_size=500)

    def _lead_on(self, at: datetime) -> None:
        """Issues that have no group any more."""
        alive = {one.pk for one in self.issues.values()}
        homes = {case: self.issues[name] for name, cases in self._groups.items() for case, _alike in cases}
        for old in self._old.values():
            if old.pk in alive or old.merged_into_id is not None:
                continue
            cases = sorted(self._were[old.pk])
            votes = Counter(homes[case].pk for case in cases if case in homes)
            old.stage, old.heat, old.reporters, old.measured_at = Stage.QUIET.value, 0.0, 0, at
            if old.pk not in self._begun:  # what is put right keeps its name, which its page shows while it may
                old.title, old.titled_by, old.examples, old.places = "", None, [], []
            if votes:
                old.merged_into_id = max(votes, key=lambda issue: (votes[issue], -issue))
                Merge.objects.create(into_id=old.merged_into_id, gone=old, cases=cases, at=at)
                HotIssue.objects.filter(merged_into=old).update(merged_into=old.merged_into_id)
            old.save()
