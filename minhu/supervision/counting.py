"""Counts each day anew when something of it has changed. Only this writes DayCount; a day is made whole in one go.

Which days: all since the last pass, at least today and yesterday; those a late fact belongs to (a call taken in after
an outage, a promise kept after it was due); those that change by time alone; and at each pass the one whose count is
oldest, so that whatever was missed heals by itself.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime, time, timedelta

from django.db import transaction
from django.db.models import Case as When_
from django.db.models import Count as Rows
from django.db.models import F, IntegerField, Min, Q, QuerySet, Value, When
from django.db.models.functions import ExtractHour

from minhu.cases.ledger import ANSWERED_BY_A_REPLY
from minhu.cases.models import Case, Notice, Promise, Rating, Transfer
from minhu.intake.models import Call
from minhu.rules.calendar import china
from minhu.rules.clock import SHANGHAI, legal_day
from minhu.rules.deadlines import first_contact_due
from minhu.rules.figures import Count
from minhu.rules.words import COUNTS_AS_ANSWERED, CaseKind, Direction, NoticeKind, PartyKind, Urgency
from minhu.supervision.models import WHOLE_DAY, Check, CountedDay, DayCount
from minhu.supervision.others import matters_of_citizens, of_citizens

OVERLAP = timedelta(hours=1)
"""How far a pass looks back before the last one, for what was being written then."""

LATE_FACTS = timedelta(days=30)
"""Calls and matters older than that are not looked through for late facts; the pass over all days finds those."""

MOST_NEW_DAYS = 40
"""How many days that were never counted one pass counts; the rest comes with the next passes."""

_KINDS = {
    CaseKind.ENQUIRY: Count.ENQUIRIES,
    CaseKind.REQUEST: Count.REQUESTS,
    CaseKind.COMPLAINT: Count.COMPLAINTS,
    CaseKind.REPORT: Count.REPORTS,
    CaseKind.SUGGESTION: Count.SUGGESTIONS,
}
_PERSON = [kind.value for kind in COUNTS_AS_ANSWERED]

Place = tuple[int, int | None, int | None]
"""Hour, line, and for what came to no line its holder, for what came up to a superior him."""

Sums = defaultdict[Place, dict[Count, int]]


def bring_up_to_date(city_id: int, *, at: datetime) -> int:
    """Count the days that need it; returns how many were left for the next pass."""
    due, left = _due(city_id, at)
    for day in sorted(due):
        recount(city_id, day, at=at)
    return left


@transaction.atomic
def recount(city_id: int, day: date, *, at: datetime) -> None:
    """Make the rows of one day anew. Two at once wait for each other."""
    counted, _made = CountedDay.objects.get_or_create(city_id=city_id, day_on=day, defaults={"counted_at": at})
    counted = CountedDay.objects.select_for_update().get(pk=counted.pk)
    sums, unsettled = _sums(city_id, day, at)
    DayCount.objects.filter(city_id=city_id, day_on=day).delete()
    DayCount.objects.bulk_create(
        DayCount(
            city_id=city_id, day_on=day, hour=hour, line_id=line, official_id=None if line else holder,
            **{count.value: number for count, number in counts.items()},
        )
        for (hour, line, holder), counts in (*sums.items(), *_whole_day(sums).items())
    )  # fmt: skip
    counted.counted_at, counted.unsettled = at, unsettled
    counted.save(update_fields=["counted_at", "unsettled"])


def _whole_day(sums: Sums) -> Sums:
    """Each place's sum over the hours, which is what periods are read from."""
    whole: Sums = defaultdict(dict)
    for (_hour, line, holder), counts in sums.items():
        for count, number in counts.items():
            _add(whole[WHOLE_DAY, line, holder], count, number)
    return whole


def begin_of(day: date) -> datetime:
    """The first instant of a Shanghai day."""
    return datetime.combine(day, time(), SHANGHAI)


# ---- which days


def _due(city_id: int, at: datetime) -> tuple[set[date], int]:
    today = legal_day(at)
    known = CountedDay.objects.filter(city_id=city_id)
    last = known.order_by("-counted_at").values_list("counted_at", flat=True).first()
    oldest = known.order_by("counted_at").values_list("day_on", flat=True).first()
    due = {today, today - timedelta(days=1), *known.filter(unsettled=True).values_list("day_on", flat=True)}
    if oldest is not None:
        due.add(oldest)
    if last is not None:
        begun = legal_day(last - OVERLAP)
        due |= {begun + timedelta(days=number) for number in range((today - begun).days)}
        due |= _touched(city_id, last - OVERLAP)
    never = sorted(_all_days(city_id, today) - set(known.values_list("day_on", flat=True)), reverse=True)
    due |= set(never[:MOST_NEW_DAYS])
    return {day for day in due if day <= today}, len(never[MOST_NEW_DAYS:])


