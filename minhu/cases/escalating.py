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
from dataclasses import dataclass
from datetime import datetime

from django.db import connection, transaction
from django.db.models import F, Q

from minhu.audit import trail
from minhu.cases import ledger, noticing
from minhu.cases.models import Escalation, Notice, Promise, Transfer
from minhu.rules import access
from minhu.rules.escalation import Clock, next_rung, reached
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


@dataclass(frozen=True, slots=True)
class _Due:
    """A promise whose time has passed a rung, with what is needed to tell of it. office_id: of the line's official."""

    pk: int
    city_id: int
    case_id: int
    kind: str
    rung: int
    made_at: datetime
    due_at: datetime
    remind_at: datetime
    escalate_at: datetime
    owner_official_id: int | None
    owner_office_id: int | None
    holder_id: int | None
    superior_id: int | None
    office_id: int | None

    def rungs(self, at: datetime) -> tuple[Rung, ...]:
        return reached(Clock(self.remind_at, self.due_at, self.escalate_at), at, after=self.rung)


_COLUMNS = (
    "pk", "city_id", "case_id", "kind", "rung", "made_at", "due_at", "remind_at", "escalate_at", "owner_official_id",
    "owner_office_id", "case__holder_id", "case__holder__superior_id", "case__line__official__office_id",
)  # fmt: skip


@transaction.atomic
def _some(at: datetime) -> int:
    due = Promise.objects.filter(_OPEN, next_at__lte=at).order_by("next_at")
    cities = sorted(set(due.values_list("city_id", flat=True)[:AT_ONCE]))
    if not cities:
        return 0
    _hold_trails(cities)
    ours = due.filter(city_id__in=cities).select_for_update(skip_locked=True, no_key=True, of=("self",))
    promises = [_Due(*row) for row in ours.values_list(*_COLUMNS)[:AT_ONCE]]
    rungs = [(one, rung) for one in promises for rung in one.rungs(at)]
    Escalation.objects.bulk_create(
        [Escalation(promise_id=one.pk, rung=rung.value, due_at=one.due_at, at=at) for one, rung in rungs],
        ignore_conflicts=True,
    )
    units = set(
        Transfer.objects.filter(case__in={one.case_id for one in promises}, ended_at=None).values_list(
            "case", flat=True
        )
    )
    noticing.keep([notice for one, rung in rungs for notice in _notices(one, rung, one.case_id in units, at)])
    _climb(promises, at)
    for city_id in cities:
        acts = [
            trail.Entry(
                "escalate", "promise", str(one.pk), "", {"rung": rung.value, "kind": one.kind, "due": one.due_at}
            )
            for one, rung in rungs
            if one.city_id == city_id
        ]
        trail.record_many(access.system(city_id), acts)
    return len(rungs)


def _notices(one: _Due, rung: Rung, with_unit: bool, at: datetime) -> Iterable[Notice]:
    """Whom a rung is told to."""

    def notice(**to: object) -> Notice:
        return Notice(city_id=one.city_id, case_id=one.case_id, kind=_KINDS[rung].value, promise_id=one.pk, at=at, **to)

    def role(role: Role, office_id: int) -> Notice:
        return notice(to_role=role.value, to_office_id=office_id)

    staffed = one.office_id or one.city_id
    match rung:
        case Rung.REMIND if one.owner_official_id is not None:
            yield notice(to_official_id=one.owner_official_id)
        case Rung.REMIND:
            yield role(Role.UNIT if with_unit else Role.STAFF, one.owner_office_id or staffed)
        case Rung.OVERDUE:
            yield role(Role.STAFF, staffed) if one.holder_id is None else notice(to_official_id=one.holder_id)
        case Rung.ESCALATE:
            if one.superior_id is not None:
                yield notice(to_official_id=one.superior_id)
            yield role(Role.SUPERVISOR, one.city_id)


def _climb(promises: Sequence[_Due], at: datetime) -> None:
    """Each promise's clock goes on to the next rung; a few statements for all of them."""
    by_rung: dict[int, list[int]] = defaultdict(list)
    for one in promises:
        rungs = one.rungs(at)
        by_rung[rungs[-1].value if rungs else one.rung].append(one.pk)
    for rung, ids in by_rung.items():
        following = next_rung(rung)
        Promise.objects.filter(pk__in=ids).update(rung=rung, next_at=F(_INSTANTS[following]) if following else None)


def _hold_trails(cities: Sequence[int]) -> None:
    """The trails first: whoever holds one and waits for a promise finds none of ours in his way."""
    with connection.cursor() as cursor:
        for city_id in cities:
            cursor.execute("UPDATE audit_trailhead SET seq = seq WHERE city_id = %s", [city_id])
