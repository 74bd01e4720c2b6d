"""Deputies for the hours in which officials are away: proposed by a job, arranged or declined by the official.

Refusal
└── NobodyProposed     it was answered already, or the calendar has changed
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db import transaction
from django.utils import timezone

from minhu.audit import privacy, trail
from minhu.directory.actions.lines import Arranged, delegate
from minhu.directory.authority import require_himself_or_help
from minhu.planner.models import StandInProposal
from minhu.rules.access import Viewer
from minhu.rules.clock import SHANGHAI, legal_day
from minhu.rules.errors import Refusal
from minhu.rules.planning import StandInAnswer

WEEKS = 2
REASON = "按日程请副职代接"


class NobodyProposed(Refusal):
    """There is nothing to answer."""

    code = "nobody_proposed"
    words = "这条代接建议已经处理过，或者日程变了，请刷新页面再看。"


@dataclass(frozen=True, slots=True)
class _Turn:
    line_id: int
    deputy_id: int
    since: datetime
    until: datetime


def propose_due(city_id: int, *, at: datetime) -> int:
    """Propose for this week and the next, as calendars stand now; how many are new. What changed is withdrawn."""
    today = legal_day(at)
    monday = today - timedelta(days=today.weekday())
    wanted = {turn for number in range(WEEKS) for turn in _turns(city_id, monday + timedelta(weeks=number), at)}
    with transaction.atomic():
        standing = StandInProposal.objects.select_for_update().filter(city=city_id, answer="")
        known = {_Turn(one.line_id, one.deputy_id, one.since, one.until): one.pk for one in standing}
        StandInProposal.objects.filter(pk__in=[pk for turn, pk in known.items() if turn not in wanted]).delete()
        new = [turn for turn in wanted if turn not in known]
        StandInProposal.objects.bulk_create(
            StandInProposal(
                city_id=city_id, line_id=one.line_id, deputy_id=one.deputy_id, since=one.since, until=one.until,
                made_at=at,
            )
            for one in sorted(new, key=lambda turn: (turn.since, turn.line_id))
        )  # fmt: skip
    return len(new)


@transaction.atomic
def arrange(proposals: Collection[int], *, by: Viewer) -> int:
    """These deputies take the line in these hours; how many. Raises: NotAllowed, NobodyProposed."""
    rows = _locked(proposals, by)
    for one in rows:
        number = privacy.unseal(one.deputy.handset_sealed) if one.deputy.handset_sealed else ""
        arranged = Arranged(f"{one.deputy.name}（{one.deputy.title}）"[:40], number, one.since, one.until, REASON)
        made = delegate(one.line_id, arranged, by=by)
        _answer(one, StandInAnswer.ARRANGED, by)
        trail.record(by, "take_stand_in", one, line=one.line_id, delegate=made.pk)
    return len(rows)


@transaction.atomic
def decline(proposals: Collection[int], *, by: Viewer) -> None:
    """Staff answer in these hours as always; it is not proposed again. Raises: as ``arrange``."""
    for one in _locked(proposals, by):
        _answer(one, StandInAnswer.DECLINED, by)
        trail.record(by, "decline_stand_in", one, line=one.line_id)


def standing(official_id: int, at: datetime) -> tuple[StandInProposal, ...]:
    """What he has not answered, the next first."""
    rows = StandInProposal.objects.filter(line__official=official_id, answer="", until__gt=at)
    return tuple(rows.select_related("deputy").order_by("since"))


def _locked(proposals: Collection[int], by: Viewer) -> list[StandInProposal]:
    rows = StandInProposal.objects.select_for_update(of=("self",)).filter(pk__in=proposals, city_id=by.city_id)
    found = list(rows.select_related("line__official__office", "deputy").order_by("pk"))
    for one in found:
        require_himself_or_help(by, one.line.official)
    if not found or len(found) < len(set(proposals)) or any(one.answer for one in found):
        raise NobodyProposed
    return found


def _answer(row: StandInProposal, answer: StandInAnswer, by: Viewer) -> None:
    row.answer, row.answered_at, row.answered_by_id = answer.value, timezone.now(), by.account_id
    row.save(update_fields=["answer", "answered_at", "answered_by"])


def _turns(city_id: int, monday: date, at: datetime) -> Iterator[_Turn]:
    from minhu.planner.engine.standing_in import stand_ins
    from minhu.planner.stand_in_inputs import stand_in_inputs

    begin = datetime.combine(monday, time(), SHANGHAI)
    asked = stand_in_inputs(city_id, monday, at)
    for turn in stand_ins(asked.absences, asked.deputies).turns:
        since, until = (begin + timedelta(minutes=minute) for minute in (turn.window.start, turn.window.end))
        yield _Turn(int(turn.id), int(turn.deputy), since, until)
