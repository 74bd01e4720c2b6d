"""What pages show of rosters: the weeks of an office, what is asked for, who works how, and one's own shifts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from minhu.directory.authority import covers
from minhu.directory.models import Account, Office
from minhu.intake.scope import NotYours
from minhu.planner.models import Roster, RosterShift, StaffTerms
from minhu.planner.queries import SEES_PLANNING
from minhu.planner.roster_inputs import staff_of, staffed_offices
from minhu.planner.rostering import KEEPS_ROSTERS, WEEKS_AHEAD, Terms, terms_of
from minhu.rules.access import Viewer
from minhu.rules.clock import legal_day
from minhu.rules.sentences import Sentence, read

USUAL_HOURS = "mon-fri 08:00-18:00"


@dataclass(frozen=True, slots=True)
class Duty:
    """One shift as pages show it. mine: the viewer's own."""

    who: str
    start: datetime
    end: datetime
    rest_from: datetime | None
    rest_until: datetime | None
    mine: bool


@dataclass(frozen=True, slots=True)
class Colleague:
    """One of the staff and how he works."""

    account_id: int
    name: str
    terms: Terms


@dataclass(frozen=True, slots=True)
class Week:
    """A week of an office. row: made, under way or failed; duties: earliest first; fault: why it failed."""

    row: Roster
    duties: tuple[Duty, ...]
    gaps: tuple[Sentence, ...]
    notes: tuple[Sentence, ...]
    fault: tuple[Sentence, ...]

    @property
    def underway(self) -> bool:
        return self.row.made_at is None


@dataclass(frozen=True, slots=True)
class Board:
    """hours: of the last roster, to begin with. keeps: whether the viewer may change anything."""

    office: Office
    monday: date
    proposed: Week | None
    published: Week | None
    staff: tuple[Colleague, ...]
    hours: str
    keeps: bool


def offices(viewer: Viewer) -> tuple[Office, ...]:
    """Offices with staff whose rosters the viewer sees."""
    return tuple(one for one in staffed_offices(viewer.city_id) if covers(viewer, one, SEES_PLANNING))


def weeks_ahead(at: datetime) -> tuple[date, ...]:
    """Mondays for which rosters are made, this week's first."""
    today = legal_day(at)
    monday = today - timedelta(days=today.weekday())
    return tuple(monday + timedelta(weeks=number) for number in range(WEEKS_AHEAD + 1))


def board(viewer: Viewer, office_id: int, monday: date) -> Board:
    """One week of one office. Raises: NotYours."""
    office = next((one for one in offices(viewer) if one.pk == office_id), None)
    if office is None:
        raise NotYours
    rows = list(Roster.objects.filter(office=office, monday_on=monday, ended_at=None))
    proposed = next((row for row in rows if row.published_at is None), None)
    published = next((row for row in rows if row.published_at is not None), None)
    last = Roster.objects.filter(office=office).order_by("-pk").values_list("hours", flat=True).first()
    return Board(
        office=office,
        monday=monday,
        proposed=_week(proposed, viewer) if proposed else None,
        published=_week(published, viewer) if published else None,
        staff=_staff(office),
        hours=USUAL_HOURS if last is None else last,
        keeps=covers(viewer, office, KEEPS_ROSTERS),
    )


def own_shifts(account_id: int | None, at: datetime) -> tuple[Duty, ...]:
    """Published shifts that are not over, the next first."""
    rows = RosterShift.objects.filter(
        account=account_id, roster__published_at__isnull=False, roster__ended_at=None, end_at__gt=at
    )
    return tuple(_duty(row, account_id) for row in rows.select_related("account").order_by("start_at"))


def _week(row: Roster, viewer: Viewer) -> Week:
    shifts = RosterShift.objects.filter(roster=row).select_related("account").order_by("start_at", "end_at", "account")
    return Week(
        row,
        tuple(_duty(one, viewer.account_id) for one in shifts),
        read(row.gaps),
        read(row.notes),
        read(row.fault),
    )


def _duty(row: RosterShift, account_id: int | None) -> Duty:
    mine = row.account_id == account_id
    return Duty(str(row.account), row.start_at, row.end_at, row.rest_from, row.rest_until, mine)


def _staff(office: Office) -> tuple[Colleague, ...]:
    people: list[Account] = list(staff_of(office.pk))
    kept = {row.account_id: row for row in StaffTerms.objects.filter(account__in=people)}
    return tuple(Colleague(one.pk, str(one), terms_of(kept.get(one.pk))) for one in people)
