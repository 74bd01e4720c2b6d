"""The index of a city brought up to date: what the trail tells of changed cases, and once through all that are there.

Whatever changes a case leaves an entry in the trail, numbered in the order of the commits: so the trail tells of every
change, none is missed however long the jobs stood still, and a change written twice is the same as once. The words of
a case and what depends on them are read anew each time; only rows that differ are written.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from uuid import UUID

from django.db import transaction

from minhu.audit.models import TrailEntry, TrailHead
from minhu.cases.models import Case, Contact
from minhu.insight.entries import entries_of
from minhu.insight.models import SearchEntry, SearchProgress

FOLLOWED_AT_ONCE, FILLED_AT_ONCE = 400, 400


@dataclass(frozen=True, slots=True)
class State:
    """How far a city's index is. filled, cases: of a fill that goes on; equal when none does. behind: of the trail."""

    filled: int
    cases: int
    behind: int


@transaction.atomic
def bring_up_to_date(city_id: int) -> int:
    """A part of what there is to do, in one transaction; returns how much, 0 when another worker is at it."""
    progress = _locked(city_id)
    if progress is None:
        return 0
    return _follow(progress) or _fill(progress)


def begin_anew(city_id: int) -> None:
    """Have every case read again, by whoever brings the index up to date."""
    with transaction.atomic():
        SearchProgress.objects.get_or_create(city_id=city_id)
        SearchProgress.objects.filter(city_id=city_id).update(filled_to=0)


def state(city_id: int) -> State:
    """What ``minhu insight reindex`` and the doctor tell."""
    progress = SearchProgress.objects.filter(city_id=city_id).first() or SearchProgress(city_id=city_id)
    cases = Case.objects.filter(city_id=city_id)
    to = progress.filled_to
    return State(
        filled=cases.count() if to is None else cases.filter(pk__lte=to).count(),
        cases=cases.count(),
        behind=max(0, _head(city_id) - progress.seq),
    )


def reindex(city_id: int, tell: Callable[[Callable[[], State]], object]) -> None:
    """Every case again, now, or beside the jobs that do it. tell: called after each part; may ask how far it is."""
    begin_anew(city_id)
    while bring_up_to_date(city_id) or _waits_for_another(city_id):
        tell(lambda: state(city_id))


def _waits_for_another(city_id: int) -> bool:
    """Whether somebody else is at it; then look again when he has done his part."""
    with transaction.atomic():
        rows = SearchProgress.objects.filter(city_id=city_id, filled_to__isnull=False)
        return rows.select_for_update().first() is not None


def _locked(city_id: int) -> SearchProgress | None:
    rows = SearchProgress.objects.filter(city_id=city_id)
    if not rows.exists():
        SearchProgress.objects.bulk_create([SearchProgress(city_id=city_id, seq=_head(city_id))], ignore_conflicts=True)
    return rows.select_for_update(skip_locked=True).first()


def _head(city_id: int) -> int:
    return TrailHead.objects.filter(pk=city_id).values_list("seq", flat=True).first() or 0


def _follow(progress: SearchProgress) -> int:
    news = TrailEntry.objects.filter(city_id=progress.city_id, seq__gt=progress.seq).order_by("seq")
    rows = list(news.values_list("seq", "subject", "subject_id", "detail")[:FOLLOWED_AT_ONCE])
    if not rows:
        return 0
    calls = [UUID(key) for _, subject, key, _ in rows if subject == "call"]
    changed = {int(key) for _, subject, key, _ in rows if subject == "case"}
    changed |= {about for *_, detail in rows if isinstance(about := detail.get("case"), int)}
    changed.update(Contact.objects.filter(call__in=calls).values_list("case_id", flat=True))
    _write(changed)
    progress.seq = rows[-1][0]
    progress.save(update_fields=["seq"])
    return len(rows)


def _fill(progress: SearchProgress) -> int:
    if progress.filled_to is None:
        return 0
    rest = Case.objects.filter(city_id=progress.city_id, pk__gt=progress.filled_to).order_by("pk")
    some = list(rest.values_list("pk", flat=True)[:FILLED_AT_ONCE])
    _write(some)
    progress.filled_to = some[-1] if some else None
    progress.save(update_fields=["filled_to"])
    return len(some)


def _write(case_ids: Iterable[int]) -> None:
    """Make the rows of these cases what they are to be."""
    wanted = {(one.kind, one.source_id): one for one in entries_of(set(case_ids))}
    there = {
        (one.kind, one.source_id): one for one in SearchEntry.objects.filter(case__in=set(case_ids)).order_by("id")
    }
    changed = [one for key, one in wanted.items() if not _same(one, there.get(key))]
    SearchEntry.objects.filter(pk__in=[one.pk for key, one in there.items() if key not in wanted]).delete()
    SearchEntry.objects.bulk_create(
        changed,
        update_conflicts=True,
        unique_fields=["kind", "source_id"],
        update_fields=["city", "case", "at", "words"],
    )


def _same(one: SearchEntry, there: SearchEntry | None) -> bool:
    return there is not None and (one.words, one.at, one.case_id) == (there.words, there.at, there.case_id)
