"""What pages show beside a name: the post, whether somebody can be reached now, what the next days bring."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q

from minhu.directory.models import Line, Official, PresenceSpan
from minhu.directory.naming import full_title
from minhu.rules.hours import Hours
from minhu.rules.presence import Span, presence_now
from minhu.rules.words import Presence, PresenceSource

REACHABLE = frozenset({Presence.AVAILABLE})


@dataclass(frozen=True, slots=True)
class Post:
    """An official as colleagues name him, and his numbers in use."""

    name: str
    full_title: str
    numbers: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.name} · {self.full_title}"


def post_of(official_id: int) -> Post | None:
    """None when there is no such official."""
    official = Official.objects.select_related("office").filter(pk=official_id).first()
    if official is None:
        return None
    lines = Line.objects.filter(official=official, withdrawn_at=None).order_by("id")
    title = full_title(official.office.name, official.office.kind, official.title)
    return Post(official.name, title, tuple(line.number for line in lines))


def lines_of(city_id: int) -> tuple[tuple[int, str], ...]:
    """The numbers in use and whose they are, for a list to choose from."""
    lines = Line.objects.filter(city_id=city_id, withdrawn_at=None, official__left_on=None).select_related(
        "official__office"
    )
    return tuple(
        (line.pk, f"{full_title(line.official.office.name, line.official.office.kind, line.official.title)} "
         f"{line.official.name}")
        for line in lines.order_by("official__order", "official_id", "id")
    )  # fmt: skip


def away_now(city_id: int, at: datetime) -> frozenset[int]:
    """Officials of the city who would not be rung now. Says nothing of what they do."""
    spans: dict[int, list[Span]] = defaultdict(list)
    rows = PresenceSpan.objects.filter(
        Q(until__isnull=True) | Q(until__gt=at), official__city_id=city_id, since__lte=at
    ).values_list("official_id", "state", "source", "since", "until")
    for official_id, state, source, since, until in rows:
        spans[official_id].append(Span(Presence(state), PresenceSource(source), since, until))
    return frozenset(one for one, said in spans.items() if presence_now(said, at).state not in REACHABLE)


def spans_ahead(official_id: int, at: datetime, days: int) -> list[tuple[Span, str]]:
    """What is known of the next days, earliest first, with the note that goes with it."""
    end = at + timedelta(days=days)
    rows = PresenceSpan.objects.filter(
        Q(until__isnull=True) | Q(until__gt=at), official_id=official_id, since__lt=end
    ).order_by("since", "id")
    return [(Span(Presence(row.state), PresenceSource(row.source), row.since, row.until), row.note) for row in rows]


def hours_of(official_id: int) -> tuple[Hours, ...]:
    """When the numbers of an official are open, each by its week."""
    lines = Line.objects.filter(official=official_id, withdrawn_at=None).order_by("id")
    return tuple(Hours.parse(hours) for hours in lines.values_list("opening_hours", flat=True))
