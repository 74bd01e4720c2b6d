"""From the database to what the engine plans with: calls of the past, calendars, promises, opening hours, staff.

A fixed number of queries, however many lines; nothing of a citizen but a number that tells callers apart. Days and
hours are those of Shanghai; today counts for nothing yet, for it is not over.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db.models import Q

from minhu.directory.models import CalendarFeed, Line, PresenceSpan
from minhu.planner.engine.availability import OfficialWeek, Ways, official_week, windows_of
from minhu.planner.engine.day import Staffing, Window
from minhu.planner.engine.forecast import Known
from minhu.planner.engine.history import History, counted
from minhu.planner.engine.measuring import Behaviour, behaviour, first_attempts
from minhu.planner.engine.slots import Promised
from minhu.planner.open_callbacks import open_callbacks
from minhu.planner.past_calls import HISTORY_DAYS, PastCalls, past_calls
from minhu.planner.staff import staff_by_office
from minhu.rules.calendar import china
from minhu.rules.clock import SHANGHAI, legal_day
from minhu.rules.hours import ALWAYS, Hours, HoursUnreadable
from minhu.rules.presence import Span
from minhu.rules.sentences import Sentence, sentence
from minhu.rules.words import Presence, PresenceSource


@dataclass(frozen=True, slots=True)
class LineInputs:
    """One line. history: first attempts only; a simulation makes the redials itself. week: of its official.

    promises: calls back that he owes and that begin in this week, by the minutes of it. budget_minutes: of his day;
    None for no limit. callbacks: when he calls back; none for any gap. staff: desks on duty for him; other lines share
    them. notes: what was unclear, for people.
    """

    line_id: int
    official_id: int
    name: str
    title: str
    history: History
    hours: Hours
    week: OfficialWeek
    promises: tuple[Promised, ...]
    budget_minutes: int | None
    callbacks: tuple[Window, ...]
    staff: Staffing
    notes: tuple[Sentence, ...]


@dataclass(frozen=True, slots=True)
class CityInputs:
    """Lines in use, by id, and how people behave on the phone in all of them together."""

    monday: date
    known: Known
    behaviour: Behaviour
    lines: Mapping[int, LineInputs]


def city_inputs(
    city_id: int,
    at: datetime,
    *,
    of_citizens: Q,
    only: Collection[int] | None = None,
) -> CityInputs:
    """All that is known of a city's lines for the week that ``at`` lies in. Eight queries.

    of_citizens: condition on calls that leaves spot checks out, as everywhere that is counted. only: these lines.
    """
    calendar = china()
    today = legal_day(at)
    monday = today - timedelta(days=today.weekday())
    rows = list(_lines(city_id, only))
    officials = {line.official_id for line in rows}
    calls = past_calls(city_id, [line.pk for line in rows], today, of_citizens)
    spans, faults = spans_of_week(officials, monday), _faults(officials)
    promises = open_callbacks(city_id, officials, at, monday)
    staff = staff_by_office(city_id, {line.official.office_id for line in rows}, monday)
    found = {}
    for line in rows:
        hours, unread = hours_of(line)
        week = official_week(spans[line.official_id], monday, calendar, Ways(hours=hours))
        told = _unknown(line.official_id in faults, faults.get(line.official_id, ""), bool(spans[line.official_id]))
        found[line.pk] = LineInputs(
            line_id=line.pk,
            official_id=line.official_id,
            name=line.official.name,
            title=line.official.title,
            history=_history(line, calls, today),
            hours=hours,
            week=week,
            promises=promises.get(line.official_id, ()),
            budget_minutes=line.official.daily_call_minutes,
            callbacks=windows_of(Hours.parse(line.official.callback_hours)),
            staff=staff[line.official.office_id],
            notes=(*unread, *told, *week.notes),
        )
    return CityInputs(monday, Known(calendar), behaviour(calls.by_line.values()), found)


def _lines(city_id: int, only: Collection[int] | None) -> Collection[Line]:
    lines = Line.objects.filter(city_id=city_id, withdrawn_at__isnull=True, official__left_on__isnull=True)
    if only is not None:
        lines = lines.filter(pk__in=only)
    return lines.select_related("official").order_by("id")


def _history(line: Line, calls: PastCalls, today: date) -> History:
    """From its publication or the first call we know of, whichever is later, until yesterday."""
    began = max(filter(None, (line.published_from, calls.known_since, today - timedelta(days=HISTORY_DAYS))))
    attempts = first_attempts(calls.by_line.get(line.pk, ()))
    days = (today - began).days if calls.known_since else 0
    return counted((call.at for call in attempts), began, days, line.published_from)


def hours_of(line: Line) -> tuple[Hours, tuple[Sentence, ...]]:
    """When a line is answered, and what is unclear of it."""
    try:
        return Hours.parse(line.opening_hours), ()
    except HoursUnreadable:
        return ALWAYS, (sentence("接听时段“{hours}”看不懂，按全天计算；请改正。", hours=line.opening_hours),)


def spans_of_week(officials: Collection[int], monday: date) -> Mapping[int, list[Span]]:
    """What is known of where they are, by official."""
    begin = datetime.combine(monday, time(), SHANGHAI)
    rows = PresenceSpan.objects.filter(
        Q(until__isnull=True) | Q(until__gt=begin), official__in=officials, since__lt=begin + timedelta(days=7)
    ).order_by("since", "id")
    found: dict[int, list[Span]] = defaultdict(list)
    for official_id, state, source, since, until in rows.values_list(
        "official_id", "state", "source", "since", "until"
    ):
        found[official_id].append(Span(Presence(state), PresenceSource(source), since, until))
    return found


def _faults(officials: Collection[int]) -> Mapping[int, str]:
    """What is wrong with each calendar; "" for nothing."""
    return dict(CalendarFeed.objects.filter(official__in=officials).values_list("official_id", "fault"))


def _unknown(has_calendar: bool, fault: str, has_spans: bool) -> tuple[Sentence, ...]:
    if fault:
        return (sentence("日历读取有问题：{fault}暂按上次读到的日程计算。", fault=fault),)
    if not has_calendar and not has_spans:
        return (sentence("没有接入日历，按办公时间估计；接入日历后会更准。"),)
    return ()
