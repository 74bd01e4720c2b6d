"""Rosters of the staff: asked for, published or thrown away by people; how each of the staff works.

Refusal
├── RosterUnready      it is not made yet, could not be made, was published already, or another took its place
└── TermsUnusable      hours, days off or leave of a person that nobody can work by
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from django.db import transaction
from django.utils import timezone

from minhu.audit import trail
from minhu.directory.authority import covers
from minhu.directory.models import Account, Office, RoleGrant
from minhu.intake.scope import NotYours
from minhu.planner.models import Roster, StaffTerms
from minhu.rules.access import Viewer
from minhu.rules.clock import legal_day
from minhu.rules.errors import Refusal
from minhu.rules.hours import Hours
from minhu.rules.planning import MOST_HOURS_A_WEEK
from minhu.rules.words import Role

KEEPS_ROSTERS = (Role.STAFF, Role.LEADERSHIP, Role.OPERATOR)
"""Who asks for a roster and publishes it, for the office of the grant and those below."""
WEEKS_AHEAD = 5


class RosterUnready(Refusal):
    """Nothing that could be published."""

    code = "roster_unready"
    words = "这份值班表还没有排好，或者已经换成别的了，请刷新页面再看。"


class TermsUnusable(Refusal):
    """Nobody can work so."""

    code = "terms_unusable"
    words = f"每周工时应在 0 到 {MOST_HOURS_A_WEEK} 小时之间；请假要写明起止，最后一天不能早于第一天。"


@dataclass(frozen=True, slots=True)
class Terms:
    """See ``StaffTerms``. days_off: Monday being 0."""

    hours_a_week: int = 40
    days_off: frozenset[int] = frozenset()
    away_from: date | None = None
    away_until: date | None = None

    def __post_init__(self) -> None:
        whole = (self.away_from is None) == (self.away_until is None)
        if not (0 <= self.hours_a_week <= MOST_HOURS_A_WEEK and whole and self.days_off <= frozenset(range(7))):
            raise TermsUnusable
        if self.away_from and self.away_until and self.away_until < self.away_from:
            raise TermsUnusable


@transaction.atomic
def ask(office_id: int, monday: date, hours: str, *, by: Viewer) -> Roster:
    """A roster of this week, in place of one that was proposed. hours: when staff are on duty, as opening hours.

    Raises: NotYours, HoursUnreadable, RosterUnready for a week that is over or too far ahead.
    """
    office = _keeps(office_id, by)
    today = legal_day(timezone.now())
    this_week = today - timedelta(days=today.weekday())
    if monday.weekday() or not this_week <= monday <= this_week + timedelta(weeks=WEEKS_AHEAD):
        raise RosterUnready(f"只能排本周和之后 {WEEKS_AHEAD} 周的班，请从页面上选一周。")
    Hours.parse(hours)
    at = timezone.now()
    Roster.objects.filter(office=office, monday_on=monday, published_at=None, ended_at=None).update(ended_at=at)
    made = Roster.objects.create(
        city_id=office.root_id, office=office, monday_on=monday, hours=hours, asked_at=at, asked_by_id=by.account_id
    )
    trail.record(by, "ask_roster", made, office=office.pk, monday=monday, hours=hours)
    return made


@transaction.atomic
def publish(roster_id: int, *, by: Viewer) -> Roster:
    """Each of the staff sees his shifts from now on; it takes the place of one that was published for the week.

    Raises: NotYours, RosterUnready.
    """
    roster = _locked(roster_id, by)
    if roster.made_at is None or roster.fault:
        raise RosterUnready
    at = timezone.now()
    Roster.objects.filter(
        office=roster.office_id, monday_on=roster.monday_on, published_at__isnull=False, ended_at=None
    ).update(ended_at=at)
    roster.published_at, roster.published_by_id = at, by.account_id
    roster.save(update_fields=["published_at", "published_by"])
    trail.record(by, "publish_roster", roster, office=roster.office_id, monday=roster.monday_on)
    return roster


@transaction.atomic
def discard(roster_id: int, *, by: Viewer) -> None:
    """What was proposed is not wanted. Raises: NotYours, RosterUnready."""
    roster = _locked(roster_id, by)
    roster.ended_at = timezone.now()
    roster.save(update_fields=["ended_at"])
    trail.record(by, "discard_roster", roster, office=roster.office_id, monday=roster.monday_on)


@transaction.atomic
def set_terms(account_id: int, terms: Terms, *, by: Viewer) -> StaffTerms:
    """How one of the staff works, for rosters that are made from now on. Raises: NotYours."""
    account = Account.objects.select_for_update().filter(pk=account_id).first()
    offices = Office.objects.filter(
        pk__in=RoleGrant.objects.filter(account=account_id, role=Role.STAFF.value).values("office")
    )
    if account is None or not any(covers(by, office, KEEPS_ROSTERS) for office in offices):
        raise NotYours
    kept = StaffTerms.objects.filter(account=account).first() or StaffTerms(account=account)
    kept.hours_a_week, kept.days_off = terms.hours_a_week, "".join(str(day) for day in sorted(terms.days_off))
    kept.away_from, kept.away_until = terms.away_from, terms.away_until
    kept.save()
    trail.record(
        by, "set_staff_terms", kept, account=account.pk, hours=kept.hours_a_week, days_off=kept.days_off,
        away_from=kept.away_from, away_until=kept.away_until,
    )  # fmt: skip
    return kept


def terms_of(row: StaffTerms | None) -> Terms:
    """As they are kept; the usual ones where nothing is."""
    if row is None:
        return Terms()
    return Terms(row.hours_a_week, frozenset(map(int, row.days_off)), row.away_from, row.away_until)


def _keeps(office_id: int, by: Viewer) -> Office:
    """Locked, so that two people do not ask or publish at once. Raises: NotYours."""
    office = Office.objects.select_for_update().filter(pk=office_id).first()
    if office is None or not covers(by, office, KEEPS_ROSTERS):
        raise NotYours
    return office


def _locked(roster_id: int, by: Viewer) -> Roster:
    """One that is proposed. Raises: NotYours, RosterUnready."""
    office = Roster.objects.filter(pk=roster_id).values_list("office_id", flat=True).first()
    if office is None:
        raise NotYours
    _keeps(office, by)
    roster = Roster.objects.select_for_update().get(pk=roster_id)
    if roster.published_at is not None or roster.ended_at is not None:
        raise RosterUnready
    return roster
