"""Random walks: officials, units, staff, citizens and the clock do legal and illegal things in any order.

After each step the laws hold. An act is done or refused by a rule; that it gets as far as the database's own guards
would be a fault. Acts past the rules, straight into the tables, are refused by the database.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import DatabaseError, transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from minhu.audit import trail
from minhu.cases import actions
from minhu.cases.authority import barred, seen
from minhu.cases.models import Case, Conflict, Escalation, Extension, Notice, Promise, Rating, Transfer
from minhu.directory.models import Office, Official
from minhu.intake.models import Text
from minhu.rules.access import Viewer
from minhu.rules.errors import Refusal
from minhu.rules.words import OPEN, CaseState, Direction, Door, OfficeKind, PartyKind, Role, TextState
from tests import make

CASES = 2
WHICH = st.integers(0, CASES - 1)
WHO = st.sampled_from(("wang", "staff", "supervisor", "county", "bureau", "deputy", "other"))
TO = st.sampled_from(("county", "bureau", "deputy", "other", "hotline"))


class Walk(RuleBasedStateMachine):
    """Two cases of Wang's, and everybody who may come near them."""

    def __init__(self) -> None:
        super().__init__()
        self._atomic = transaction.atomic()
        self._atomic.__enter__()
        self.now = make.MONDAY_10
        city = make.city()
        boss = make.official(city, "李市长")
        department = make.office(city, "市住建局")
        self.county = make.office(city, "临河区", OfficeKind.COUNTY)
        self.bureau = make.office(self.county, "临河区住建局")
        self.wang = make.official(department, "王明", superior=boss)
        self.deputy = make.official(department, "李强", superior=self.wang)
        self.other = make.official(self.bureau, "钱局长", superior=self.deputy)
        self.line = make.line(self.wang)
        self.viewers: dict[str, Viewer] = {
            "wang": make.viewer(department, Role.OFFICIAL, official=self.wang),
            "deputy": make.viewer(department, Role.OFFICIAL, official=self.deputy),
            "other": make.viewer(self.bureau, Role.OFFICIAL, official=self.other),
            "staff": make.viewer(city, Role.STAFF),
            "supervisor": make.viewer(city, Role.SUPERVISOR),
            "county": make.viewer(self.county, Role.UNIT),
            "bureau": make.viewer(self.bureau, Role.UNIT),
        }
        self.ids: list[int] = []
        for _ in range(CASES):
            call = make.call(self.line, make.citizen(city), at=self.now)
            actions.take_in(at=self.now)
            self.ids.append(Case.objects.get(contacts__call=call).pk)
        self.now += timedelta(minutes=5)
        self.transfer(1, "bureau")  # the second one is answered by a unit already
        self.reply(1)

    def teardown(self) -> None:
        try:
            assert trail.verify(self.line.city_id).sound
        finally:
            transaction.set_rollback(True)
            self._atomic.__exit__(None, None, None)

    def receiver(self, to: str) -> actions.Receiver:
        return {
            "county": actions.Receiver.unit(self.county.pk),
            "bureau": actions.Receiver.unit(self.bureau.pk),
            "deputy": actions.Receiver.deputy(self.deputy.pk),
            "other": actions.Receiver.deputy(self.other.pk),
            "hotline": actions.Receiver.hotline(),
        }[to]

    def act(self, what: Callable[[], object]) -> None:
        """Done, or refused by a rule."""
        try:
            with transaction.atomic():
                what()
        except Refusal:
            pass

    def anybody(self, what: Callable[[Viewer], object]) -> None:
        """The first of all who may do it does it."""
        for by in self.viewers.values():
            try:
                with transaction.atomic():
                    what(by)
            except Refusal:
                continue
            return

    # ---- what people do

    @rule(case=WHICH, to=TO)
    def transfer(self, case: int, to: str) -> None:
        self.anybody(lambda by: actions.transfer(self.ids[case], self.receiver(to), by=by, reason="转办", at=self.now))

    @rule(case=WHICH)
    def give_back(self, case: int) -> None:
        self.anybody(lambda by: actions.give_back(self.ids[case], by=by, reason="不属我区", at=self.now))

    @rule(case=WHICH)
    def hold(self, case: int) -> None:
        self.anybody(lambda by: actions.hold(self.ids[case], by=by, at=self.now))

    @rule(case=WHICH, days=st.integers(1, 6))
    def extend(self, case: int, days: int) -> None:
        self.anybody(lambda by: actions.extend(self.ids[case], days, by=by, reason="配件缺货", at=self.now))

    @rule(case=WHICH)
    def reply(self, case: int) -> None:
        self.anybody(lambda by: actions.reply(self.ids[case], "已修好", "路灯所", by=by, at=self.now))

    @rule(case=WHICH, score=st.integers(1, 3))
    def rate(self, case: int, score: int) -> None:
        self.act(lambda: actions.rate(self.ids[case], score, at=self.now))

    @rule(case=WHICH)
    def withdraw(self, case: int) -> None:
        code = Case.objects.get(pk=self.ids[case]).code
        self.act(lambda: actions.withdraw_by_code(code, "203.0.113.9", at=self.now))

    @rule(case=WHICH)
    def ask_clarification(self, case: int) -> None:
        self.anybody(lambda by: actions.ask_clarification(self.ids[case], by=by, at=self.now))

    @rule(case=WHICH, parent=WHICH, who=WHO)
    def join(self, case: int, parent: int, who: str) -> None:
        self.act(lambda: actions.join(self.ids[case], self.ids[parent], by=self.viewers[who], at=self.now))

    @rule(case=WHICH, who=WHO)
    def part(self, case: int, who: str) -> None:
        self.act(lambda: actions.part(self.ids[case], by=self.viewers[who], reason="不是一回事", at=self.now))

    @rule(case=WHICH, who=WHO, about=st.sampled_from(("county", "bureau", "deputy", "wang")))
    def set_conflict(self, case: int, who: str, about: str) -> None:
        meant: Office | Official = getattr(self, about)
        of = actions.About(office_id=meant.pk) if isinstance(meant, Office) else actions.About(official_id=meant.pk)
        self.act(lambda: actions.set_conflict(self.ids[case], of, by=self.viewers[who], reason="被反映", at=self.now))

    @rule(case=WHICH, who=WHO)
    def make_confidential(self, case: int, who: str) -> None:
        self.act(lambda: actions.make_confidential(self.ids[case], by=self.viewers[who], at=self.now))

    @rule(case=WHICH, who=WHO, official=st.sampled_from(("deputy", "other")))
    def name(self, case: int, who: str, official: str) -> None:
        one: Official = getattr(self, official)
        self.act(lambda: actions.name(self.ids[case], one.pk, by=self.viewers[who], reason="查办", at=self.now))

    @rule(case=WHICH, talked=st.booleans())
    def call_the_citizen(self, case: int, talked: bool) -> None:
        found = Case.objects.get(pk=self.ids[case])
        make.call(
            self.line, found.citizen, answered_by=PartyKind.CITIZEN if talked else None,
            direction=Direction.OUTBOUND, at=self.now,
        )  # fmt: skip
        self.now += timedelta(minutes=5)
        actions.take_in(at=self.now)

    @rule(case=WHICH, who=WHO, to=TO)
    def trespass(self, case: int, who: str, to: str) -> None:
        """Somebody, who as a rule may not, tries everything that moves a case."""
        by, one = self.viewers[who], self.ids[case]
        for what in (
            lambda: actions.give_back(one, by=by, reason="x", at=self.now),
            lambda: actions.show_door(one, Door.COURT, by=by, at=self.now),
            lambda: actions.withdraw(one, by=by, reason="x", at=self.now),
            lambda: actions.assign(one, self.other.pk, by=by, at=self.now),
            lambda: actions.transfer(one, self.receiver(to), by=by, reason="x", at=self.now),
        ):
            if by.official_id is None or Case.objects.get(pk=one).holder_id != by.official_id:
                self.act(what)

    # ---- what time and the gateway do

    @rule(hours=st.sampled_from((-3, 1, 5, 26, 80, 200)))
    def time_passes(self, hours: int) -> None:
        self.now = max(self.now + timedelta(hours=hours), make.MONDAY_10 + timedelta(minutes=5))

    @rule()
    def work(self) -> None:
        Text.objects.filter(direction="outbound", state="queued").update(state=TextState.DELIVERED, attempt_at=self.now)
        actions.settle_evidence(at=self.now)
        actions.sweep(at=self.now)
        actions.close_due(self.now)

    # ---- past the rules

    @rule(case=WHICH, hop=st.integers(1, 2))
    def write_a_transfer(self, case: int, hop: int) -> None:
        """Of a case that was handed over before: the tables take no second one."""
        if not Transfer.objects.filter(case=self.ids[case]).exists():
            return
        with pytest.raises(DatabaseError), transaction.atomic():
            Transfer.objects.create(
                city_id=self.line.city_id, case_id=self.ids[case], hop=hop, kind="hotline", reason="直接写库",
                due_at=self.now, handed_at=self.now,
            )  # fmt: skip

    @rule(case=WHICH)
    def tick_promises_off(self, case: int) -> None:
        if not Promise.objects.filter(case=self.ids[case], kept_at=None).exists():
            return
        with pytest.raises(DatabaseError), transaction.atomic():
            Promise.objects.filter(case=self.ids[case], kept_at=None).update(kept_at=self.now)

    @precondition(lambda self: Case.objects.filter(state="replied", rate_until__gt=self.now).exists())
    @rule()
    def close_too_soon(self) -> None:
        with pytest.raises(DatabaseError), transaction.atomic():
            Case.objects.filter(state="replied", rate_until__gt=self.now).update(state="closed", closed_at=self.now)

    # ---- what always holds

    @invariant()
    def handed_over_once(self) -> None:
        for one in self.ids:
            assert Transfer.objects.filter(case=one).count() <= 1
        assert not Transfer.objects.filter(ended_at=None, case__reopened__gt=0).exists()
        assert not Transfer.objects.filter(ended_at=None, case__state=CaseState.WITHDRAWN).exists()

    @invariant()
    def never_with_a_conflict(self) -> None:
        for case in Case.objects.filter(pk__in=Conflict.objects.values("case")):
            there = Transfer.objects.filter(case=case, ended_at=None).first()
            assert case.holder_id is None or not barred([case.pk], official_id=case.holder_id)
            if there is not None:
                units = [there.office_id] if there.office_id else []
                assert not barred([case.pk], official_id=there.official_id, office_ids=units)
            for viewer in self.viewers.values():
                offices = [grant.office_id for grant in viewer.grants if grant.office_id]
                if barred([case.pk], official_id=viewer.official_id, office_ids=offices):
                    assert not Case.objects.filter(seen(viewer), pk=case.pk).exists()
            for notice in Notice.objects.filter(case=case, to_official__isnull=False):
                told_after = Conflict.objects.filter(case=case, at__lt=notice.at).exists()
                assert not (told_after and barred([case.pk], official_id=notice.to_official_id)) or (
                    Conflict.objects.filter(case=case, at__gte=notice.at).exists()
                )

    @invariant()
    def promises_are_kept_by_evidence_alone(self) -> None:
        evidence = ("evidence_call", "evidence_text", "evidence_reply", "evidence_transfer")
        for one in Promise.objects.exclude(kept_at=None).values("kind", *evidence):
            assert any(one[name] is not None for name in evidence)
            assert (one["kind"] == "forward") == (one["evidence_transfer"] is not None)
        over = Promise.objects.filter(kept_at=None, released_at=None)
        assert not over.exclude(case__state__in=[state.value for state in OPEN]).exists()

    @invariant()
    def closed_by_a_rating_or_after_seven_days(self) -> None:
        for case in Case.objects.filter(state=CaseState.CLOSED):
            assert case.closed_at is not None
            assert case.rate_until is not None
            rated = Rating.objects.filter(case=case, score=1).exists()
            assert rated or case.closed_at >= case.rate_until

    @invariant()
    def each_rung_once_and_one_extension(self) -> None:
        told = list(Escalation.objects.values_list("promise", "due_at", "rung"))
        assert len(told) == len(set(told))
        for one in Promise.objects.filter(rung__gt=0):
            rungs = Escalation.objects.filter(promise=one, due_at=one.due_at).values_list("rung", flat=True)
            assert max(rungs) == one.rung
        assert Extension.objects.count() <= CASES

    @invariant()
    def families_have_two_generations(self) -> None:
        assert not Case.objects.filter(parent__parent__isnull=False).exists()
        assert not Case.objects.filter(parent__isnull=False, confidential=True).exists()


@pytest.mark.django_db
def test_the_laws_hold_whatever_is_done_in_whatever_order() -> None:
    run_state_machine_as_test(
        Walk,
        settings=settings(
            max_examples=25, stateful_step_count=30, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )
