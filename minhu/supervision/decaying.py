"""Reads the calls of each line and office into its chart, and raises the alarm once a fall."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q, Sum

from minhu.audit import trail
from minhu.cases import noticing
from minhu.cases.noticing import News
from minhu.directory.models import Line, Office
from minhu.intake.models import Call
from minhu.intake.scope import NotYours, scope_of
from minhu.rules.access import Viewer, system
from minhu.rules.clock import legal_day
from minhu.rules.decay import FEWEST_CALLS, Chart, Level, Tuning, after, tuned
from minhu.rules.figures import Count
from minhu.rules.words import COUNTS_AS_ANSWERED, Direction, NoticeKind, Role
from minhu.supervision.models import WHOLE_DAY, AnswerWatch, DayCount, DecayAlarm
from minhu.supervision.others import of_citizens
from minhu.supervision.published import SEES_ALL_FIGURES

READ_BEHIND = timedelta(minutes=10)
"""A call is read when it is that old: by then it has been answered or has ended."""

HISTORY_DAYS, NOT_THE_LAST_DAYS = 180, 14
"""What a line is measured by: its own calls of half a year, but not the last two weeks."""

MOST_CALLS = 5_000
"""So many of one line in a pass; the rest with the next."""


def sweep(city_id: int, *, at: datetime) -> int:
    """Read what was answered since the last pass; returns how many alarms were raised."""
    history = _history(city_id, at)
    lines = Line.objects.filter(city_id=city_id, withdrawn_at=None).select_related("official")
    offices: dict[int, list[int]] = {}
    raised = 0
    for line in lines:
        offices.setdefault(line.official.office_id, []).append(line.pk)
        raised += _read(city_id, _watch_of(city_id, at, line=line), (line.pk,), history, at)
    for office_id, members in offices.items():
        if len(members) > 1:
            watch = _watch_of(city_id, at, office=Office(pk=office_id))
            raised += _read(city_id, watch, tuple(members), history, at)
    return raised


@transaction.atomic
def see_alarm(alarm_id: int, *, by: Viewer, at: datetime) -> None:
    """Somebody of supervision takes note of it, and nobody is told of it any more. Raises: NotYours."""
    if alarm_id not in {row.alarm_id for row in alarms(by)}:
        raise NotYours
    alarm = DecayAlarm.objects.select_for_update().get(pk=alarm_id)
    if alarm.seen_at is None:
        alarm.seen_at, alarm.seen_by_id = at, by.account_id
        alarm.save(update_fields=["seen_at", "seen_by"])
        noticing.settled(NoticeKind.ALARM, about_id=alarm.pk, at=at)
        trail.record(by, "see_alarm", alarm)


@dataclass(frozen=True, slots=True)
class AlarmRow:
    """An alarm or a watch on a page. alarm_id: None for a watch. calls: within the fall."""

    alarm_id: int | None
    about: str
    post: str
    usual: float
    calls: int
    at: datetime | None
    over_at: datetime | None
    seen_by: str

    @property
    def usual_percent(self) -> int:
        return round(self.usual * 100)


def alarms(viewer: Viewer, *, most: int = 100) -> tuple[AlarmRow, ...]:
    """Alarms of the viewer's offices, those that go on first. Nobody but supervision and leadership has any."""
    rows = DecayAlarm.objects.filter(_within(viewer, "watch__"), watch__city_id=viewer.city_id)
    rows = rows.select_related("watch__line__official__office", "watch__office", "seen_by").order_by("-at")[:most]
    found = [
        AlarmRow(
            row.pk, *_about(row.watch), row.usual, row.calls, row.at, row.over_at,
            str(row.seen_by) if row.seen_by else "",
        )
        for row in rows
    ]  # fmt: skip
    return tuple(sorted(found, key=lambda row: row.over_at is not None))


def unseen(viewer: Viewer) -> int:
    """How many alarms of the viewer's offices go on that nobody has taken note of."""
    mine = DecayAlarm.objects.filter(_within(viewer, "watch__"), watch__city_id=viewer.city_id)
    return mine.filter(over_at=None, seen_at=None).count()


def watches(viewer: Viewer) -> tuple[AlarmRow, ...]:
    """Lines and offices that may be falling: found soon, and now and then by chance. Nobody is told of them."""
    rows = AnswerWatch.objects.filter(_within(viewer, ""), city_id=viewer.city_id, told=False, usual__isnull=False)
    return tuple(
        AlarmRow(None, *_about(row), row.usual or 0.0, row.since, None, None, "")
        for row in rows.select_related("line__official__office", "office").order_by("-score")
        if _chart(row).level is Level.WATCH
    )