def _touched(city_id: int, since: datetime) -> set[date]:
    """Days of facts that came to be known since."""
    lately = since - LATE_FACTS
    calls = Call.objects.filter(city_id=city_id, received_at__gte=lately)
    matters = Case.objects.filter(city_id=city_id, opened_at__gte=lately)
    promises = Promise.objects.filter(city_id=city_id)
    checks = Check.objects.filter(
        city_id=city_id, call__isnull=False
    )  # counted as a citizen's call until they are over
    sources: tuple[tuple[QuerySet[Call] | QuerySet[Case] | QuerySet[Promise] | QuerySet[Check], str], ...] = (
        (calls.filter(Q(taken_in_at__gte=since) | Q(ended_at__gte=since)), "received_at"),
        (matters.filter(first_contact_at__gte=since), "opened_at"),
        (promises.filter(kept_at__gte=since), "due_at"),
        (promises.filter(released_at__gte=since), "due_at"),
        (promises.filter(released_at__gte=since), "made_at"),
        (checks.filter(over_at__gte=since), "call__received_at"),
    )
    return {legal_day(moment) for rows, name in sources for moment in rows.values_list(name, flat=True).distinct()}


def _all_days(city_id: int, today: date) -> set[date]:
    """From the first call or matter until today."""
    firsts = (
        Call.objects.filter(city_id=city_id).aggregate(first=Min("received_at"))["first"],
        Case.objects.filter(city_id=city_id).aggregate(first=Min("opened_at"))["first"],
    )
    begun = min((legal_day(first) for first in firsts if first is not None), default=today)
    return {begun + timedelta(days=number) for number in range((today - begun).days + 1)}


# ---- the sums of one day


def _sums(city_id: int, day: date, at: datetime) -> tuple[Sums, bool]:
    sums: Sums = defaultdict(dict)
    within = begin_of(day), begin_of(day + timedelta(days=1))
    _calls(sums, city_id, within)
    unsettled = _matters(sums, city_id, within, at) | _went_up(sums, city_id, within, at)
    _promises(sums, city_id, within, at)
    _ratings_and_transfers(sums, city_id, within)
    return sums, unsettled


Within = tuple[datetime, datetime]


def _on(name: str, within: Within) -> Q:
    return Q(**{f"{name}__gte": within[0], f"{name}__lt": within[1]})


def _calls(sums: Sums, city_id: int, within: Within) -> None:
    rows = (
        Call.objects.filter(of_citizens(), _on("received_at", within), city_id=city_id, line__isnull=False)
        .filter(direction=Direction.INBOUND.value)
        .annotate(hour=ExtractHour("received_at", tzinfo=SHANGHAI))
        .values_list("hour", "line_id")
        .annotate(
            calls=Rows("id"),
            in_person=Rows("id", filter=Q(answered_by_kind=PartyKind.OFFICIAL.value)),
            answered=Rows("id", filter=Q(answered_by_kind__in=_PERSON)),
        )
        .order_by()
    )
    for hour, line, calls, in_person, answered in rows:
        here = sums[hour, line, None]
        here |= {Count.CALLS: calls, Count.IN_PERSON: in_person, Count.ANSWERED: answered}


def _matters(sums: Sums, city_id: int, within: Within, at: datetime) -> bool:
    """Whether a first contact is still to come whose time has not run out."""
    unsettled = False
    rows = Case.objects.filter(matters_of_citizens(), _on("opened_at", within), city_id=city_id).values_list(
        "opened_at", "line_id", "holder_id", "kind", "urgency", "first_contact_at"
    )
    for opened_at, line, holder, kind, urgency, contact_at in rows:
        here = sums[_place(opened_at, line, holder)]
        due_at = first_contact_due(Urgency(urgency), opened_at, china())
        _add(here, Count.MATTERS)
        _add(here, _KINDS[CaseKind(kind)])
        if contact_at is None and due_at > at:
            unsettled = True
            continue
        _add(here, Count.CONTACT_DUE)
        if contact_at is not None and contact_at <= due_at:
            _add(here, Count.CONTACT_IN_TIME)
    return unsettled


