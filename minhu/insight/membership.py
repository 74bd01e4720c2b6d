"""Cases move between hot issues. Under the lock of the turn; each tells which groups are to be made anew."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Q

from minhu.insight.models import Apart, HotIssue, Member, Merge


def leave(member: Member) -> set[str]:
    """The case is alone again. A group that was named after it gets a name of its own."""
    issue, key = member.issue, str(member.case_id)
    member.delete()
    names = {issue.name, key}
    if issue.name == key:
        issue.name = f"issue-{issue.pk}"
        issue.save(update_fields=["name"])
        Apart.objects.filter(city_id=issue.city_id, other=key).update(other=issue.name)  # it was said of the group
        names.add(issue.name)
    return names


def merge(into: HotIssue, gone: HotIssue, *, by: int | None, at: datetime) -> Merge:
    """All cases of one go to the other; what was told of one was told of both."""
    cases = list(Member.objects.filter(issue=gone).order_by("case").values_list("case", flat=True))
    Member.objects.filter(issue=gone).update(issue=into)
    told = [one for one in (into.alerted_at, gone.alerted_at) if one is not None]
    into.alerted_at = min(told, default=None)
    into.save(update_fields=["alerted_at"])
    gone.merged_into = into
    gone.save(update_fields=["merged_into"])
    HotIssue.objects.filter(merged_into=gone).update(merged_into=into)
    return Merge.objects.create(into=into, gone=gone, cases=cases, by_id=by, at=at)


def keep_apart(city_id: int, one: str, other: str, *, by: int | None, at: datetime) -> None:
    """The rule will not join these two groups again."""
    Apart.objects.get_or_create(city_id=city_id, one=one, other=other, defaults={"by_id": by, "at": at})


def no_longer_apart(city_id: int, one: str, other: str) -> None:
    """Somebody found them to be one after all."""
    either = Q(one=one, other=other) | Q(one=other, other=one)
    Apart.objects.filter(either, city_id=city_id).delete()
