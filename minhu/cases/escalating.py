"""What falls due unmet becomes visible one level higher by itself (rule C7).

    80 %      whoever works on it is reminded
    100 %     the official it is with is told
    120 %     his superior and supervision are told

The three instants stand in the promise's row, so a sweep asks one index. Each rung is kept once for a due time, however
the clock jumps and however many workers sweep.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db import connection, transaction
from django.db.models import F, Q

from minhu.audit import trail
from minhu.cases import ledger, noticing
from minhu.cases.models import Escalation, Notice, Promise, Transfer
from minhu.rules import access
from minhu.rules.escalation import next_rung, reached
from minhu.rules.words import NoticeKind, Role, Rung, Urgency

AT_ONCE = 500
_OPEN = Q(kept_at=None, released_at=None)
_KINDS = {
    Rung.REMIND: NoticeKind.REMIND,
    Rung.OVERDUE: NoticeKind.OVERDUE,
    Rung.ESCALATE: NoticeKind.ESCALATE,
}
_INSTANTS = {Rung.REMIND: "remind_at", Rung.OVERDUE: "due_at", Rung.ESCALATE: "escalate_at"}


def sweep(limit: int = 5000, *, at: datetime) -> int:
    """Tell of every promise whose time has passed a rung, at most about ``limit``; returns how many rungs."""
    told = 0
    for _ in range(0, limit, AT_ONCE):
        count = _some(at)
        told += count
        if not count:
            break
    return told


def set_missing_clocks(limit: int = AT_ONCE) -> int:
    """Promises made by a release that stored no instants get theirs; returns how many."""
    with transaction.atomic():
        found = Promise.objects.filter(_OPEN, remind_at=None).select_related("case").order_by("id")
        rows = list(found.select_for_update(skip_locked=True, no_key=True, of=("self",))[:limit])
        for one in rows:
            times = ledger.clock_of(one, Urgency(one.case.urgency))
            one.remind_at, one.escalate_at, one.next_at = times.remind_at, times.escalate_at, times.remind_at
        Promise.objects.bulk_update(rows, ["remind_at", "escalate_at", "next_at"])
        return len(rows)


@transaction.atomic
def _some(at: datetime) -> int:
    due = Promise.objects.filter(_OPEN, next_at__lte=at).order_by("next_at")
    cities = sorted(set(due.values_list("city_id", flat=True)[:AT_ONCE]))
    _hold_trails(cities)
    rows = due.select_related("case__holder", "case__line__official", "owner_official")
    promises = list(rows.select_for_update(skip_locked=True, no_key=True, of=("self",))[:AT_ONCE])
    promises = [one for one in promises if one.city_id in cities]
    if not promises:
        return 0
    rungs = [(one, rung) for one in promises for rung in _rungs(one, at)]
    Escalation.objects.bulk_create(
        [Escalation(promise=one, rung=rung.value, due_at=one.due_at, at=at) for one, rung in rungs],
        ignore_conflicts=True,
    )
    noticing.keep(notices_of(rungs, at))
    _climb(promises, at)
    for city_id in cities:
        acts = [
            trail.entry("escalate", one, rung=rung.value, kind=one.kind, due=one.due_at)
            for one, rung in rungs
            if one.city_id == city_id
        ]
        trail.record_many(access.system(city_id), acts)
    return len(rungs)


def notices_of(rungs: Sequence[tuple[Promise, Rung]], at: datetime) -> list[Notice]:
    """Whom each rung is told to."""
    units = _units([one for one, _ in rungs])
    return [notice for one, rung in rungs for notice in _notices(one, rung, units.get(one.case_id), at)]


def _rungs(one: Promise, at: datetime) -> tuple[Rung, ...]:
    return reached(ledger.clock_of(one, Urgency(one.case.urgency)), at, after=one.rung)


def _notices(one: Promise, rung: Rung, unit: Transfer | None, at: datetime) -> Iterable[Notice]:
    case, kind, holder = one.case, _KINDS[rung], one.case.holder

    def official(official_id: int) -> Notice:
        return noticing.to_official(case, kind, official_id, at=at, promise=one)

    def role(role: Role, office_id: int) -> Notice:
        return noticing.to_role(case, kind, role, office_id, at=at, promise=one)

    match rung:
        case Rung.REMIND:
            worker = Role.UNIT if unit is not None else Role.STAFF
            owner, office_id = one.owner_official_id, one.owner_office_id or _office_of(one)
            yield role(worker, office_id) if owner is None else official(owner)
        case Rung.OVERDUE:
            yield role(Role.STAFF, _office_of(one)) if holder is None else official(holder.pk)
        case Rung.ESCALATE:
            if holder is not None and holder.superior_id is not None:
                yield official(holder.superior_id)
            yield role(Role.SUPERVISOR, case.city_id)


def _office_of(one: Promise) -> int:
    return one.case.line.official.office_id if one.case.line else one.city_id


def _units(promises: Sequence[Promise]) -> dict[int, Transfer]:
    there = Transfer.objects.filter(case__in={one.case_id for one in promises}, ended_at=None)
    return {one.case_id: one for one in there}


def _climb(promises: Sequence[Promise], at: datetime) -> None:
    """Each promise's clock goes on to the next rung; a few statements for all of them."""
    by_rung: dict[int, list[int]] = defaultdict(list)
    for one in promises:
        rungs = _rungs(one, at)
        by_rung[rungs[-1].value if rungs else one.rung].append(one.pk)
    for rung, ids in by_rung.items():
        following = next_rung(rung)
        Promise.objects.filter(pk__in=ids).update(rung=rung, next_at=F(_INSTANTS[following]) if following else None)


def _hold_trails(cities: Sequence[int]) -> None:
    """The trails first: whoever holds one and waits for a promise finds none of ours in his way."""
    with connection.cursor() as cursor:
        for city_id in cities:
            cursor.execute("UPDATE audit_trailhead SET seq = seq WHERE city_id = %s", [city_id])
