"""What everybody sees of draws: the hash before, and after the day the seed, the table and what was drawn."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from minhu.rules import numbers
from minhu.rules.checking import NotDrawn
from minhu.rules.clock import local
from minhu.supervision.models import Draw


@dataclass(frozen=True, slots=True)
class DrawRow:
    """A draw as the public sees it. seed, lines: only once it is revealed."""

    on: date
    commitment: str
    committed_at: datetime
    not_drawn: NotDrawn | None
    table_digest: str
    seed: str
    lines: tuple[tuple[datetime, str, str], ...]


def public_draws(city_id: int, limit: int = 60) -> tuple[DrawRow, ...]:
    """The latest first; tomorrow's hash is among them."""
    rows = Draw.objects.filter(city_id=city_id).order_by("-on")[:limit]
    return tuple(_draw_row(one) for one in rows.prefetch_related("checks__line__official"))


def public_table(city_id: int, on: date) -> str | None:
    """The day's table once its seed is shown; None before."""
    one = Draw.objects.filter(city_id=city_id, on=on).exclude(seed="").exclude(drawn_at=None).first()
    return one.table if one else None


def _draw_row(one: Draw) -> DrawRow:
    checks = sorted(one.checks.all(), key=lambda check: check.from_at) if one.seed else []
    return DrawRow(
        on=one.on,
        commitment=one.commitment,
        committed_at=one.committed_at,
        not_drawn=NotDrawn(one.not_drawn) if one.not_drawn else None,
        table_digest=one.table_digest,
        seed=one.seed,
        lines=tuple(
            (local(check.from_at), numbers.pretty(check.line.number), str(check.line.official)) for check in checks
        ),
    )
