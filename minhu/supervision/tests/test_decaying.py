"""A line is answered less and less: supervision is told once, and nobody else."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.db import IntegrityError, transaction

from minhu.audit.models import TrailEntry
from minhu.cases import choices, queries
from minhu.cases.models import Notice
from minhu.directory.models import Line, Office
from minhu.intake.models import Citizen
from minhu.intake.scope import NotYours
from minhu.rules.clock import legal_day
from minhu.rules.words import NoticeKind, PartyKind, Role
from minhu.supervision.decaying import alarms, see_alarm, sweep, unseen, watches
from minhu.supervision.models import WHOLE_DAY, AnswerWatch, DayCount, DecayAlarm
from tests import make

pytestmark = pytest.mark.django_db
AT = make.MONDAY_10


class Town:
    """A city with one line that was answered nine times in ten for a month."""

    def __init__(self) -> None:
        self.city: Office = make.city()
        self.office = make.office(self.city)
        self.line: Line = make.line(make.official(self.office))
        self.citizen: Citizen = make.citizen(self.city)
        for days in range(20, 50):
            DayCount.objects.create(
                city=self.city,
                day_on=legal_day(AT - timedelta(days=days)),
                hour=WHOLE_DAY,
                line=self.line,
                calls=10,
                answered=9,
            )
        self.at: datetime = AT
        self.raised = sweep(self.city.pk, at=AT)

    def ring(self, times: int, *, answered: bool) -> None:
        for _ in range(times):
            self.at += timedelta(minutes=30)
            make.call(self.line, self.citizen, answered_by=PartyKind.STAFF if answered else None, at=self.at)
        self.at += timedelta(minutes=30)
        self.raised += sweep(self.city.pk, at=self.at)


def test_a_line_that_is_no_longer_answered_raises_one_alarm_and_another_after_it_recovered() -> None:
    town = Town()
    town.ring(30, answered=True)
    town.ring(12, answered=False)
    town.ring(12, answered=False)
    assert town.raised == 1
    town.ring(60, answered=True)
    assert DecayAlarm.objects.get().over_at is not None
    town.ring(12, answered=False)

    assert town.raised == 2
    assert [alarm.over_at is None for alarm in DecayAlarm.objects.order_by("id")] == [False, True]


def test_supervision_is_told_once_when_a_fall_begins_and_nobody_else_is() -> None:
    town = Town()
    supervisor = make.viewer(town.office, Role.SUPERVISOR)
    town.ring(12, answered=False)
    town.ring(12, answered=False)

    (told,) = queries.notices(supervisor, town.at)
    assert (told.kind, told.case_id, told.read) == (NoticeKind.ALARM, None, False)
    assert told.title == f"{town.office} {town.line.official}：以前 100 个来电接 90 个，最近 8 个来电接得少"
    assert (choices.unread(supervisor, town.at), unseen(supervisor)) == (1, 1)
    for other in (
        make.viewer(make.office(town.city), Role.SUPERVISOR),
        make.viewer(town.office, Role.OFFICIAL, official=town.line.official),
        *(make.viewer(town.city, role) for role in (Role.STAFF, Role.UNIT, Role.INSPECTOR, Role.OPERATOR)),
    ):
        assert queries.notices(other, town.at) == ()
        assert unseen(other) == 0

    see_alarm(DecayAlarm.objects.get().pk, by=supervisor, at=town.at)
    assert (choices.unread(supervisor, town.at), unseen(supervisor)) == (0, 0)


def test_the_database_refuses_to_tell_of_an_alarm_twice_or_of_it_and_a_case() -> None:
    town = Town()
    town.ring(12, answered=False)
    told = Notice.objects.get()
    other = DecayAlarm.objects.get().pk + 1
    again = {"city": told.city, "kind": told.kind, "to_role": told.to_role, "to_office": told.to_office, "at": AT}
    for wrong in (
        {"about_id": told.about_id, "words": "又一次"},
        {"about_id": other, "words": ""},
        {"words": "没有对象"},
        {"about_id": other, "words": "不是诉求", "kind": NoticeKind.OVERDUE.value},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            Notice.objects.create(**again | wrong)


def test_three_misses_in_a_row_are_watched_and_nobody_is_told() -> None:
    town = Town()
    town.ring(3, answered=False)
    supervisor = make.viewer(town.city, Role.SUPERVISOR)

    assert [row.calls for row in watches(supervisor)] == [3]
    assert not alarms(supervisor)


def test_a_line_without_a_history_is_not_judged() -> None:
    town = Town()
    DayCount.objects.all().delete()
    town.ring(40, answered=False)

    assert town.raised == 0


@pytest.mark.parametrize("role", sorted(set(Role) - {Role.SUPERVISOR, Role.LEADERSHIP, Role.OFFICIAL}))
def test_alarms_are_for_supervision_and_leadership_alone(role: Role) -> None:
    town = Town()
    town.ring(12, answered=False)

    assert not alarms(make.viewer(town.city, role))
    assert not alarms(make.viewer(town.office, Role.OFFICIAL, official=town.line.official))
    assert not alarms(make.viewer(make.office(town.city), Role.SUPERVISOR))
    assert len(alarms(make.viewer(town.office, Role.SUPERVISOR))) == 1


def test_who_saw_an_alarm_is_kept_and_in_the_trail() -> None:
    town = Town()
    town.ring(12, answered=False)
    alarm = DecayAlarm.objects.get()
    with pytest.raises(NotYours):
        see_alarm(alarm.pk, by=make.viewer(town.city, Role.INSPECTOR), at=town.at)
    see_alarm(alarm.pk, by=make.viewer(town.city, Role.SUPERVISOR), at=town.at)

    alarm.refresh_from_db()
    assert alarm.seen_at == town.at
    assert TrailEntry.objects.filter(act="see_alarm", subject_id=str(alarm.pk)).count() == 1


def test_the_database_refuses_a_second_alarm_of_one_fall() -> None:
    watch = AnswerWatch.objects.get(line=Town().line)
    DecayAlarm.objects.create(watch=watch, usual=0.9, calls=9, at=AT)
    with pytest.raises(IntegrityError), transaction.atomic():
        DecayAlarm.objects.create(watch=watch, usual=0.9, calls=9, at=AT)