def _went_up(sums: Sums, city_id: int, within: Within, at: datetime) -> bool:
    """What citizens took to a superior, and whether they heard in time. Whether one may still."""
    unsettled = False
    taken = Notice.objects.filter(matters_of_citizens("case__"), _on("at", within), city_id=city_id)
    taken = taken.filter(kind=NoticeKind.WENT_UP.value, to_official__isnull=False)
    to_citizens = [kind.value for kind in ANSWERED_BY_A_REPLY]
    heard = Q(case__promises__kept_at__gte=F("at"), case__promises__kind__in=to_citizens)
    rows = taken.annotate(
        kept_at=Min("case__promises__kept_at", filter=heard),
        replied_at=Min("case__replies__at", filter=Q(case__replies__at__gte=F("at"))),
    ).values_list("at", "to_official_id", "case__urgency", "kept_at", "replied_at")
    for up_at, superior, urgency, *answers in rows:
        here = sums[_place(up_at, None, superior)]
        due_at = first_contact_due(Urgency(urgency), up_at, china())
        answered_at = min((one for one in answers if one is not None), default=None)
        if answered_at is None and due_at > at:
            unsettled = True
            continue
        _add(here, Count.WENT_UP)
        if answered_at is not None and answered_at <= due_at:
            _add(here, Count.UP_ANSWERED)
    return unsettled


def _promises(sums: Sums, city_id: int, within: Within, at: datetime) -> None:
    stands = Promise.objects.filter(matters_of_citizens("case__"), city_id=city_id, released_at=None)
    stands = stands.annotate(superior=_SUPERIOR)
    outcome = When_(
        When(kept_at__isnull=True, then=Value(2)),
        When(kept_at__gt=F("due_at"), then=Value(1)),
        default=Value(0),
        output_field=IntegerField(),
    )
    for hour, line, holder, superior, number in _grouped(stands.filter(_on("made_at", within)), "made_at", "superior"):
        _add(sums[_owed(hour, line, holder, superior)], Count.PROMISES_MADE, number)
    due = stands.filter(_on("due_at", within), due_at__lte=at).annotate(outcome=outcome)
    for hour, line, holder, superior, ended, number in _grouped(due, "due_at", "superior", "outcome"):
        _add(sums[_owed(hour, line, holder, superior)], (Count.KEPT, Count.LATE, Count.BROKEN)[ended], number)


def _ratings_and_transfers(sums: Sums, city_id: int, within: Within) -> None:
    ratings = Rating.objects.filter(matters_of_citizens("case__"), _on("at", within), case__city_id=city_id)
    for hour, line, holder, score, number in _grouped(ratings, "at", "score"):
        here = sums[_where(hour, line, holder)]
        _add(here, Count.RATED, number)
        _add(here, Count.SOLVED, number if score <= 2 else 0)
        _add(here, Count.SATISFIED, number if score == 1 else 0)
    transfers = Transfer.objects.filter(matters_of_citizens("case__"), _on("handed_at", within), city_id=city_id)
    for hour, line, holder, number in _grouped(transfers, "handed_at"):
        _add(sums[_where(hour, line, holder)], Count.TRANSFERS, number)


def _grouped(
    rows: QuerySet[Promise] | QuerySet[Rating] | QuerySet[Transfer], when: str, *by: str
) -> Iterable[tuple[int, ...]]:
    """Hour, line, holder, what else is asked for, and how many: of rows that belong to a case."""
    return (
        rows.annotate(hour=ExtractHour(when, tzinfo=SHANGHAI))
        .values_list("hour", "case__line_id", "case__holder_id", *by)
        .annotate(number=Rows("id"))
        .order_by()
    )


_SUPERIOR = When_(
    When(~Q(owner_official=F("case__line__official")), owner_official=F("case__holder"), then=F("owner_official")),
)
"""Who owes a promise as a superior: the matter came up to him, from the official to whose line it came."""


def _owed(hour: int, line: int | None, holder: int | None, superior: int | None) -> Place:
    return (hour, None, superior) if superior is not None else _where(hour, line, holder)


def _place(moment: datetime, line: int | None, holder: int | None) -> Place:
    return _where(moment.astimezone(SHANGHAI).hour, line, holder)


def _where(hour: int, line: int | None, holder: int | None) -> Place:
    return hour, line, None if line is not None else holder


def _add(here: dict[Count, int], count: Count, number: int = 1) -> None:
    here[count] = here.get(count, 0) + number
