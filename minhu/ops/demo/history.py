"""What happened in the city before the demo began: twelve weeks of calls and matters, and a week of spot checks.

The calls stand in the journal as the switch would have written them; what follows from them (matters, promises, calls
back, replies, ratings, draws, checks, figures, the alarm) is done by the same actions as in life. All of it is
invented.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import islice
from random import Random

from django.db import transaction

from minhu.cases import actions as cases
from minhu.cases.models import Case
from minhu.directory.models import Account, Line
from minhu.directory.queries import viewer_of
from minhu.intake.actions import WebForm, receive_web_message
from minhu.intake.citizens import citizens_of
from minhu.intake.models import Call, Text
from minhu.ops.city import Matter
from minhu.ops.demo import boiling, inspected, rectified, sorted_out
from minhu.ops.demo.answers import written
from minhu.ops.demo.bygone import called_back, came_in
from minhu.ops.demo.people import FEATURED, Crowd, Published, read_phone_book, whom_to_ring
from minhu.ops.demo.profile import HOURLY_WEIGHT
from minhu.planner import planning
from minhu.rules.access import Viewer, system
from minhu.rules.calendar import china
from minhu.rules.clock import SHANGHAI, legal_day
from minhu.rules.words import PartyKind, TextState
from minhu.supervision import counting, decaying
from minhu.supervision.others import of_citizens

SEED = 20260105
WEEKS, CALLS_A_DAY, WRITTEN_A_DAY = 12, (8, 14), 1
COUNTED_DAYS = 30
FALLS_FOR = timedelta(days=18)
"""So long ago one line began to be answered less, so that the alarm has something to say."""

WHO, USUALLY, LESS = (PartyKind.OFFICIAL, PartyKind.STAFF, None), (51, 37, 12), (5, 12, 83)
CALLED_BACK, LATE, REPLIED, RATED = 0.95, 0.12, 0.93, 0.7
SCORES = (78, 13, 9)
ANSWERED_AFTER, WRITTEN_ANSWERED_AFTER = (2, 26), (1, 7)
"""Hours."""

RATES_AFTER = timedelta(hours=3)
CALLERS = "+86154000{:05d}"
FIRST_CALLER = 41_000


def play(city_id: int, at: datetime) -> None:
    """Play it once; later starts only go on with the draws. at: the demo's now."""
    random = Random(SEED)  # noqa: S311 - a play, not a secret
    with transaction.atomic():
        fresh = not Call.objects.filter(city_id=city_id).exists()
        if fresh:
            rectified.play(city_id, at)
            _Calls(city_id, at, random).play()
            boiling.play(city_id, at)
            sorted_out.play(city_id, at)
        inspected.play(city_id, at, random)
        _arrived(city_id, at)
        if fresh:
            _count(city_id, at)
            _windows(city_id, at)


@dataclass(frozen=True, slots=True)
class _Ring:
    """Somebody will ring. answered_by None: nobody."""

    at: datetime
    number: str
    line: Published
    answered_by: PartyKind | None
    matter: Matter


