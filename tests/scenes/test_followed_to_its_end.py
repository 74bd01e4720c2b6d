"""Every matter is followed to its end: from the first text or call to the rating."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.management import call_command

from minhu.cases import actions, queries
from minhu.cases.models import Case, Escalation, Notice, Promise, Reply, Transfer
from minhu.intake import actions as intake_actions
from minhu.intake.actions import WebForm
from minhu.intake.models import Text
from minhu.intake.scope import NotYours
from minhu.rules.conflicts import InConflict
from minhu.rules.handover import HeldHimself, TransferUsedUp
from minhu.rules.words import CaseKind, CaseState, NoticeKind, Outcome, ReplyMeans, Role
from tests import make
from tests.scenes.followed import HOME, Play
from tests.scenes.stage import CITIZEN

pytestmark = pytest.mark.django_db(transaction=True)


def test_an_enquiry_answered_in_person_is_written_up_rated_and_closed() -> None:
    play = Play.begin()
    stage = play.stage
    play.rings(answered=True)
    (card,) = queries.today(stage.him, stage.now).to_wrap_up
    actions.wrap_up(card.id, Outcome.ENQUIRY, "公积金提取到政务中心三楼办理", by=stage.him, at=stage.now)
    stage.later(seconds=30)
    case = play.only_case()
    assert "公积金提取" in play.told_last()
    assert (case.kind, play.state(case), play.owed(case)) == ("enquiry", "replied", [])

    stage.later(minutes=5)
    stage.citizen_texts("1")

    assert play.state(case) == "closed"
    assert queries.ledger(stage.him, stage.now, queries.LedgerPart.MINE).rows == ()
    assert not Escalation.objects.exists()
    call_command("audit", "verify")


def test_a_request_goes_to_a_county_once_takes_more_time_once_and_comes_back_to_the_official() -> None:
    play = Play.begin()
    stage, him = play.stage, play.stage.him
    stage.citizen_texts("临河区建设路12号门口的井盖丢了，很危险，请派人处理")
    case = play.only_case()
    assert "已收到" in play.told_last()
    assert queries.case_page(him, case.pk, stage.now).transfers_left == 1

    stage.later(hours=1)
    actions.transfer(case.pk, actions.Receiver.unit(play.county.pk), by=him, reason="临河区管养", at=stage.now)
    (row,) = queries.desk(play.unit, stage.now).to_answer
    assert (row.title[:3], row.from_official) == ("临河区", "王明")
    with pytest.raises(TransferUsedUp):
        actions.transfer(case.pk, actions.Receiver.unit(play.bureau.pk), by=play.unit, reason="推", at=stage.now)

    stage.later(days=2)
    actions.extend(case.pk, 3, by=play.unit, reason="井盖要定做", at=stage.now)
    stage.later(seconds=30)
    assert "井盖要定做" in play.told_last()
    tracked = queries.by_code(case.code, HOME, at=stage.now)
    assert [one.to for one in tracked.transfers] == ["临河区"]
    assert tracked.extension is not None

    stage.later(days=3)
    actions.reply(case.pk, "已放围挡", "临河区住建局 孙科长", by=play.unit, at=stage.now)
    stage.later(seconds=30)
    assert "孙科长" in play.told_last()
    assert play.owed(case) == []
    stage.citizen_texts("3")  # not solved: there is a fence, and no lid

    case.refresh_from_db()
    assert (case.state, case.holder, case.reopened) == (CaseState.HELD, stage.line.official, 1)
    assert "重新办理" in play.told_last()
    assert queries.desk(play.unit, stage.now).to_answer == ()
    with pytest.raises(HeldHimself):
        actions.transfer(case.pk, actions.Receiver.unit(play.county.pk), by=him, reason="再转", at=stage.now)
    with pytest.raises(NotYours):
        actions.reply(case.pk, "真的好了", "临河区", by=play.unit, at=stage.now)

    stage.later(days=1)
    actions.reply(case.pk, "新井盖已装好，现场看过", "王明", by=him, at=stage.now)
    stage.later(seconds=30)
    stage.citizen_texts("1")
    assert play.state(case) == "closed"
    assert [one.score for one in queries.by_code(case.code, HOME, at=stage.now).replies] == [3, 1]
    assert Transfer.objects.get().ended == "reopened"
    call_command("audit", "verify")


def test_a_confidential_complaint_about_a_countys_own_bureau_never_reaches_it() -> None:
    play = Play.begin()
    stage, him = play.stage, play.stage.him
    chief = make.official(play.bureau, "钱局长", superior=make.official(play.county, "赵区长"))
    his = make.viewer(play.bureau, Role.OFFICIAL, official=chief)
    form = WebForm(
        "k", "临河区住建局收了施工方的好处，请保密", CaseKind.COMPLAINT, stage.line.pk, CITIZEN, confidential=True,
        about_office_id=play.bureau.pk,
    )  # fmt: skip
    told = intake_actions.receive_web_message(form, city_id=stage.line.city_id, at=stage.now)
    stage.later(seconds=30)
    case = Case.objects.get(code=told.code)
    page = queries.case_page(him, case.pk, stage.now)
    assert (page.confidential, page.avoids) == (True, ("临河区住建局",))

    for viewer in (his, play.bureau_unit, play.unit, play.staff):
        with pytest.raises(NotYours):
            queries.case_page(viewer, case.pk, stage.now)
        assert queries.notices(viewer, stage.now) == ()
    with pytest.raises(InConflict):
        actions.name(case.pk, chief.pk, by=play.supervisor, reason="核查", at=stage.now)

    stage.later(days=1)
    deputy = make.official(stage.line.official.office, "李强", superior=stage.line.official)
    hers = make.viewer(deputy.office, Role.OFFICIAL, official=deputy)
    actions.name(case.pk, deputy.pk, by=play.supervisor, reason="由李强核查", at=stage.now)
    actions.transfer(case.pk, actions.Receiver.deputy(deputy.pk), by=him, reason="由李强核查", at=stage.now)
    stage.later(days=40)  # overdue: those are told who may know, and nobody else
    told_to = set(Notice.objects.values_list("to_official__name", "to_role"))
    assert told_to == {("李强", ""), ("王明", ""), (None, "supervisor")}

    actions.reply(case.pk, "已查实并移交纪检机关", "李强", by=hers, at=stage.now)
    stage.later(seconds=30)
    stage.citizen_texts("1")
    assert play.state(case) == "closed"
    call_command("audit", "verify")


def test_ten_citizens_with_one_water_cut_are_each_told_in_their_own_thread() -> None:
    play = Play.begin()
    stage, him = play.stage, play.stage.him
    numbers = [f"+86154000077{n:02}" for n in range(10)]
    for n, number in enumerate(numbers):
        body = f"滨河路小区{n + 1}号楼停水了，什么时候来水？"
        stage.gateway.citizen_texts(body, sender=number, recipient=stage.line.number, at=stage.now)
        stage.later(minutes=1)
    first, *others = Case.objects.order_by("id")
    for one in others:
        actions.join(one.pk, first.pk, by=play.staff, at=stage.now)
    last = others.pop()
    actions.part(last.pk, by=play.staff, reason="是自家水表的问题", at=stage.now)

    stage.later(hours=2)
    actions.reply(first.pk, "爆管已修复，十二点恢复供水", "市水务集团", by=him, at=stage.now)
    stage.later(seconds=30)

    for number, one in zip(numbers, (first, *others), strict=False):
        assert any("恢复供水" in text and one.code in text for text in stage.gateway.bodies(number))
        assert play.owed(one) == []
    assert play.owed(last) == ["call_back"]
    assert not any("恢复供水" in text for text in stage.gateway.bodies(numbers[9]))

    for n, number in enumerate(numbers[:9]):
        stage.gateway.citizen_texts("3" if n == 4 else "1", sender=number, recipient=stage.line.number, at=stage.now)
    stage.work()
    states = list(Case.objects.order_by("id").values_list("state", flat=True))
    assert states == ["closed"] * 4 + ["held"] + ["closed"] * 4 + ["new"]
    assert Reply.objects.count() == 9
    call_command("audit", "verify")


def test_a_citizen_who_cannot_be_reached_is_tried_on_two_days_and_the_reply_waits_for_him() -> None:
    play = Play.begin()
    stage = play.stage
    play.rings(answered=False)
    case = play.only_case()
    for n, hours in enumerate((1, 4, 17)):
        stage.later(hours=hours)
        play.calls_back(f"try{n}", answered=False)
        assert sum("未接通" in text for text in stage.told()) == n + 1
    assert queries.case_page(stage.him, case.pk, stage.now).unreachable
    assert Promise.objects.get(kind="call_back").attempts == 3
    kinds = [one.kind for one in queries.notices(stage.him, stage.now)]
    assert NoticeKind.OVERDUE in kinds  # what was promised by noon was not kept by three attempts alone

    actions.reply(case.pk, "来电未能接通，如仍需要请再来电或回短信", "王明", by=stage.him, at=stage.now)
    stage.later(seconds=30)
    assert Reply.objects.get().means == ReplyMeans.TEXT
    assert play.owed(case) == []
    stage.later(days=7, minutes=1)
    assert play.state(case) == "closed"
    call_command("audit", "verify")


def test_a_matter_that_is_withdrawn_ends_at_once_and_nothing_more_is_sent() -> None:
    play = Play.begin()
    stage = play.stage
    stage.citizen_texts("人民路与滨河路口的红绿灯坏了，早晚高峰很危险")
    case = play.only_case()
    stage.later(hours=1)
    actions.transfer(case.pk, actions.Receiver.unit(play.county.pk), by=stage.him, reason="属地", at=stage.now)
    stage.later(hours=1)

    actions.withdraw_by_code(case.code, HOME, reason="灯已经好了", at=stage.now)
    stage.later(seconds=30)

    assert play.state(case) == "withdrawn"
    assert "已按您的要求撤回" in play.told_last()
    assert play.owed(case) == []
    assert queries.desk(play.unit, stage.now).to_answer == ()
    sent = Text.objects.filter(direction="outbound").count()
    stage.later(days=30)
    assert Text.objects.filter(direction="outbound").count() == sent
    assert not Notice.objects.filter(at__gt=stage.now - timedelta(days=29)).exists()
    call_command("audit", "verify")
