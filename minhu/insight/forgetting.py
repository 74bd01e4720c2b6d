"""A case that became confidential, or must be kept from somebody, leaves every issue, and nothing of it stays there."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import Q

from minhu.cases.models import Notice
from minhu.insight import membership, turns
from minhu.insight.models import Duplicate, HotIssue, Member, Merge
from minhu.insight.unread import forbidden, forbidden_vectors
from minhu.rules.words import NoticeKind

HIDDEN = "标题已隐去"
"""What a notice says instead of a title that may have come from such a case."""


@transaction.atomic
def forget(city_id: int, *, at: datetime) -> int:
    """Take out what may no longer be grouped; returns how many cases that were."""
    forbidden_vectors(city_id).delete()
    if not forbidden(city_id).exists():
        return 0
    turn = turns.locked(city_id, at)
    read = list(forbidden(city_id).values_list("case", flat=True))
    names: set[str] = {str(case) for case in read}
    members = list(Member.objects.select_related("issue").filter(case__in=read))
    for member in members:
        names |= membership.leave(member)
    told = Notice.objects.filter(kind=NoticeKind.BOILED.value, about_id__in=[one.issue_id for one in members])
    told.update(words=HIDDEN)
    HotIssue.objects.filter(titled_by__in=read).update(title="", titled_by=None)
    for one in Merge.objects.filter(gone__city_id=city_id):
        if not set(read).isdisjoint(one.cases):
            one.cases = [case for case in one.cases if case not in read]
            one.save(update_fields=["cases"])
    Duplicate.objects.filter(Q(case__in=read) | Q(earlier__in=read)).delete()
    forbidden(city_id).delete()
    turns.changed(turn, names)
    return len(read)
