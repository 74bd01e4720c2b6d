"""What the citizen sees and does on his matter's page: the same states and times as the officials, and no notes."""

from __future__ import annotations

from datetime import timedelta

import pytest

from minhu.cases import actions, queries
from minhu.cases.by_code import NotYetUp
from minhu.cases.escalated import escalated
from minhu.cases.models import Addition, Case, CodeLookup, Notice, Promise, Rating
from minhu.cases.tests.world import AT, LATER, photo
from minhu.cases.tracking import NoSuchCode, NotTakenInYet, TooManyLookups
from minhu.directory.models import Line
from minhu.intake import actions as intake_actions
from minhu.intake.actions import NothingSaid, TooLong, WebForm
from minhu.intake.models import Text
from minhu.intake.scope import NotYours
from minhu.rules.access import Viewer
from minhu.rules.casework import Act, NotPossibleNow
from minhu.rules.words import CaseKind, CaseState, Door, NoticeKind, OfficeKind, PromiseKind, Role
from tests import make

HOME = "203.0.113.9"


@pytest.fixture
def line(db: None) -> Line:
    boss = make.official(make.city(), "李市长")
    return make.line(make.official(make.office(boss.city), superior=boss))


@pytest.fixture
def him(line: Line) -> Viewer:
    return make.viewer(line.official.office, Role.OFFICIAL, official=line.official)


@pytest.fixture
def case(line: Line) -> Case:
    make.call(line, make.citizen(line.city))
    actions.take_in(at=AT)
    return Case.objects.get()


def test_he_adds_words_once_however_often_he_sends_them(case: Case, him: Viewer) -> None:
    for _ in range(2):
        actions.add_by_code(case.code, HOME, "就在十二号门口", key="k", at=LATER)
    case.refresh_from_db()
    assert case.body == "就在十二号门口"
    assert Addition.objects.count() == 1
    assert queries.case_page(him, case.pk, LATER).additions[0].body == "就在十二号门口"
    with pytest.raises(NothingSaid):
        actions.add_by_code(case.code, HOME, "  ", key="k2", at=LATER)
    with pytest.raises(TooLong):
        actions.add_by_code(case.code, HOME, "长" * 3000, key="k3", at=LATER)


def test_he_hands_in_a_photo_and_sees_it_and_what_he_is_shown(case: Case, him: Viewer) -> None:
    actions.attach_by_code(case.code, HOME, actions.Upload("a", "现场.jpg", photo()), at=LATER)
    inner = actions.attach(case.pk, actions.Upload("b", "内部.jpg", photo()), by=him, at=LATER)
    after = actions.attach(case.pk, actions.Upload("c", "修好了.jpg", photo(), shown=True), by=him, at=LATER)

    files = queries.by_code(case.code, HOME, at=LATER).files
    assert [(one.name, one.his) for one in files] == [("现场.jpg", True), ("修好了.jpg", False)]
    assert queries.open_by_code(case.code, HOME, after.pk, at=LATER).mime == "image/jpeg"
    with pytest.raises(NoSuchCode):
        queries.open_by_code(case.code, HOME, inner.pk, at=LATER)


def test_he_withdraws_from_any_open_state_and_is_told_so(case: Case, line: Line, him: Viewer) -> None:
    county = make.office(line.city, kind=OfficeKind.COUNTY)
    actions.transfer(case.pk, actions.Receiver.unit(county.pk), by=him, reason="属地", at=LATER)

    actions.withdraw_by_code(case.code, HOME, reason="已经自己解决", at=LATER)

    case.refresh_from_db()
    assert case.state == CaseState.WITHDRAWN
    assert case.transfers.get().ended == "withdrawn"
    assert not Promise.objects.filter(kept_at=None, released_at=None).exists()
    assert "已按您的要求撤回" in Text.objects.get(template="withdrawn").body
    assert queries.by_code(case.code, HOME, at=LATER).acts == frozenset()
    with pytest.raises(NotPossibleNow):
        actions.withdraw_by_code(case.code, HOME, at=LATER)
    with pytest.raises(NotPossibleNow):
        actions.add_by_code(case.code, HOME, "还有", key="k", at=LATER)


@pytest.mark.parametrize(
    ("said", "score", "state"),
    [
        (actions.Said(answered=True, solved=True, satisfied=True), 1, CaseState.CLOSED),
        (actions.Said(answered=True, solved=True, satisfied=False), 2, CaseState.HELD),
        (actions.Said(answered=False, solved=True, satisfied=True), 3, CaseState.HELD),
    ],
)
def test_he_rates_in_three_answers(case: Case, him: Viewer, said: actions.Said, score: int, state: CaseState) -> None:
    with pytest.raises(NotPossibleNow):
        actions.rate_by_code(case.code, HOME, said, at=LATER)
    actions.reply(case.pk, "已修好", "路灯所", by=him, at=LATER)
    assert Act.CLOSE in queries.by_code(case.code, HOME, at=LATER).acts

    actions.rate_by_code(case.code, HOME, said, at=LATER)

    case.refresh_from_db()
    rating = Rating.objects.get()
    assert (rating.score, rating.answered, case.state) == (score, said.answered, state)


def test_he_goes_one_level_up_when_a_promise_is_broken(case: Case, line: Line) -> None:
    with pytest.raises(NotYetUp):
        actions.go_up_by_code(case.code, HOME, at=LATER)
    assert not queries.by_code(case.code, HOME, at=LATER).may_go_up
    late = AT + timedelta(hours=3)
    assert queries.by_code(case.code, HOME, at=late).may_go_up

    for minutes in (0, 5, 60):
        actions.go_up_by_code(case.code, HOME, at=late + timedelta(minutes=minutes))

    told = Notice.objects.filter(kind=NoticeKind.WENT_UP.value)
    assert {(one.to_official, one.to_role) for one in told} == {
        (line.official.superior, ""), (None, Role.SUPERVISOR.value),
    }  # fmt: skip
    actions.go_up_by_code(case.code, HOME, at=late + timedelta(days=2))
    assert told.all().count() == 4