def _within(viewer: Viewer, path: str) -> Q:
    if not viewer.has(*SEES_ALL_FIGURES):
        return Q(pk__in=[])
    scope = scope_of(viewer, SEES_ALL_FIGURES)
    if scope.whole_city:
        return Q()
    return Q(**{f"{path}line__official__office__in": scope.offices}) | Q(**{f"{path}office__in": scope.offices})


def _about(watch: AnswerWatch) -> tuple[str, str]:
    if watch.line is None:
        return str(watch.office), ""
    return str(watch.line.official), str(watch.line.official.office)


# ---- one chart


def _watch_of(city_id: int, at: datetime, *, line: Line | None = None, office: Office | None = None) -> AnswerWatch:
    which = {"line_id": line.pk} if line else {"office_id": office.pk if office else None}
    found, _made = AnswerWatch.objects.get_or_create(
        **which, defaults={"city_id": city_id, "read_to": at - READ_BEHIND}
    )
    return found


History = dict[int, tuple[int, int]]
"""By line: calls, and those answered."""


def _history(city_id: int, at: datetime) -> History:
    last = legal_day(at) - timedelta(days=NOT_THE_LAST_DAYS)
    first = last - timedelta(days=HISTORY_DAYS)
    rows = DayCount.objects.filter(city_id=city_id, day_on__range=(first, last), hour=WHOLE_DAY, line__isnull=False)
    sums = rows.values_list("line_id").annotate(Sum(Count.CALLS.value), Sum(Count.ANSWERED.value)).order_by()
    return {line: (calls, answered) for line, calls, answered in sums if line is not None}


def _tuning(history: History, lines: Iterable[int]) -> Tuning | None:
    own = [history[line] for line in lines if line in history]
    calls, answered = sum(one for one, _ in own), sum(one for _, one in own)
    return tuned(answered / calls, calls * 365 / HISTORY_DAYS) if calls >= FEWEST_CALLS else None


@transaction.atomic
def _read(city_id: int, watch: AnswerWatch, lines: tuple[int, ...], history: History, at: datetime) -> int:
    watch = AnswerWatch.objects.select_for_update().get(pk=watch.pk)
    tuning = _tuning(history, lines) if not watch.told else _standing(watch)
    until, chart, raised = at - READ_BEHIND, _chart(watch), 0
    calls = list(
        Call.objects.filter(of_citizens(), city_id=city_id, line_id__in=lines, direction=Direction.INBOUND.value)
        .filter(received_at__gt=watch.read_to, received_at__lte=until)
        .order_by("received_at", "id")
        .values_list("received_at", "answered_by_kind")[:MOST_CALLS]
    )
    for received_at, answered_by in calls:
        if tuning is None:
            break
        was = chart
        chart, alarm = after(chart, tuning, answered=answered_by in _ANSWERED)
        if alarm:
            raised += 1
            _raise(watch, tuning, chart, received_at)
        if was.told and not chart.told:
            DecayAlarm.objects.filter(watch=watch, over_at=None).update(over_at=received_at)
    watch.read_to = calls[-1][0] if len(calls) == MOST_CALLS else max(until, watch.read_to)
    watch.usual, watch.limit = (tuning.usual, tuning.limit) if tuning else (None, None)
    watch.score, watch.since, watch.told = chart.score, chart.since, chart.told
    watch.save(update_fields=["read_to", "usual", "limit", "score", "since", "told"])
    return raised


def _raise(watch: AnswerWatch, tuning: Tuning, chart: Chart, at: datetime) -> None:
    alarm = DecayAlarm.objects.create(watch=watch, usual=tuning.usual, calls=chart.since, at=at)
    whose = " ".join(filter(None, reversed(_about(watch))))
    words = f"{whose}：以前 100 个来电接 {alarm.usual * 100:.0f} 个，最近 {alarm.calls} 个来电接得少"
    news = News(watch.city_id, NoticeKind.ALARM, alarm.pk, words)
    office_id = watch.line.official.office_id if watch.line else watch.office_id or watch.city_id
    noticing.tell(news, roles=(Role.SUPERVISOR,), office_id=office_id, at=at)
    trail.record(system(watch.city_id), "raise_alarm", alarm)


def _standing(watch: AnswerWatch) -> Tuning | None:
    """A fall that was told is measured by what it was told against, until it is over."""
    return Tuning(watch.usual, watch.limit) if watch.usual is not None and watch.limit is not None else None


def _chart(watch: AnswerWatch) -> Chart:
    return Chart(watch.score, watch.since, watch.told)


_ANSWERED = frozenset(kind.value for kind in COUNTS_AS_ANSWERED)
