"""Whom a case must not reach it does not reach: every surface, every role.

A surface that is not listed here fails: whoever adds one says what a stranger gets from it.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from types import ModuleType

import pytest
from django.db import DatabaseError, transaction

from minhu.audit.models import TrailEntry
from minhu.cases import actions, queries
from minhu.cases.avoiding import FindAnother
from minhu.cases.models import Case, Conflict, Named, Notice, Promise
from minhu.cases.tests.world import AT, LATER, SECRET, World, photo, world
from minhu.intake import actions as intake_actions
from minhu.intake.actions import WebForm
from minhu.intake.models import Call
from minhu.intake.scope import NotYours
from minhu.rules.access import Viewer, system
from minhu.rules.conflicts import InConflict, TooWide
from minhu.rules.errors import Refusal
from minhu.rules.rights import NotAllowed
from minhu.rules.words import CaseKind, Door, Outcome, Role, Urgency

DAY = AT + timedelta(hours=5)
LONG_AFTER = AT + timedelta(days=90)
"""When all that is open is overdue."""
READS: dict[str, Callable[[Viewer, World], object]] = {
    "today": lambda by, w: queries.today(by, DAY),
    "owed": lambda by, w: queries.owed(by, DAY),
    "calls_of_day": lambda by, w: queries.calls_of_day(by, DAY),
    "staff_queue": lambda by, w: queries.staff_queue(by, DAY),
    "ledger": lambda by, w: queries.ledger(by, LONG_AFTER, queries.LedgerPart.OVERDUE).rows,
    "due_today": lambda by, w: queries.due_today(by, AT),
    "desk": lambda by, w: queries.desk(by, DAY),
    "notices": lambda by, w: queries.notices(by, DAY),
    "case_page": lambda by, w: queries.case_page(by, w.case.pk, DAY),
    "call_page": lambda by, w: queries.call_page(by, w.call.pk),
    "thread_page": lambda by, w: queries.thread_page(by, w.thread.pk),
    "citizen_of": lambda by, w: queries.citizen_of(by, w.case.pk),
    "ringing": lambda by, w: queries.ringing(by, Call.objects.filter(pk=w.call.pk)),
    "canned_replies": lambda by, w: queries.canned_replies(by, w.case.pk, DAY),
    "listen": lambda by, w: queries.listen(w.recording.pk, by=by),
    "open_attachment": lambda by, w: queries.open_attachment(w.attachment.pk, by=by),
}
BY_CODE_ONLY = {"by_code", "open_by_code"}
ACTS: dict[str, Callable[[Viewer, World], object]] = {
    "hold": lambda by, w: actions.hold(w.case.pk, by=by, at=DAY),
    "withdraw": lambda by, w: actions.withdraw(w.case.pk, by=by, reason="x", at=DAY),
    "ask_clarification": lambda by, w: actions.ask_clarification(w.case.pk, by=by, at=DAY),
    "clarify": lambda by, w: actions.clarify(w.case.pk, "建设路", by=by, at=DAY),
    "assign": lambda by, w: actions.assign(w.case.pk, w.officials["other"].pk, by=by, at=DAY),
    "unassign": lambda by, w: actions.unassign(w.case.pk, by=by, at=DAY),
    "transfer": lambda by, w: actions.transfer(w.case.pk, actions.Receiver.hotline(), by=by, reason="x", at=DAY),
    "give_back": lambda by, w: actions.give_back(w.case.pk, by=by, reason="x", at=DAY),
    "extend": lambda by, w: actions.extend(w.case.pk, 1, by=by, reason="x", at=DAY),
    "reply": lambda by, w: actions.reply(w.case.pk, "x", "x", by=by, at=DAY),
    "show_door": lambda by, w: actions.show_door(w.case.pk, Door.COURT, by=by, at=DAY),
    "join": lambda by, w: actions.join(w.case.pk, another(w).pk, by=by, at=DAY),
    "part": lambda by, w: actions.part(w.case.pk, by=by, reason="x", at=DAY),
    "set_conflict": lambda by, w: actions.set_conflict(
        w.case.pk, actions.About(office_id=w.county.pk), by=by, reason="x", at=DAY
    ),
    "name": lambda by, w: actions.name(w.case.pk, w.officials["other"].pk, by=by, reason="x", at=DAY),
    "make_confidential": lambda by, w: actions.make_confidential(w.case.pk, by=by, at=DAY),
    "write_note": lambda by, w: actions.write_note(w.case.pk, "x", by=by, at=DAY),
    "attach": lambda by, w: actions.attach(w.case.pk, actions.Upload("x", "x.jpg", photo()), by=by, at=DAY),
    "call_back": lambda by, w: actions.call_back(w.promise.pk, by=by, key="x", at=DAY),
    "agree_window": lambda by, w: actions.agree_window(
        w.promise.pk, DAY + timedelta(hours=1), DAY + timedelta(hours=2), by=by, at=DAY
    ),
    "quick_reply": lambda by, w: actions.quick_reply(w.quick_reply.pk, by=by, call_id=w.call.pk, at=DAY),
    "wrap_up": lambda by, w: actions.wrap_up(w.answered.pk, Outcome.FOLLOW_UP, "x", by=by, at=DAY),
    "sort": lambda by, w: actions.sort(w.case.pk, CaseKind.COMPLAINT, Urgency.URGENT, by=by, at=DAY),
    "read_notice": lambda by, w: actions.read_notice(w.notice.pk, by=by, at=DAY),
}
NOT_ON_A_CASE = {
    "take_in", "take_up_text", "settle_evidence", "close_due", "sweep", "set_missing_clocks", "set_hop_limit",
    "record_callback", "rate",  # what the software and the citizen do
    "add_by_code", "attach_by_code", "rate_by_code", "withdraw_by_code", "go_up_by_code",
}  # fmt: skip


def another(w: World) -> Case:
    """An ordinary case of the same official, for joining."""
    return Case.objects.create(
        city=w.line.city, code="ANOTHER1", line=w.line, citizen=w.case.citizen, holder=w.line.official, opened_at=AT
    )


def functions(module: ModuleType) -> set[str]:
    return {name for name in module.__all__ if inspect.isfunction(getattr(module, name))}


def test_every_surface_is_in_the_matrix() -> None:
    assert functions(queries) == READS.keys() | BY_CODE_ONLY
    assert functions(actions) == ACTS.keys() | NOT_ON_A_CASE


# ---- the matrix

CITY_WIDE = {"staff of the city", "supervisor of the city", "leadership of the city"}
WHO_SEES: dict[str, set[str]] = {
    "plain": {*CITY_WIDE, "holder", "staff of the department"},
    "about the bureau": {*CITY_WIDE, "holder", "staff of the department"},
    "about the holder": {*CITY_WIDE, "mayor"},
    "with the bureau": {*CITY_WIDE, "holder", "staff of the department", "unit of the bureau", "unit of the county"},
    "with the bureau, then about it": {*CITY_WIDE, "holder", "staff of the department"},
    "confidential": {"supervisor of the city", "holder"},
    "confidential, one named": {"supervisor of the city", "holder", "other"},
    "confidential, about the holder": {"supervisor of the city", "mayor"},
}


def arrange(w: World, variant: str) -> None:
    """Make the case what the variant says."""
    by = system(w.line.city_id)
    if "with the bureau" in variant:
        actions.transfer(w.case.pk, actions.Receiver.unit(w.bureau.pk), by=by, reason="属地", at=LATER)
    if "confidential" in variant:
        actions.make_confidential(w.case.pk, by=by, at=LATER)
    if "named" in variant:
        actions.name(w.case.pk, w.officials["other"].pk, by=by, reason="查办", at=LATER)
    about = actions.About(office_id=w.bureau.pk)
    if "about the holder" in variant:
        about = actions.About(official_id=w.officials["holder"].pk)
    if "about" in variant:
        actions.set_conflict(w.case.pk, about, by=by, reason="被反映对象", at=LATER)
    w.case.refresh_from_db()


def names_it(w: World, said: object) -> bool:
    """Whether an answer tells anything of the case."""
    words = repr(said)
    return SECRET in words or w.case.code in words or f"case_id={w.case.pk}" in words


@pytest.mark.django_db
@pytest.mark.parametrize("variant", WHO_SEES)
def test_who_sees_a_case_reads_it_and_nobody_else_learns_of_it(variant: str) -> None:
    w = world()
    arrange(w, variant)
    for name, viewer in w.viewers.items():
        told = {surface for surface, read in READS.items() if tells(w, viewer, read)}
        if name in WHO_SEES[variant]:
            assert {"case_page", "ledger"} <= told | ({"ledger"} if name == "other" else set()), name
        else:
            assert told == set(), name


def tells(w: World, viewer: Viewer, read: Callable[[Viewer, World], object]) -> bool:
    try:
        said = read(viewer, w)
    except NotYours:
        return False
    if isinstance(said, int):  # a number of promises: the case has the only one
        return said > 0
    return isinstance(said, bytes) or type(said).__name__ == "Opened" or names_it(w, said)


@pytest.mark.django_db
@pytest.mark.parametrize("variant", [one for one in WHO_SEES if one != "plain"])
def test_nobody_acts_on_a_case_that_must_not_reach_him(variant: str) -> None:
    w = world()
    arrange(w, variant)
    before = TrailEntry.objects.count()
    for name, viewer in w.viewers.items():
        if name in WHO_SEES[variant]:
            continue
        for act in ACTS.values():
            with pytest.raises(Refusal), transaction.atomic():
                act(viewer, w)
    assert TrailEntry.objects.count() == before


# ---- setting it


@pytest.fixture
def w(db: None) -> World:
    return world()


def test_a_case_about_its_own_official_goes_to_his_superior(w: World) -> None:
    actions.set_conflict(
        w.case.pk, actions.About(official_id=w.line.official_id), by=w.viewers["supervisor of the city"], reason="本人",
    )  # fmt: skip
    w.case.refresh_from_db()
    assert w.case.holder == w.officials["mayor"]
    assert Promise.objects.get(case=w.case).owner_official == w.officials["mayor"]


def test_where_nobody_above_may_have_it_somebody_is_named_or_staff_have_it(w: World) -> None:
    by = w.viewers["supervisor of the city"]
    mayor = actions.About(official_id=w.officials["mayor"].pk)
    Case.objects.filter(pk=w.case.pk).update(state="held")
    for holder, refusal in ((None, FindAnother), (w.officials["clerk"].pk, InConflict)):
        with pytest.raises(refusal), transaction.atomic():
            actions.set_conflict(w.case.pk, mayor, by=by, reason="x", holder_id=holder, at=LATER)
    assert not Conflict.objects.exists()

    Case.objects.filter(pk=w.case.pk).update(state="new")
    actions.set_conflict(w.case.pk, mayor, by=by, reason="x", at=LATER)
    w.case.refresh_from_db()
    assert w.case.holder is None
    assert Promise.objects.get(case=w.case).owner_office == w.line.city


def test_a_unit_that_turns_out_to_be_meant_loses_the_case(w: World) -> None:
    arrange(w, "with the bureau, then about it")
    assert w.case.transfers.get().ended == "conflict"
    assert Promise.objects.get(case=w.case, kind="reply").owner_official == w.line.official


def test_a_city_as_a_whole_cannot_be_avoided(w: World) -> None:
    with pytest.raises(TooWide):
        actions.set_conflict(
            w.case.pk, actions.About(office_id=w.line.city_id), by=w.viewers["holder"], reason="x", at=LATER
        )


def test_the_same_conflict_again_changes_nothing(w: World) -> None:
    for _ in range(2):
        actions.set_conflict(w.case.pk, actions.About(office_id=w.county.pk), by=w.viewers["holder"], reason="x")
    assert Conflict.objects.count() == 1


def test_staff_do_not_name_people_for_a_case_and_the_accused_are_never_named(w: World) -> None:
    with pytest.raises(NotAllowed):
        actions.name(w.case.pk, w.officials["other"].pk, by=w.viewers["staff of the city"], reason="x")
    arrange(w, "about the bureau")
    with pytest.raises(InConflict):
        actions.name(w.case.pk, w.officials["clerk"].pk, by=w.viewers["holder"], reason="x")


def test_a_new_holder_is_never_a_conflict_and_the_database_itself_refuses_one(w: World) -> None:
    arrange(w, "about the bureau")
    Case.objects.filter(pk=w.case.pk).update(holder=None)
    for one in ("chief", "clerk"):
        with pytest.raises(InConflict):
            actions.assign(w.case.pk, w.officials[one].pk, by=w.viewers["staff of the city"], at=LATER)
        with pytest.raises(DatabaseError), transaction.atomic():
            Case.objects.filter(pk=w.case.pk).update(holder=w.officials[one])


@pytest.mark.parametrize("model", [Conflict, Named])
def test_who_was_meant_is_not_taken_back(w: World, model: type[Conflict] | type[Named]) -> None:
    arrange(w, "confidential, one named, about the bureau")
    with pytest.raises(DatabaseError), transaction.atomic():
        model.objects.all().delete()
    with pytest.raises(DatabaseError), transaction.atomic():
        model.objects.update(reason="另有说法")


# ---- asked at intake


@pytest.mark.parametrize(
    ("about", "holder"),
    [
        ({"about_office_id": "bureau"}, "holder"),
        ({"about_official_id": "holder"}, "mayor"),
        ({"about_official_id": "mayor"}, None),
    ],
    ids=str,
)
def test_the_form_asks_whom_it_is_about_and_it_never_reaches_them(
    w: World, about: dict[str, str], holder: str | None
) -> None:
    form = WebForm("k", "反映工程问题，请保密处理", CaseKind.COMPLAINT, w.line.pk, "13900000033")
    for name, who in about.items():
        form = replace(form, **{name: w.bureau.pk if who == "bureau" else w.officials[who].pk})  # type: ignore[arg-type]
    told = intake_actions.receive_web_message(form, city_id=w.line.city_id, at=LATER)
    actions.take_in(at=LATER)

    case = Case.objects.get(code=told.code)
    assert case.holder == (w.officials[holder] if holder else None)
    assert Conflict.objects.filter(case=case, by=None).count() == 1
    for name, viewer in w.viewers.items():
        barred = {"chief", "clerk"} if holder == "holder" else {"holder", "chief", "clerk", "head of the county"}
        if name in barred or name.endswith("of the bureau"):
            with pytest.raises(NotYours):
                queries.case_page(viewer, case.pk, LATER)


def test_a_form_about_somebody_of_another_city_is_refused(w: World) -> None:
    elsewhere = w.viewers["staff of another city"].city_id
    form = WebForm("k", "反映工程问题", CaseKind.COMPLAINT, w.line.pk, about_office_id=elsewhere)
    with pytest.raises(intake_actions.NoSuchAccused):
        intake_actions.receive_web_message(form, city_id=w.line.city_id, at=LATER)
    whole = WebForm("k", "反映全市", CaseKind.COMPLAINT, w.line.pk, about_office_id=w.line.city_id)
    with pytest.raises(TooWide):
        intake_actions.receive_web_message(whole, city_id=w.line.city_id, at=LATER)


# ---- notes and notices


def test_who_is_mentioned_is_told_and_who_must_not_know_cannot_be(w: World) -> None:
    arrange(w, "about the bureau")
    by = w.viewers["holder"]
    actions.write_note(w.case.pk, "请@王明 看一下", by=w.viewers["staff of the city"], at=LATER)
    (told,) = [one for one in queries.notices(by, DAY) if one.note]
    assert (told.case_id, told.note) == (w.case.pk, "请@王明 看一下")

    with pytest.raises(InConflict):
        actions.write_note(w.case.pk, "请@钱局长 看一下", by=by, at=LATER)
    actions.read_notice(told.id, by=by, at=LATER)
    assert [one.read for one in queries.notices(by, DAY) if one.note] == [True]


def test_notices_never_go_to_a_conflict(w: World) -> None:
    arrange(w, "about the holder")
    Promise.objects.filter(case=w.case).update(owner_official=w.line.official)  # as if nobody had moved it
    actions.sweep(at=DAY + timedelta(days=9))
    assert not Notice.objects.filter(to_official=w.line.official).exists()
    assert Notice.objects.filter(to_role=Role.SUPERVISOR.value).exists()
