"""What is kept by day is exactly what a count of everything would say, whatever came late or was mended."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta
from itertools import count

import pytest
from django.db import IntegrityError, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from minhu.cases.models import Case, Notice, Promise, Rating, Reply, Transfer
from minhu.directory.models import Line, Office
from minhu.intake.models import Call
from minhu.rules.calendar import china
from minhu.rules.clock import legal_day, local
from minhu.rules.deadlines import first_contact_due
from minhu.rules.figures import Count
from minhu.rules.words import CaseKind, Direction, PartyKind, Urgency
from minhu.supervision.counting import bring_up_to_date, recount
from minhu.supervision.models import WHOLE_DAY, CountedDay, DayCount
from minhu.supervision.published import Period, calls_by_hour, compared, tally, units
from tests import make

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
_codes = count()
KINDS = {
    "enquiry": Count.ENQUIRIES, "request": Count.REQUESTS, "complaint": Count.COMPLAINTS, "report": Count.REPORTS,
    "suggestion": Count.SUGGESTIONS,
}  # fmt: skip
Key = tuple[object, int, int | None, int | None, str]


class Town:
    """A city of two lines, of whose officials one is the superior, to which things happen; the clock runs on."""

    def __init__(self) -> None:
        self.city: Office = make.city(f"城{next(_codes)}")
        self.boss = make.official(self.city, "李市长")
        self.lines: list[Line] = [
            make.line(make.official(make.office(self.city), superior=self.boss)) for _ in range(2)
        ]
        self.citizen = make.citizen(self.city)
        self.at = make.MONDAY_10

    def happen(self, what: str, which: int, number: int) -> None:
        line = self.lines[which % 2]
        {
            "call": self._call, "late call": self._late_call, "matter": self._matter, "contact": self._contact,
            "promise": self._promise, "keep": self._keep, "release": self._release, "rate": self._rate,
            "transfer": self._transfer, "up": self._up, "reopen": self._reopen,
        }[what](line, number)  # fmt: skip

    def _call(self, line: Line, number: int) -> None:
        by = (None, PartyKind.OFFICIAL, PartyKind.STAFF, PartyKind.DEPUTY)[number % 4]
        direction = Direction.OUTBOUND if number % 9 == 8 else Direction.INBOUND
        make.call(line, self.citizen, answered_by=by, at=self.at, direction=direction)

    def _late_call(self, line: Line, number: int) -> None:
        """The switch could not reach the database for some days."""
        call = make.call(line, self.citizen, at=self.at - number * 7 * HOUR)
        Call.objects.filter(pk=call.pk).update(taken_in_at=self.at)

    def _matter(self, line: Line, number: int) -> None:
        kind, urgency = list(CaseKind)[number % 5], list(Urgency)[number % 2]
        to_nobody = number % 4 == 3
        Case.objects.create(
            city=self.city, code=f"T{next(_codes)}", line=None if to_nobody else line, citizen=self.citizen,
            holder=line.official if number % 8 != 7 else None, kind=kind.value, urgency=urgency.value,
            opened_at=self.at,
        )  # fmt: skip

    def _case(self, number: int) -> Case | None:
        cases = list(Case.objects.filter(city=self.city).order_by("id"))
        return cases[number % len(cases)] if cases else None

    def _contact(self, line: Line, number: int) -> None:
        if (case := self._case(number)) and case.first_contact_at is None:
            Case.objects.filter(pk=case.pk).update(first_contact_at=self.at)

    def _promise(self, line: Line, number: int) -> None:
        if (case := self._case(number)) and not case.promises.filter(kept_at=None, released_at=None).exists():
            Promise.objects.create(
                city=self.city, case=case, kind="call_back", maker="王明", owner_official=line.official,
                made_at=self.at, due_at=self.at + (number % 5) * 9 * HOUR,
            )  # fmt: skip

    def _up(self, line: Line, number: int) -> None:
        if case := self._case(number):
            to = {"to_role": "supervisor", "to_office": self.city} if number % 5 == 4 else {"to_official": self.boss}
            Notice.objects.create(city=self.city, case=case, kind="went_up", at=self.at, **to)

    def _reopen(self, line: Line, number: int) -> None:
        """Sent back the second time: the superior holds it, and owes the reply."""
        case = self._case(number)
        if case and case.line and not case.promises.filter(kept_at=None, released_at=None).exists():
            Case.objects.filter(pk=case.pk).update(holder=self.boss)
            Promise.objects.create(
                city=self.city, case=case, kind="reply", maker="李市长", owner_official=self.boss, made_at=self.at,
                due_at=self.at + (number % 5) * 9 * HOUR,
            )  # fmt: skip

    def _open(self) -> Promise | None:
        return Promise.objects.filter(city=self.city, kept_at=None, released_at=None).order_by("id").first()

    def _keep(self, line: Line, number: int) -> None:
        if promise := self._open():
            promise.evidence_call = make.call(line, self.citizen, answered_by=PartyKind.STAFF, at=self.at)
            promise.kept_at = self.at
            promise.save()

    def _release(self, line: Line, number: int) -> None:
        if promise := self._open():
            promise.released_at, promise.released_reason = self.at, "撤销"
            promise.save()

    def _rate(self, line: Line, number: int) -> None:
        if case := self._case(number):
            reply = Reply.objects.create(case=case, done="修好了", done_by="养护中心", at=self.at, means="page")
            Rating.objects.create(case=case, reply=reply, score=1 + number % 3, at=self.at)

    def _transfer(self, line: Line, number: int) -> None:
        if (case := self._case(number)) and not case.transfers.exists():
            Transfer.objects.create(
                city=self.city, case=case, hop=1, kind="hotline", reason="热线办", due_at=self.at, handed_at=self.at
            )


WHAT = (
    "call", "late call", "matter", "matter", "contact", "promise", "promise", "keep", "release", "rate", "transfer",
    "up", "reopen",
)  # fmt: skip
happenings = st.lists(
    st.tuples(st.sampled_from(WHAT), st.integers(0, 1), st.integers(0, 40), st.integers(0, 30), st.booleans()),
    min_size=1, max_size=16,
)  # fmt: skip


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(happenings)
def test_the_kept_counts_are_those_of_a_count_of_everything(
    events: list[tuple[str, int, int, int, bool]],
) -> None:
    town = Town()
    for what, which, number, hours, counted in events:
        town.at += hours * HOUR
        town.happen(what, which, number)
        if counted:
            while bring_up_to_date(town.city.pk, at=town.at):
                pass
    while bring_up_to_date(town.city.pk, at=town.at):
        pass

    everything = Everything(town).found
    assert kept(town) == everything
    assert kept_of_days(town) == by_day(everything)


def kept(town: Town) -> Counter[Key]:
    found: Counter[Key] = Counter()
    for row in DayCount.objects.filter(city=town.city, hour__lt=WHOLE_DAY):
        for one in Count:
            found[row.day_on, row.hour, row.line_id, row.official_id, one.value] += getattr(row, one.value)
    return +found


def kept_of_days(town: Town) -> Counter[Key]:
    found: Counter[Key] = Counter()
    for row in DayCount.objects.filter(city=town.city, hour=WHOLE_DAY):
        for one in Count:
            found[row.day_on, WHOLE_DAY, row.line_id, row.official_id, one.value] += getattr(row, one.value)
    return +found


def by_day(hours: Counter[Key]) -> Counter[Key]:
    found: Counter[Key] = Counter()
    for (day, _hour, *rest), number in hours.items():
        found[day, WHOLE_DAY, *rest] += number  # type: ignore[index]
    return found


class Everything:
    """Straight from the definitions, over all rows there are."""

    def __init__(self, town: Town) -> None:
        self.at, self.found = town.at, Counter[Key]()
        for call in Call.objects.filter(city=town.city, direction="inbound").exclude(line=None):
            self._call(call)
        for case in Case.objects.filter(city=town.city):
            self._case(case)
            for promise in case.promises.filter(released_at=None):
                self._promise(case, promise)

    def _add(self, moment: datetime, line: int | None, holder: int | None, *counts: Count) -> None:
        for one in counts:
            self.found[legal_day(moment), local(moment).hour, line, None if line else holder, one.value] += 1

    def _call(self, call: Call) -> None:
        self._add(call.received_at, call.line_id, None, Count.CALLS)
        if call.answered_by_kind == "official":
            self._add(call.received_at, call.line_id, None, Count.IN_PERSON)
        if call.answered_by_kind in {"official", "deputy", "staff", "duty"}:
            self._add(call.received_at, call.line_id, None, Count.ANSWERED)

    def _case(self, case: Case) -> None:
        place = case.line_id, case.holder_id
        self._add(case.opened_at, *place, Count.MATTERS, KINDS[case.kind])
        due_at = first_contact_due(Urgency(case.urgency), case.opened_at, china())
        if case.first_contact_at is not None or due_at <= self.at:
            self._add(case.opened_at, *place, Count.CONTACT_DUE)
        if case.first_contact_at is not None and case.first_contact_at <= due_at:
            self._add(case.opened_at, *place, Count.CONTACT_IN_TIME)
        for rating in case.ratings.all():
            said = (Count.RATED, Count.SOLVED, Count.SATISFIED)[: {1: 3, 2: 2, 3: 1}[rating.score]]
            self._add(rating.at, *place, *said)
        for transfer in case.transfers.all():
            self._add(transfer.handed_at, *place, Count.TRANSFERS)

        for told in case.notices.filter(kind="went_up").exclude(to_official=None):
            self._went_up(case, told)

    def _went_up(self, case: Case, told: Notice) -> None:
        due_at = first_contact_due(Urgency(case.urgency), told.at, china())
        heard = [one.kept_at for one in case.promises.all() if one.kept_at and one.kept_at >= told.at]
        heard += [one.at for one in case.replies.all() if one.at >= told.at]
        if heard or due_at <= self.at:
            self._add(told.at, None, told.to_official_id, Count.WENT_UP)
        if heard and min(heard) <= due_at:
            self._add(told.at, None, told.to_official_id, Count.UP_ANSWERED)

    def _promise(self, case: Case, promise: Promise) -> None:
        place: tuple[int | None, int | None] = case.line_id, case.holder_id
        if case.line and promise.owner_official_id == case.holder_id != case.line.official_id:
            place = None, case.holder_id
        self._add(promise.made_at, *place, Count.PROMISES_MADE)
        if promise.due_at > self.at:
            return
        in_time = promise.kept_at is not None and promise.kept_at <= promise.due_at
        late = Count.BROKEN if promise.kept_at is None else Count.LATE
        self._add(promise.due_at, *place, Count.KEPT if in_time else late)


def test_what_came_up_to_a_superior_is_counted_for_him_and_whether_he_answered_in_time() -> None:
    town = Town()
    own = make.line(town.boss)
    make.call(own, town.citizen, answered_by=PartyKind.OFFICIAL, at=town.at)
    town.happen("matter", 0, 4)  # a request, not urgent
    town.happen("up", 0, 0)
    town.at += HOUR
    bring_up_to_date(town.city.pk, at=town.at)
    assert his_own(town)[Count.WENT_UP] == 0  # there is still time
    town.happen("reopen", 0, 4)
    town.at += HOUR
    town.happen("keep", 0, 0)
    town.at += 24 * HOUR
    town.happen("up", 0, 0)  # and nobody answers
    town.at += 72 * HOUR
    while bring_up_to_date(town.city.pk, at=town.at):
        pass

    told = his_own(town)
    assert (told[Count.CALLS], told[Count.IN_PERSON]) == (1, 1)
    assert (told[Count.WENT_UP], told[Count.UP_ANSWERED]) == (2, 1)
    assert (told[Count.PROMISES_MADE], told[Count.KEPT], told[Count.MATTERS]) == (1, 1, 0)


def his_own(town: Town) -> Counter[Count]:
    period = Period(legal_day(make.MONDAY_10), legal_day(town.at))
    return Counter(tally(town.city.pk, period, official_id=town.boss.pk).counts())


def test_the_parts_of_a_period_add_up_to_the_whole() -> None:
    town = Town()
    for number in range(30):
        town.at += 5 * HOUR
        town.happen(("call", "matter", "promise", "keep")[number % 4], number, number)
    while bring_up_to_date(town.city.pk, at=town.at):
        pass
    read = tally(town.city.pk, Period(legal_day(make.MONDAY_10), legal_day(town.at)))
    among = units(town.city.pk)

    whole = read.counts()
    by_unit = [one.counts for one in compared(read, among, "answered")]
    assert whole[Count.CALLS] > 0
    for one in Count:
        assert sum(counts.get(one, 0) for _week, counts in read.by_week()) == whole[one]
        assert sum(counts.get(one, 0) for counts in by_unit) == whole[one]
    hours = calls_by_hour(town.city.pk, read.period)
    assert sum(counts.get(Count.CALLS, 0) for counts in hours) == whole[Count.CALLS]


def test_a_day_that_nothing_tells_of_is_mended_when_its_turn_comes() -> None:
    town = Town()
    town.happen("call", 0, 1)
    late = town.at + timedelta(days=50)
    while bring_up_to_date(town.city.pk, at=late):
        pass
    town.happen("call", 0, 1)  # fifty days late, and never taken in
    days = CountedDay.objects.filter(city=town.city).count()
    for minute in range(days):
        bring_up_to_date(town.city.pk, at=late + timedelta(hours=2, minutes=minute))

    assert tally(town.city.pk, Period(legal_day(town.at), legal_day(town.at))).counts()[Count.CALLS] == 2


def test_calls_of_one_city_are_not_counted_in_another() -> None:
    town, other = Town(), Town()
    town.happen("call", 0, 1)
    recount(other.city.pk, legal_day(other.at), at=other.at)

    assert not DayCount.objects.filter(city=other.city).exists()


@pytest.mark.parametrize(
    "wrong", [{"calls": 1, "answered": 2}, {"rated": 1, "solved": 2}, {"hour": 25}, {"contact_due": 1}]
)
def test_the_database_refuses_parts_above_their_whole(wrong: dict[str, int]) -> None:
    town = Town()
    values = {"hour": 9, **wrong}
    with pytest.raises(IntegrityError), transaction.atomic():
        DayCount.objects.create(city=town.city, day_on=legal_day(town.at), line=town.lines[0], **values)