def test_one_level_up_the_superior_has_the_whole_record_and_may_answer(case: Case, line: Line) -> None:
    superior = line.official.superior
    assert superior is not None
    him = make.viewer(superior.office, Role.OFFICIAL, official=superior)
    actions.write_note(case.pk, "内部意见：先拖一拖", by=make.viewer(line.city, Role.STAFF), at=LATER)
    late = AT + timedelta(hours=3)
    with pytest.raises(NotYours):
        queries.case_page(him, case.pk, late)

    actions.go_up_by_code(case.code, HOME, words="等了三个小时没人管", at=late)

    (told,) = queries.notices(him, late)
    assert (told.kind, told.case_id, told.note) == (NoticeKind.WENT_UP, case.pk, "等了三个小时没人管")
    page = queries.case_page(him, case.pk, late)
    assert [one.body for one in page.notes] == ["内部意见：先拖一拖"]
    assert {one.kind for one in page.promises} == {PromiseKind.CALL_BACK}
    actions.sweep(at=late)
    assert [one.case_id for one in escalated(him, late)] == [case.pk]
    assert page.acts >= {Act.REPLY, Act.CALL_BACK, Act.NOTE}
    assert not page.acts & {Act.TRANSFER, Act.ASSIGN, Act.WITHDRAW}
    reply = actions.reply(case.pk, "已责成今天办结", superior.name, by=him, at=late)
    assert reply.by_id == him.account_id
    other = make.official(superior.office, "赵副市长")
    with pytest.raises(NotYours):
        queries.case_page(make.viewer(superior.office, Role.OFFICIAL, official=other), case.pk, late)


def test_what_became_confidential_is_no_longer_the_superiors_to_see(case: Case, line: Line) -> None:
    superior = line.official.superior
    assert superior is not None
    him = make.viewer(superior.office, Role.OFFICIAL, official=superior)
    late = AT + timedelta(hours=3)
    actions.go_up_by_code(case.code, HOME, at=late)
    assert queries.case_page(him, case.pk, late).code == case.code

    actions.make_confidential(case.pk, by=make.viewer(line.city, Role.SUPERVISOR), at=late)

    with pytest.raises(NotYours):
        queries.case_page(him, case.pk, late)
    assert queries.notices(him, late) == ()
    assert escalated(him, late) == ()


def test_he_sees_the_states_and_times_that_the_officials_see(case: Case, line: Line, him: Viewer) -> None:
    county = make.office(line.city, "临河区", OfficeKind.COUNTY)
    unit = make.viewer(county, Role.UNIT)
    actions.transfer(case.pk, actions.Receiver.unit(county.pk), by=him, reason="属地", at=LATER)
    actions.extend(case.pk, 2, by=unit, reason="配件缺货", at=LATER)
    actions.write_note(case.pk, "内部意见：先拖一拖", by=him, at=LATER)
    actions.reply(case.pk, "已修好", "临河区住建局", by=unit, at=LATER)

    his, theirs = queries.by_code(case.code, HOME, at=LATER), queries.case_page(him, case.pk, LATER)

    assert his.state == theirs.state
    assert (his.opened_at, his.replied_at) == (theirs.opened_at, theirs.replied_at)
    assert [(one.to, one.handed_at) for one in his.transfers] == [(one.to, one.handed_at) for one in theirs.transfers]
    assert his.extension is not None
    assert theirs.extension is not None
    assert (his.extension.due_at, his.extension.reason) == (theirs.extension.due_at, "配件缺货")
    assert [(one.kind, one.due_at, one.kept_at) for one in his.promises] == [
        (one.kind, one.due_at, one.kept_at) for one in sorted(theirs.promises, key=lambda one: (one.made_at, one.id))
    ]
    assert [(one.done, one.at) for one in his.replies] == [(one.done, one.at) for one in theirs.replies]
    assert "先拖一拖" not in repr(his)
    assert "内部" not in repr(his)


def test_he_sees_which_door_it_belongs_to_and_that_it_was_joined(case: Case, line: Line, him: Viewer) -> None:
    actions.show_door(case.pk, Door.COURT, by=him, at=LATER)
    assert queries.by_code(case.code, HOME, at=LATER).door is Door.COURT
    make.call(line, make.citizen(line.city), at=LATER)
    make.call(line, make.citizen(line.city), at=LATER)
    actions.take_in(at=LATER)
    one, other = Case.objects.filter(door="").order_by("id")
    actions.join(other.pk, one.pk, by=him, at=LATER)
    assert queries.by_code(other.code, HOME, at=LATER).joined


def test_what_came_a_moment_ago_can_be_followed_and_not_acted_on(line: Line) -> None:
    form = WebForm("k", "桥头路灯不亮了", CaseKind.REQUEST, line.pk)
    told = intake_actions.receive_web_message(form, city_id=line.city_id, at=AT)
    assert queries.by_code(told.code, HOME, at=AT).state == CaseState.NEW
    with pytest.raises(NotTakenInYet):
        actions.withdraw_by_code(told.code, HOME, at=AT)


def test_guessing_is_slowed_here_too(case: Case) -> None:
    for _ in range(20):
        with pytest.raises(NoSuchCode):
            actions.withdraw_by_code("QQQQQQQQ", HOME, at=AT)
    assert CodeLookup.objects.get().misses == 20
    with pytest.raises(TooManyLookups):
        actions.withdraw_by_code(case.code, HOME, at=AT)
    actions.withdraw_by_code(case.code, "198.51.100.7", at=AT)
