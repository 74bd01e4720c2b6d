"""The ladder: the software proposes once, a person decides, the official is heard, and the database holds it."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.conf import settings
from django.db import transaction
from django.db.utils import DatabaseError
from pytest_django import DjangoAssertNumQueries

from minhu.audit.models import TrailEntry
from minhu.intake.scope import NotYours
from minhu.rules.access import Viewer
from minhu.rules.excuses import Excuse
from minhu.rules.figures import Measure
from minhu.rules.ladder import (
    AnotherDecides,
    ArrangedAlready,
    DecidedAlready,
    HeardAlready,
    HearHimFirst,
    NotAhead,
    NotDecided,
    NotSoAnyMore,
    NotThisStep,
    NotYetHeld,
    OnAppeal,
    SayWhy,
    Step,
    Thresholds,
    TooLate,
)
from minhu.supervision import deciding, hearing, interviewing, laddered, others
from minhu.supervision.models import Ground, Interview, LadderEvent, Proposal, Referral, StepAppeal
from minhu.supervision.tests.ladder_world import NOTE, SUPERVISION, WHO_SEES, WHY, Ladder, failed_check, referral
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture
def here() -> Ladder:
    return Ladder.of_wang()


def open_proposal() -> Proposal:
    return Proposal.objects.get(decided_at=None)


def refused(change: object) -> None:
    assert callable(change)
    with pytest.raises(DatabaseError), transaction.atomic():
        change()


def test_he_is_told_of_a_failed_check_and_nothing_is_proposed_while_he_may_speak(here: Ladder) -> None:
    event = here.fails()

    assert (event.kind, event.official, event.at) == ("failed_check", here.him, here.now)
    assert laddered.waiting(here["himself"], here.now) == 1
    assert here.later(days=2) == 0
    assert here.later(days=1, hours=8) == 1
    assert (open_proposal().step, list(open_proposal().grounds.values_list("key", "is_new"))) == (
        "reminder", [(f"check:{event.check_of_id}", True)],
    )  # fmt: skip


def test_the_job_proposes_once_however_often_it_runs(here: Ladder) -> None:
    here.fails()
    assert [here.later(days=7), here.later(), here.later(days=1)] == [1, 0, 0]
    here.taken()

    assert [here.later(), here.later(days=20)] == [0, 0]
    assert (Proposal.objects.count(), LadderEvent.objects.count()) == (1, 1)


def test_a_passed_check_and_one_of_who_left_his_post_lead_to_nothing(here: Ladder) -> None:
    gone = make.line(make.official(here.department, "前局长"))
    failed_check(gone, here.now)
    type(gone.official).objects.filter(pk=gone.official_id).update(left_on=here.now.date())
    check = failed_check(here.line, here.now - timedelta(days=91))

    assert here.later(days=7) == 0
    assert not LadderEvent.objects.exists()
    assert check.finding == "failed"


def test_his_word_is_taken_down_once_and_in_time_and_then_weighed(here: Ladder) -> None:
    event, late = here.fails(), here.fails(make.line(here.him))
    with pytest.raises(HearHimFirst):
        hearing.weigh(event.pk, None, "计入", by=here["supervisor"], at=here.now)
    with pytest.raises(SayWhy):
        hearing.say(event.pk, "  ", by=here["himself"], at=here.now)
    hearing.say(event.pk, "当时在防汛现场", by=here["himself"], claimed=Excuse.EMERGENCY_DUTY, at=here.now)
    with pytest.raises(HeardAlready):
        hearing.say(event.pk, "再说一次", by=here["himself"], at=here.now)
    with pytest.raises(TooLate):
        hearing.say(late.pk, "晚了", by=here["himself"], at=late.until + timedelta(seconds=1))

    here.now = event.until - timedelta(seconds=1)
    assert here.later(seconds=0) == 0  # the one awaits his word, the other its weighing
    hearing.weigh(event.pk, Excuse.EMERGENCY_DUTY, "防汛值班属实", by=here["supervisor"], at=here.now)
    with pytest.raises(HeardAlready):
        hearing.weigh(event.pk, None, "再想想", by=here["another supervisor"], at=here.now)
    assert here.later(seconds=2) == 1
    assert list(Ground.objects.values_list("key", flat=True)) == [f"check:{late.check_of_id}"]


def test_tolerated_honest_error_leads_to_nothing(here: Ladder) -> None:
    event = here.fails()
    hearing.weigh(event.pk, Excuse.HONEST_ERROR, "新系统上线，误操作，已改正", by=here["supervisor"], at=here.now)

    assert here.later(days=30) == 0


def test_nothing_is_taken_twice_or_without_a_reason_or_against_his_appeal(here: Ladder) -> None:
    here.fails()
    here.later(days=7)
    one = open_proposal()
    deciding.add_word(one.pk, "已改为会后半小时内回电", by=here["himself"], at=here.now)
    with pytest.raises(SayWhy):
        deciding.decide(one.pk, take=True, reason="", by=here["supervisor"], at=here.now)
    with pytest.raises(NotDecided):
        deciding.confirm_read(one.pk, by=here["himself"], at=here.now)
    with pytest.raises(NotDecided):
        deciding.appeal(one.pk, "不服", by=here["himself"], at=here.now)
    here.taken()
    with pytest.raises(DecidedAlready):
        deciding.decide(one.pk, take=False, reason=WHY, by=here["another supervisor"], at=here.now)
    with pytest.raises(DecidedAlready):
        deciding.add_word(one.pk, "再说", by=here["himself"], at=here.now)

    assert deciding.confirm_read(one.pk, by=here["himself"], at=here.now).read_at == here.now
    assert deciding.confirm_read(one.pk, by=here["himself"], at=here.now + timedelta(days=1)).read_at == here.now


def test_a_step_is_not_taken_on_what_has_been_excused_meanwhile(here: Ladder) -> None:
    event = here.fails()
    here.later(days=7)
    hearing.weigh(event.pk, Excuse.OUTAGE, "当天线路中断，运营商已证实", by=here["supervisor"], at=here.now)
    with pytest.raises(NotSoAnyMore):
        here.taken()

    one = deciding.decide(open_proposal().pk, take=False, reason="线路中断", by=here["supervisor"], at=here.now)
    assert one.decision == "dismissed"
    assert here.later(days=1) == 0


def test_a_second_failed_check_is_an_interview_and_a_third_a_referral(here: Ladder) -> None:
    talk = here.to_be_interviewed()
    assert (talk.step, talk.why, talk.grounds.count(), talk.grounds.filter(is_new=True).count()) == (
        "interview", "count", 2, 1,
    )  # fmt: skip
    here.fails()
    here.later(days=7)

    assert (open_proposal().step, open_proposal().grounds.count()) == ("referral", 3)


def test_an_appeal_is_decided_by_another_and_nothing_is_done_meanwhile(here: Ladder) -> None:
    talk = here.to_be_interviewed()
    deciding.appeal(talk.pk, "第二次是线路问题", by=here["himself"], at=here.now)
    with pytest.raises(HeardAlready):
        deciding.appeal(talk.pk, "再说一次", by=here["himself"], at=here.now)
    with pytest.raises(OnAppeal):
        interviewing.arrange(talk.pk, here.now + timedelta(days=1), "三楼", by=here["supervisor"], at=here.now)
    with pytest.raises(AnotherDecides):
        deciding.decide_appeal(talk.pk, granted=False, reason="维持", by=here["supervisor"], at=here.now)
    deciding.decide_appeal(talk.pk, granted=True, reason="线路记录属实", by=here["another supervisor"], at=here.now)
    with pytest.raises(DecidedAlready):
        deciding.decide_appeal(talk.pk, granted=False, reason="再想想", by=here["another supervisor"], at=here.now)

    with pytest.raises(NotDecided):
        interviewing.arrange(talk.pk, here.now + timedelta(days=1), "三楼", by=here["supervisor"], at=here.now)
    here.fails()
    here.later(days=7)
    assert (open_proposal().step, open_proposal().grounds.count()) == ("interview", 2)  # the overturned one is gone


def test_an_appeal_comes_within_ten_working_days(here: Ladder) -> None:
    one = here.reminded()
    with pytest.raises(TooLate):
        deciding.appeal(one.pk, "晚了", by=here["himself"], at=here.now + timedelta(days=15))


def test_an_interview_is_told_beforehand_recorded_afterwards_and_counted(here: Ladder) -> None:
    talk = here.to_be_interviewed()
    when = here.now + timedelta(days=2)
    with pytest.raises(NotAhead):
        interviewing.arrange(talk.pk, here.now, "三楼", by=here["supervisor"], at=here.now)
    first = interviewing.arrange(talk.pk, when, "三楼", by=here["supervisor"], at=here.now)
    moved = interviewing.arrange(talk.pk, when + timedelta(hours=1), "四楼", by=here["supervisor"], at=here.now)
    with pytest.raises(NotYetHeld):
        interviewing.record(moved.pk, attended=True, minutes="谈了", by=here["supervisor"], at=when)
    assert figures(here) == 0

    here.now = when + timedelta(hours=2)
    interviewing.record(moved.pk, attended=True, minutes="承诺每天清零", by=here["supervisor"], at=here.now)
    with pytest.raises(ArrangedAlready):
        interviewing.record(moved.pk, attended=False, minutes="改口", by=here["supervisor"], at=here.now)
    with pytest.raises(ArrangedAlready):
        interviewing.arrange(talk.pk, when + timedelta(days=9), "三楼", by=here["supervisor"], at=here.now)
    assert (first.pk, moved.place) == (moved.pk, "四楼")
    assert figures(here) == figures(here, frozenset({here.department.pk})) == 1
    assert figures(here, frozenset({here.city.pk})) == 0


def figures(here: Ladder, offices: frozenset[int] | None = None) -> int:
    first = here.now.date() - timedelta(days=30)
    return others.measures(here.city.pk, first, first + timedelta(days=60), offices)[Measure.INTERVIEWS]


def missed(here: Ladder) -> LadderEvent:
    """He does not come."""
    talk = here.to_be_interviewed()
    arranged = interviewing.arrange(talk.pk, here.now + timedelta(days=1), "三楼", by=here["supervisor"], at=here.now)
    here.now += timedelta(days=1)
    interviewing.record(arranged.pk, attended=False, minutes="等了半小时", by=here["supervisor"], at=here.now)
    return LadderEvent.objects.get(interview=arranged)


def test_an_interview_that_he_misses_is_an_event_and_leads_to_referral(here: Ladder) -> None:
    event = missed(here)
    assert (event.kind, figures(here)) == ("missed_interview", 0)
    assert here.later(days=1) == 0  # his word is awaited
    here.later(days=7)
    one = here.taken()
    assert (one.step, one.why) == ("referral", "not_attended")
    with pytest.raises(NotThisStep):
        interviewing.arrange(one.pk, here.now + timedelta(days=1), "三楼", by=here["supervisor"], at=here.now)
    with pytest.raises(SayWhy):
        interviewing.refer(one.pk, "", "安纪移〔2026〕3号", here.now.date(), by=here["supervisor"], at=here.now)
    tomorrow = here.now.date() + timedelta(days=2)
    with pytest.raises(SayWhy):
        interviewing.refer(one.pk, "市纪委监委", "1号", tomorrow, by=here["supervisor"], at=here.now)

    interviewing.refer(one.pk, "市纪委监委", "安纪移〔2026〕3号", here.now.date(), by=here["supervisor"], at=here.now)
    with pytest.raises(DecidedAlready):
        interviewing.refer(one.pk, "市纪委监委", "4号", here.now.date(), by=here["supervisor"], at=here.now)


def test_an_interview_missed_with_an_excuse_is_arranged_again(here: Ladder) -> None:
    event = missed(here)
    talk = Proposal.objects.get(step="interview")
    again = (talk.pk, here.now + timedelta(days=3), "三楼")
    with pytest.raises(ArrangedAlready):
        interviewing.arrange(*again, by=here["supervisor"], at=here.now)
    hearing.weigh(event.pk, Excuse.EMERGENCY_DUTY, "省里临时开会", by=here["supervisor"], at=here.now)

    assert interviewing.arrange(*again, by=here["supervisor"], at=here.now).pk != event.interview_id
    assert here.later(days=9) == 0


def test_a_milder_city_sets_its_own_thresholds(here: Ladder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "LADDER", Thresholds(timedelta(days=30), 2, 3, 4))
    here.fails()
    assert here.later(days=7) == 0
    here.fails()
    assert here.later(days=7) == 1
    assert open_proposal().step == "reminder"


def test_every_act_and_every_reading_by_another_is_in_the_trail(here: Ladder) -> None:
    event = missed(here)
    talk = Proposal.objects.get(step="interview")
    laddered.event_page(here["himself"], event.pk, here.now)
    laddered.proposal_page(here["himself"], talk.pk, here.now)
    acts = list(TrailEntry.objects.order_by("seq").values_list("act", flat=True))
    assert not [act for act in acts if act.startswith("read_")]
    assert {"tell_of_failed_check", "propose_step", "decide_step", "arrange_interview", "record_interview"} <= set(acts)

    laddered.event_page(here["supervisor"], event.pk, here.now)
    laddered.proposal_page(here["superior"], talk.pk, here.now)
    laddered.overview(here["supervisor"], here.now)
    laddered.of_reports(here["superior"], here.now)
    read = list(TrailEntry.objects.filter(act__startswith="read_").order_by("seq").values_list("act", "detail"))
    assert read == [
        ("read_event", {"official": here.him.pk}), ("read_proposal", {"official": here.him.pk}),
        ("read_ladder", {"officials": [here.him.pk]}), ("read_ladder", {"officials": [here.him.pk]}),
    ]  # fmt: skip


def test_the_database_itself_refuses_to_turn_what_was_heard_and_decided(here: Ladder) -> None:
    event = here.fails()
    events = LadderEvent.objects.filter(pk=event.pk)
    unheard = {"weighed_at": here.now, "reason": "x", "weighed_by": here["supervisor"].account_id}
    refused(lambda: events.update(**unheard))
    hearing.say(event.pk, "在开会", by=here["himself"], at=here.now)
    refused(lambda: events.update(statement="没有话说"))
    refused(lambda: events.update(at=here.now - timedelta(days=80)))
    refused(lambda: events.delete())
    refused(lambda: events.update(weighed_at=here.now, reason="x", weighed_by=here["himself"].account_id))
    refused(lambda: events.update(weighed_at=here.now, reason="x", weighed_by=here["under him"].account_id))
    hearing.weigh(event.pk, None, "会议不是理由", by=here["supervisor"], at=here.now)
    refused(lambda: events.update(excuse="outage"))

    here.later(days=1)
    one = Proposal.objects.filter(pk=open_proposal().pk)
    his, clerks = here["himself"].account_id, here["under him"].account_id
    refused(lambda: one.update(step="referral"))
    refused(lambda: one.update(decision="taken", decided_at=here.now, decided_by=here["supervisor"].account_id))
    for judge in (his, clerks):
        refused(lambda by=judge: one.update(decision="dismissed", reason="x", decided_at=here.now, decided_by=by))
    refused(lambda: Proposal.objects.create(
        city=here.city, official=here.him, step="reminder", why="count", proposed_at=here.now
    ))  # fmt: skip
    refused(lambda: Ground.objects.all().update(is_new=False))
    here.taken()
    refused(lambda: one.update(decision="dismissed"))
    refused(lambda: one.update(decided_at=None, decision="", reason=""))
    refused(lambda: Ground.objects.create(
        proposal=one.get(), official=here.him, key=f"check:{event.check_of_id}x", kind="nonsense", at=here.now,
        is_new=True,
    ))  # fmt: skip


def test_the_database_itself_refuses_what_was_not_decided_on(here: Ladder) -> None:
    other = make.official(here.department, "别人")
    anothers = failed_check(make.line(here.clerk), here.now)
    told = {"city": here.city, "kind": "failed_check", "at": here.now, "told_at": here.now, "until": here.now}
    refused(lambda: LadderEvent.objects.create(**told, official=other, check_of=anothers))
    reminder = here.reminded()
    by = {"arranged_by_id": here["supervisor"].account_id, "arranged_at": here.now}
    refused(lambda: Interview.objects.create(proposal=reminder, at=here.now, place="三楼", **by))
    refused(lambda: Referral.objects.create(
        proposal=reminder, to="市纪委", reference="1", on=here.now.date(), by=make.account(here.city),
        filed_at=here.now,
    ))  # fmt: skip
    appeal = deciding.appeal(reminder.pk, "不服", by=here["himself"], at=here.now)
    appeals = StepAppeal.objects.filter(pk=appeal.pk)
    for judge in ("supervisor", "himself", "under him"):
        refused(
            lambda by=here[judge].account_id: appeals.update(
                granted=True, reason="x", decided_at=here.now, decided_by=by
            )
        )
    refused(lambda: appeals.update(words="服"))


def test_nobody_decides_on_himself_or_his_superior_or_out_of_his_offices(here: Ladder) -> None:
    event = here.fails()
    here.later(days=7)
    one = open_proposal()
    for name in here.viewers.keys() - {"supervisor", "another supervisor"}:
        with pytest.raises(NotYours):
            deciding.decide(one.pk, take=True, reason=WHY, by=here[name], at=here.now)
        with pytest.raises(NotYours):
            hearing.weigh(event.pk, None, WHY, by=here[name], at=here.now)
    for name in here.viewers.keys() - {"himself"}:
        for act in (
            lambda by=here[name]: hearing.say(event.pk, "x", by=by, at=event.told_at),
            lambda by=here[name]: deciding.add_word(one.pk, "x", by=by, at=here.now),
            lambda by=here[name]: deciding.confirm_read(one.pk, by=by, at=here.now),
            lambda by=here[name]: deciding.appeal(one.pk, "x", by=by, at=here.now),
        ):
            with pytest.raises(NotYours):
                act()


@pytest.mark.parametrize("state", WHO_SEES, ids=lambda state: state.__name__)
def test_who_may_see_it_reads_it_and_nobody_else_learns_of_it(here: Ladder, state: Callable[[Ladder], None]) -> None:
    state(here)
    for name, viewer in here.viewers.items():
        told = {reads for reads, read in READS.items() if tells(here, viewer, read)}
        himself, decides = name == "himself", name in SUPERVISION
        proposal = name in WHO_SEES[state] and Proposal.objects.exists()
        expected = {
            "proposal": proposal, "event": himself or decides, "about_me": himself, "overview": decides,
            "of_reports": proposal and name == "superior",
        }  # fmt: skip
        assert told == {reads for reads, sees in expected.items() if sees}, name


READS: dict[str, Callable[[Viewer, datetime], object]] = {
    "proposal": lambda viewer, at: laddered.proposal_page(viewer, newest(Proposal), at),
    "event": lambda viewer, at: laddered.event_page(viewer, newest(LadderEvent), at),
    "about_me": laddered.about_me,
    "overview": laddered.overview,
    "of_reports": laddered.of_reports,
}


def newest(model: type[Proposal] | type[LadderEvent]) -> int:
    return model.objects.order_by("-pk").values_list("pk", flat=True).first() or 0


def tells(here: Ladder, viewer: Viewer, read: Callable[[Viewer, datetime], object]) -> bool:
    try:
        said = str(read(viewer, here.now))
    except NotYours:
        return False
    return here.him.name in said or NOTE in said


def test_counts_are_for_supervision_and_leadership_of_the_city_alone(here: Ladder) -> None:
    referral(here)
    told = laddered.counts(here["leadership"], here.now)
    assert (dict(told.taken), told.interviews, told.open) == (dict.fromkeys(Step, 1), 0, 0)
    assert laddered.counts(here["supervisor"], here.now) == told
    elsewhere = "supervisor of another city"
    assert not any(dict(laddered.counts(here[elsewhere], here.now).proposed).values())
    for name in here.viewers.keys() - {"leadership", "under him", elsewhere, *SUPERVISION}:
        with pytest.raises(NotYours):
            laddered.counts(here[name], here.now)


def test_the_list_asks_no_more_the_longer_it_is(
    here: Ladder, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(6):
        line = make.line(make.official(here.city, f"领导{number}"))
        here.fails(line)
    here.later(days=7)
    with django_assert_max_num_queries(22):
        found = laddered.overview(here["supervisor"], here.now)

    assert len(found.open) == 6
    assert all(one.may.take for one in found.open)


def test_the_trail_proves_confidential_words_and_does_not_tell_them(here: Ladder) -> None:
    missed(here)
    event = LadderEvent.objects.order_by("-pk")[0]
    hearing.say(event.pk, "家父病危", by=here["himself"], at=here.now)
    kept = [str(one) for one in TrailEntry.objects.values_list("reason", "detail")]

    assert not [words for words in kept for secret in (WHY, "家父病危", "等了半小时") if secret in words]
    proof = hashlib.sha256("家父病危".encode()).hexdigest()
    assert any(proof in words for words in kept)
