"""Changes to the directory: with authority, with a reason, on record, and known to the switch."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from minhu.audit import privacy, trail
from minhu.audit.models import TrailEntry
from minhu.directory import actions, queries, snapshot
from minhu.directory.actions.accounts import AccountRefused
from minhu.directory.actions.desks import DeskDetails
from minhu.directory.actions.lines import Arranged
from minhu.directory.actions.posts import PostDetails
from minhu.directory.actions.replies import Prepared
from minhu.directory.errors import (
    ConsentNeeded,
    LineIsWithdrawn,
    NotAllowed,
    NotAState,
    NumberInUse,
    PlaceholderUnknown,
    PostTaken,
    ReasonNeeded,
    TimesUnusable,
)
from minhu.directory.models import Desk, Line, Official
from minhu.rules.access import Viewer, citizen
from minhu.rules.hours import HoursUnreadable
from minhu.rules.words import OfficeKind, Presence, Role
from tests import make

pytestmark = pytest.mark.django_db


def test_a_number_is_published_only_with_consent() -> None:
    city = make.city()
    operator = make.viewer(city, Role.OPERATOR)
    line = actions.add_line(make.official(city).pk, "154 0000 8888", by=operator)

    with pytest.raises(ConsentNeeded):
        actions.publish_line(line.pk, by=operator)

    day = timezone.now().date() - timedelta(days=1)
    actions.publish_line(line.pk, by=operator, consented_on=day, since=day)
    assert queries.public_line(city.pk, line.pk) is not None


def test_the_database_itself_refuses_publication_without_consent() -> None:
    line = make.line(make.official(make.city()), published_from=None)

    with pytest.raises(IntegrityError), transaction.atomic():
        Line.objects.filter(pk=line.pk).update(published_from=timezone.now().date())


def test_the_database_itself_refuses_one_number_for_two_lines() -> None:
    line = make.line(make.official(make.city()))
    other = make.official(line.official.office)

    with pytest.raises(IntegrityError), transaction.atomic():
        make.line(other, number=line.number)


def test_a_number_in_use_is_refused_in_plain_words() -> None:
    city = make.city()
    line = make.line(make.official(city))

    with pytest.raises(NumberInUse):
        actions.add_line(make.official(city).pk, line.number, by=make.viewer(city, Role.OPERATOR))


def test_a_line_is_withdrawn_with_a_reason_and_stays_on_record() -> None:
    city = make.city()
    operator = make.viewer(city, Role.OPERATOR)
    line = make.line(make.official(city))

    with pytest.raises(ReasonNeeded):
        actions.withdraw_line(line.pk, by=operator, reason=" ")
    actions.withdraw_line(line.pk, by=operator, reason="调离")

    assert Line.objects.get(pk=line.pk).withdrawn_reason == "调离"
    with pytest.raises(LineIsWithdrawn):
        actions.withdraw_line(line.pk, by=operator, reason="再次")


def test_a_changed_number_keeps_hours_and_consent_and_withdraws_the_old_one() -> None:
    city = make.city()
    old = make.line(make.official(city), opening_hours="mon-fri 08:30-12:00")

    new = actions.change_number(
        old.pk, "154 0000 7777", by=make.viewer(city, Role.OPERATOR), reason="市府办批准，旧号停用"
    )

    old.refresh_from_db()
    assert (new.number, new.opening_hours, new.consented_on) == (
        "+8615400007777",
        "mon-fri 08:30-12:00",
        old.consented_on,
    )
    assert old.withdrawn_at is not None
    assert TrailEntry.objects.get(act="change_number").detail["replaces"] == old.pk


def test_who_leaves_his_post_takes_his_lines_out_of_use() -> None:
    city = make.city()
    line = make.line(make.official(city))

    actions.leave_post(line.official_id, by=make.viewer(city, Role.OPERATOR), reason="退休")

    assert snapshot.load(timezone.now()).line_now(line.number, timezone.now()) is None


def test_an_official_switches_his_presence_with_one_act() -> None:
    city = make.city()
    wang = make.official(city)
    himself = make.viewer(city, official=wang)
    now = timezone.now()

    actions.switch_presence(wang.pk, Presence.MEETING, now + timedelta(hours=1), himself)
    actions.switch_presence(wang.pk, Presence.TRAVELLING, None, himself)

    assert queries.presence_of(wang.pk, timezone.now()).state is Presence.TRAVELLING
    actions.clear_presence(wang.pk, himself)
    assert queries.presence_of(wang.pk, timezone.now()).state is Presence.AVAILABLE


def test_presence_cannot_end_in_the_past_nor_be_said_to_be_on_a_call() -> None:
    city = make.city()
    wang = make.official(city)
    himself = make.viewer(city, official=wang)

    with pytest.raises(TimesUnusable):
        actions.switch_presence(wang.pk, Presence.MEETING, timezone.now() - timedelta(minutes=1), himself)
    with pytest.raises(NotAState):
        actions.switch_presence(wang.pk, Presence.ON_CALL, None, himself)


def test_staff_of_his_unit_may_switch_it_for_him_and_strangers_may_not() -> None:
    city = make.city()
    roads, water = make.office(city), make.office(city)
    wang = make.official(roads)

    actions.switch_presence(wang.pk, Presence.MEETING, None, make.viewer(roads, Role.STAFF))

    for stranger in (
        make.viewer(water, Role.STAFF),
        make.viewer(city, official=make.official(water)),
        make.viewer(city, Role.SUPERVISOR),
        citizen(city.root_id),
    ):
        with pytest.raises(NotAllowed):
            actions.switch_presence(wang.pk, Presence.RESTING, None, stranger)


def test_nobody_changes_another_citys_directory() -> None:
    wang = make.official(make.city())
    elsewhere = make.city("邻市")

    with pytest.raises(Official.DoesNotExist):
        actions.switch_presence(wang.pk, Presence.RESTING, None, make.viewer(elsewhere, Role.OPERATOR))


def test_a_delegate_takes_the_line_and_gives_it_back_early() -> None:
    city = make.city()
    line = make.line(make.official(city))
    himself = make.viewer(city, official=line.official)
    now = timezone.now()
    arranged = Arranged("李秘书", "154 0000 6666", now, now + timedelta(hours=4), "下乡调研")

    made = actions.delegate(line.pk, arranged, by=himself)
    during = snapshot.load(now).line_by_id(line.pk, now)
    actions.end_delegation(made.pk, by=himself)
    after = snapshot.load(now).line_by_id(line.pk, now)

    assert during is not None
    assert after is not None
    assert [party.number for party in during.delegates] == ["+8615400006666"]
    assert after.delegates == ()


def test_a_seat_that_steps_out_is_not_rung_until_it_is_back() -> None:
    city = make.city()
    operator = make.viewer(city, Role.OPERATOR)
    desk = actions.add_desk(city.pk, DeskDetails("一号席", "8001"), by=operator)
    staff = make.viewer(city, Role.STAFF)
    now = timezone.now()

    actions.set_desk_out(desk.pk, by=staff)
    assert snapshot.load(now).desks_on_duty(now) == ()
    actions.set_desk_in(desk.pk, by=staff)
    assert [party.number for party in snapshot.load(now).desks_on_duty(now)] == ["8001"]
    actions.remove_desk(desk.pk, by=operator)
    assert snapshot.load(now).desks_on_duty(now) == ()
    assert Desk.objects.filter(pk=desk.pk).exists()


def test_hours_that_cannot_be_read_are_refused_before_they_are_kept() -> None:
    city = make.city()
    line = make.line(make.official(city))

    with pytest.raises(HoursUnreadable):
        actions.change_hours(line.pk, "工作日", by=make.viewer(city, official=line.official))


@pytest.mark.parametrize("body", ["您好{nobody}", "您好{name", "{name.__class__}", "{due:>9}", "{}"])
def test_a_quick_reply_with_a_strange_placeholder_is_refused(body: str) -> None:
    city = make.city()

    with pytest.raises(PlaceholderUnknown):
        actions.add_quick_reply(Prepared("会后", body), by=make.viewer(city, Role.STAFF))


def test_his_own_quick_replies_come_before_the_citys() -> None:
    city = make.city()
    wang = make.official(city)
    actions.add_quick_reply(Prepared("全市", "{due}前回电"), by=make.viewer(city, Role.STAFF))
    actions.add_quick_reply(
        Prepared("我的", "{name}稍后回电"), by=make.viewer(city, official=wang), official_id=wang.pk
    )

    assert [reply.label for reply in queries.quick_replies(city.root_id, wang.pk)] == ["我的", "全市"]


def test_an_official_is_added_once_per_post_and_his_handset_is_kept_sealed() -> None:
    city = make.city()
    operator = make.viewer(city, Role.OPERATOR)
    details = PostDetails("王明", "局长", handset="154 0001 2222")

    official = actions.add_official(city.pk, details, by=operator)

    assert privacy.unseal(bytes(official.handset_sealed or b"")) == "+8615400012222"
    assert b"15400012222" not in bytes(official.handset_sealed or b"")
    with pytest.raises(PostTaken):
        actions.add_official(city.pk, details, by=operator)


def test_accounts_are_opened_by_an_operator_with_a_decent_password() -> None:
    city = make.city()
    operator = make.viewer(city, Role.OPERATOR)

    with pytest.raises(AccountRefused):
        actions.open_account("wang", "12345678", by=operator, shown="王明")
    account = actions.open_account("wang", "a much longer one", by=operator, shown="王明")
    actions.grant(account.pk, Role.STAFF, city.pk, by=operator)

    assert queries.viewer_of(account).has(Role.STAFF)
    with pytest.raises(NotAllowed):
        actions.grant(account.pk, Role.OPERATOR, city.pk, by=queries.viewer_of(account))


def _acts(by: Viewer, line: Line, desk: Desk) -> list[Callable[[], object]]:
    official = line.official
    later = timezone.now() + timedelta(hours=1)
    arranged = Arranged("李秘书", "15400006666", timezone.now(), later, "开会")
    return [
        lambda: actions.add_office(by.city_id, "市水务局", OfficeKind.DEPARTMENT, by=by),
        lambda: actions.add_official(by.city_id, PostDetails("甲", "乙"), by=by),
        lambda: actions.change_official(official.pk, PostDetails("甲", "丙"), by=by),
        lambda: actions.publish_line(line.pk, by=by),
        lambda: actions.change_hours(line.pk, "", by=by),
        lambda: actions.delegate(line.pk, arranged, by=by),
        lambda: actions.switch_presence(official.pk, Presence.MEETING, later, by),
        lambda: actions.clear_presence(official.pk, by),
        lambda: actions.change_desk(desk.pk, DeskDetails("二号席"), by=by),
        lambda: actions.set_desk_out(desk.pk, by=by),
        lambda: actions.remove_desk(desk.pk, by=by),
        lambda: actions.add_quick_reply(Prepared("会后", "{due}前回电"), by=by),
        lambda: actions.change_number(line.pk, "15400005555", by=by, reason="批准"),
        lambda: actions.leave_post(official.pk, by=by, reason="退休"),
    ]


def test_every_act_raises_the_version_and_is_in_the_trail() -> None:
    city = make.city()
    operator = make.viewer(city, Role.OPERATOR)
    line, desk = make.line(make.official(city)), make.desk(city)

    for act in _acts(operator, line, desk):
        version, entries = snapshot.current_version(), TrailEntry.objects.count()
        act()
        assert snapshot.current_version() > version
        assert TrailEntry.objects.count() == entries + 1

    assert trail.verify(city.root_id).sound


def test_every_act_is_refused_to_who_has_no_role() -> None:
    city = make.city()
    nobody = make.viewer(city)
    line, desk = make.line(make.official(city)), make.desk(city)
    before = snapshot.current_version()

    for act in _acts(nobody, line, desk):
        with pytest.raises(NotAllowed):
            act()

    assert snapshot.current_version() == before
    assert not TrailEntry.objects.exists()
