"""Draws: committed to the day before, made on the day from frozen inputs, revealed after.

commit_due(at)         today and tomorrow have a row: a commitment, or the reason why there is no draw
draw_due(at)           the day has begun: the table is frozen and the checks are made
reveal_due(at)         the day is over, and nobody can learn any more that he is being checked
redraw(city_id, on)    what anybody computes from what was published
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.conf import settings
from django.db import transaction

from minhu.audit import privacy, trail
from minhu.directory.models import Line, Office, RoleGrant
from minhu.rules import access
from minhu.rules.calendar import china
from minhu.rules.checking import REVEAL_WITHIN, NotDrawn, may_reveal
from minhu.rules.clock import SHANGHAI, legal_day
from minhu.rules.cycles import days_left
from minhu.rules.draw_table import Table, written
from minhu.rules.drawing import SEED_BYTES, SPANS, Drawn, commitment, draw
from minhu.rules.words import Role
from minhu.supervision import weighing
from minhu.supervision.ending import end_all
from minhu.supervision.models import Check, Draw


@dataclass(frozen=True, slots=True)
class Redrawn:
    """A draw computed again. committed: the seed is the one that was promised; same: so are table, lines and times."""

    on: date
    committed: bool
    same_table: bool
    same_lines: bool
    lines: tuple[Drawn, ...]

    @property
    def same(self) -> bool:
        return self.committed and self.same_table and self.same_lines


def commit_due(at: datetime) -> int:
    """Promise tomorrow's draw of every city; returns how many rows are new. Once a day, however often it is asked."""
    made = 0
    for city in Office.objects.filter(parent=None):
        for day in (legal_day(at), legal_day(at) + timedelta(days=1)):
            if not Draw.objects.filter(city=city, on=day).exists():
                made += _commit(city.pk, day, at)
    return made


def draw_due(at: datetime) -> int:
    """Make the draws of the day that has begun; returns how many."""
    waiting = Draw.objects.filter(on=legal_day(at), drawn_at=None, not_drawn="")
    return sum(_draw(pk, at) for pk in waiting.values_list("pk", flat=True))


def reveal_due(at: datetime) -> int:
    """Show the seeds of past days; returns how many."""
    waiting = Draw.objects.filter(seed="", closes_at__lte=at).exclude(commitment="").order_by("on")
    return sum(_reveal(pk, at) for pk in waiting.values_list("pk", flat=True))


def redraw(city_id: int, on: date) -> Redrawn | None:
    """Compute a revealed draw from what was published; None when it is not revealed, or there was none."""
    one = Draw.objects.filter(city_id=city_id, on=on).exclude(seed="").exclude(drawn_at=None).first()
    if one is None:
        return None
    lines = draw(one.seed, one.table)
    checks = one.checks.select_related("line").order_by("from_at", "line__number")
    kept = {(check.line.number, check.band, check.from_at) for check in checks}
    return Redrawn(
        on=on,
        committed=commitment(on, one.seed) == one.commitment,
        same_table=_digest(one.table) == one.table_digest,
        same_lines=kept == {(drawn.line, drawn.band.value, _instant(on, drawn.from_time)) for drawn in lines},
        lines=lines,
    )


@transaction.atomic
def _commit(city_id: int, day: date, at: datetime) -> bool:
    opens_at = _instant(day, time.min)
    holiday = not china().assume_working_day(day)
    reason = NotDrawn.HOLIDAY if holiday else NotDrawn.NOT_COMMITTED if at >= opens_at else None
    seed = secrets.token_hex(SEED_BYTES)
    one, made = Draw.objects.get_or_create(
        city_id=city_id,
        on=day,
        defaults={
            "opens_at": opens_at,
            "closes_at": opens_at + timedelta(days=1),
            "committed_at": at,
            "not_drawn": reason.value if reason else "",
            "commitment": "" if reason else commitment(day, seed),
            "seed_sealed": None if reason else privacy.seal(seed),
        },
    )
    if made:
        trail.record(access.system(city_id), "commit_draw", one, one.not_drawn, on=day, commitment=one.commitment)
    return made


@transaction.atomic
def _draw(pk: int, at: datetime) -> int:
    one = Draw.objects.select_for_update(no_key=True).get(pk=pk)
    if one.drawn_at is not None or one.not_drawn:
        return 0
    candidates = weighing.candidates(one.city_id, one.opens_at)
    reason = NotDrawn.NO_CHECKER if not _has_checker(one.city_id) else None if candidates else NotDrawn.NO_LINES
    if reason is not None:
        one.not_drawn = reason.value
        one.save(update_fields=["not_drawn"])
        trail.record(access.system(one.city_id), "no_draw", one, reason.value, on=one.on)
        return 0
    table = written(Table(one.on, settings.CHECKS_A_DAY, days_left(one.on, china()), candidates))
    one.table, one.table_digest, one.drawn_at = table, _digest(table), at
    one.save(update_fields=["table", "table_digest", "drawn_at"])
    drawn = draw(privacy.unseal(one.seed_sealed or b""), table)
    numbers = [line.line for line in drawn]
    lines = dict(Line.objects.filter(number__in=numbers, withdrawn_at=None).values_list("number", "pk"))
    Check.objects.bulk_create([_check(one, lines[line.line], line) for line in drawn])
    trail.record(access.system(one.city_id), "draw", one, on=one.on, table=one.table_digest, checks=len(drawn))
    return 1


@transaction.atomic
def _reveal(pk: int, at: datetime) -> int:
    one = Draw.objects.select_for_update(no_key=True).get(pk=pk)
    under_way = one.checks.filter(over_at=None).count()
    if one.seed or not may_reveal(one.closes_at, under_way, at=at):
        return 0
    if at >= one.closes_at + REVEAL_WITHIN:
        end_all(one.checks.filter(over_at=None), at=at)
    one.seed, one.revealed_at = privacy.unseal(one.seed_sealed or b""), at
    one.save(update_fields=["seed", "revealed_at"])
    trail.record(access.system(one.city_id), "reveal_draw", one, on=one.on, seed=one.seed)
    return 1


def _check(one: Draw, line_id: int, drawn: Drawn) -> Check:
    return Check(
        city_id=one.city_id,
        draw=one,
        line_id=line_id,
        band=drawn.band.value,
        from_at=_instant(one.on, drawn.from_time),
        until_at=_instant(one.on, SPANS[drawn.band][1]),
    )


def _has_checker(city_id: int) -> bool:
    return RoleGrant.objects.filter(role=Role.INSPECTOR.value, office__city=city_id, account__is_active=True).exists()


def _instant(day: date, at: time) -> datetime:
    return datetime.combine(day, at, SHANGHAI)


def _digest(table: str) -> str:
    return hashlib.sha256(table.encode()).hexdigest()
