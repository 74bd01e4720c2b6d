"""Signs of life: each process writes one every few seconds, pages and the doctor read them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from minhu.audit.models import Pulse

BEAT_SECONDS = 5.0
ALIVE_FOR = timedelta(seconds=20)
FORGOTTEN_AFTER = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Beat:
    """One process, when it last spoke, and whether that is recent enough to count as running."""

    process: str
    node: str
    at: datetime
    alive: bool
    detail: Mapping[str, object] = field(default_factory=dict)


def beat(process: str, node: str, *, at: datetime, **detail: object) -> None:
    """Say that a process is alive, and forget those that have been silent for a day."""
    Pulse.objects.update_or_create(process=process, node=node, defaults={"at": at, "detail": detail})
    Pulse.objects.filter(at__lt=at - FORGOTTEN_AFTER).delete()


def beats(at: datetime) -> tuple[Beat, ...]:
    """All processes heard of in the last day, the latest first."""
    rows = Pulse.objects.filter(at__gte=at - FORGOTTEN_AFTER).order_by("-at")
    return tuple(Beat(row.process, row.node, row.at, at - row.at <= ALIVE_FOR, row.detail) for row in rows)


def running(process: str, at: datetime) -> bool:
    """Whether at least one such process is alive."""
    return Pulse.objects.filter(process=process, at__gte=at - ALIVE_FOR).exists()