class _Calls:
    def __init__(self, city_id: int, at: datetime, random: Random) -> None:
        self._city, self._at, self._random = city_id, at, random
        self._book, self._crowd = read_phone_book().lines, Crowd(random)
        self._lines = Line.objects.select_related("official").in_bulk([one.line_id for one in self._book])
        self._count = 0
        self._viewers: dict[int, Viewer] = {}

    def play(self) -> None:
        for day in _working_days(legal_day(self._at)):
            self._live(day)

    def _live(self, day: date) -> None:
        evening = datetime.combine(day, time(23, 59), SHANGHAI)
        rings = sorted((self._ring(day) for _ in range(self._random.randint(*CALLS_A_DAY))), key=lambda ring: ring.at)
        citizens = citizens_of(self._city, [ring.number for ring in rings], rings[0].at)
        rang = Call.objects.bulk_create(
            came_in(self._lines[one.line.line_id], citizens[one.number], one.at, one.answered_by, self._random)
            for one in rings
        )
        wrote = dict(self._writes(day) for _ in range(WRITTEN_A_DAY))
        cases.take_in(at=evening)
        for ring, call in zip(rings, rang, strict=True):
            if not call.answered_by_kind and self._random.random() < CALLED_BACK:
                self._answer(Case.objects.get(contacts__call=call), ring.matter, self._call_back(call))
        for one in Case.objects.filter(code__in=wrote):
            self._answer(one, wrote[one.code], one.opened_at, WRITTEN_ANSWERED_AFTER)
        cases.sweep(at=evening)

    def _ring(self, day: date) -> _Ring:
        who = self._crowd.with_mobile(self._random)
        line = whom_to_ring(who.matter, self._book, self._random)
        hour = self._random.choices(range(24), HOURLY_WEIGHT)[0]
        at = datetime.combine(day, time(hour, self._random.randrange(60)), SHANGHAI)
        falls = line.shown.startswith(FEATURED) and at > self._at - FALLS_FOR
        answered_by = self._random.choices(WHO, LESS if falls else USUALLY)[0]
        if answered_by is not None:
            return _Ring(at, who.number, line, answered_by, who.matter)
        self._count += 1  # somebody else each time, so that every matter stands for itself
        return _Ring(at, CALLERS.format(FIRST_CALLER + self._count), line, None, who.matter)

    def _writes(self, day: date) -> tuple[str, Matter]:
        """A citizen uses the form; the code of his matter, and the matter."""
        self._count += 1
        matter = self._random.choice(self._crowd.themes)
        line = whom_to_ring(matter, self._book, self._random)
        at = datetime.combine(day, time(self._random.randint(8, 14), self._random.randrange(60)), SHANGHAI)
        form = WebForm(
            key=f"history-{self._count}", body=matter.sms, kind=matter.kind, line_id=line.line_id,
            number=CALLERS.format(FIRST_CALLER + self._count), place=matter.place,
        )  # fmt: skip
        return receive_web_message(form, city_id=self._city, at=at).code, matter

    def _call_back(self, missed: Call) -> datetime:
        """He is called back, mostly in time; when that was."""
        minutes = (150, 300) if self._random.random() < LATE else (15, 110)
        back = called_back(missed, missed.received_at + timedelta(minutes=self._random.randint(*minutes)))
        back.save()
        cases.record_callback(back, at=back.received_at + timedelta(minutes=3))
        return back.received_at

    def _answer(self, case: Case, matter: Matter, at: datetime, hours: tuple[int, int] = ANSWERED_AFTER) -> None:
        """He is told what was done, mostly in time, and says what he thinks of it; if that is little, once more."""
        by = self._official_of(case.line_id or 0)
        for score in (self._random.choices((1, 2, 3), SCORES)[0], 1):
            at += timedelta(hours=self._random.randint(*hours))
            if at > self._at or self._random.random() > REPLIED:
                return
            cases.reply(case.pk, written(matter, at, self._random), by.name, by=by, at=at)
            _arrived(self._city, at + timedelta(minutes=1))
            if self._random.random() > RATED or at + RATES_AFTER > self._at:
                return
            cases.rate(case.pk, score, at=at + RATES_AFTER)
            if score == 1:
                return

    def _official_of(self, line_id: int) -> Viewer:
        if line_id not in self._viewers:
            account = Account.objects.filter(official=self._lines[line_id].official_id).first()
            self._viewers[line_id] = viewer_of(account) if account else system(self._city)
        return self._viewers[line_id]


def _arrived(city_id: int, at: datetime) -> None:
    """The texts of then arrived then; none of them is sent now."""
    Text.objects.filter(city_id=city_id, state=TextState.QUEUED.value, at__lt=at).update(
        state=TextState.DELIVERED.value, attempt_at=at, settled_at=at
    )
    cases.settle_evidence(at=at)


def _count(city_id: int, at: datetime) -> None:
    """As many days are counted as show how a line is usually answered, and the answering is watched, as the jobs would
    have done; they count the other days.
    """
    for day in islice(_working_days(legal_day(at)), COUNTED_DAYS):
        counting.recount(city_id, day, at=at)
    decaying.sweep(city_id, at=at - FALLS_FOR)
    decaying.sweep(city_id, at=at)


def _windows(city_id: int, at: datetime) -> None:
    """Windows are proposed to the first official, which takes some seconds; the jobs go on with the others."""
    from minhu.planner.engine.optimising import Effort

    quick = Effort(prune=4, stand=40, differ=20, tried=1, standing=1, half_hours=1)
    pace = planning.Pace(quick, even_by_day=True)
    planning.plan_windows(city_id, at=at, of_citizens=of_citizens(), limit=1, pace=pace)
    planning.plan_days(city_id, at=at, of_citizens=of_citizens())


def _working_days(today: date) -> Iterator[date]:
    """Of whole weeks, and of this one until yesterday."""
    first = today - timedelta(weeks=WEEKS, days=today.weekday())
    days = (first + timedelta(days=number) for number in range((today - first).days))
    return (day for day in days if china().assume_working_day(day))
