"""What becomes of a contact does not depend on which others are taken in together with it (after an outage: all)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from minhu.cases import actions
from minhu.cases.models import Case, Contact, Promise
from minhu.directory.models import Line
from minhu.intake import actions as intake_actions
from minhu.intake.actions import WebForm
from minhu.intake.models import Call, Citizen, Text, WebMessage
from minhu.rules.words import CaseKind, Direction, PartyKind, PromiseKind
from tests import make

HOUR = timedelta(hours=1)
MATTER = "建设路12号门口的路灯三天不亮了"


@dataclass(frozen=True)
class Happening:
    """A citizen is in touch. who: 0 or 1; None withholds his number. after: since the one before was over."""

    what: str
    after: timedelta
    who: int | None = 0
    line: int = 0


WHAT = (
    "missed", "answered", "too short", "called back", "tried",
    MATTER, "在吗", "晚上很危险，请快来修", "查", "1", "退订", "web",
)  # fmt: skip
CALLS = WHAT[:5]


def happenings() -> st.SearchStrategy[list[Happening]]:
    after = st.integers(1, 900).map(lambda seconds: timedelta(seconds=seconds))
    of_a_citizen = st.builds(Happening, st.sampled_from(WHAT), after, st.integers(0, 1), st.integers(0, 1))
    withheld = st.builds(Happening, st.just("missed"), after, st.none(), st.integers(0, 1))
    return st.lists(st.one_of(of_a_citizen, of_a_citizen, of_a_citizen, withheld), min_size=2, max_size=9)


class World:
    """Two lines, two citizens, and what they do."""

    def __init__(self) -> None:
        city = make.city()
        self.now = make.MONDAY_10
        self.lines = [make.line(make.official(city)) for _ in range(2)]
        self.numbers = ["+8613900000021", "+8613900000022"]
        self.citizens = [make.citizen(city, number) for number in self.numbers]
        self.order: dict[object, int] = {}

    def happens(self, one: Happening) -> None:
        self.now += one.after
        line = self.lines[one.line]
        citizen = None if one.who is None else self.citizens[one.who]
        made = self._contact(one, line, citizen)
        self.order[made.pk] = len(self.order)

    def _contact(self, one: Happening, line: Line, citizen: Citizen | None) -> Call | Text | WebMessage:
        if one.what in CALLS:
            return self._call(one.what, line, citizen)
        assert citizen is not None
        if one.what == "web":
            form = WebForm(f"key-{len(self.order)}", MATTER, CaseKind.REQUEST, line.pk, self.numbers[one.who or 0])
            intake_actions.receive_web_message(form, city_id=line.city_id, at=self.now)
            return WebMessage.objects.get(key=form.key)
        return make.text(line, citizen, one.what, at=self.now)

    def _call(self, what: str, line: Line, citizen: Citizen | None) -> Call:
        talked = {"answered": 60.0, "too short": 2.0, "called back": 60.0}.get(what, 0.0)
        ours = what in {"called back", "tried"}
        by = (PartyKind.CITIZEN if ours else PartyKind.OFFICIAL) if talked else None
        began = self.now - timedelta(seconds=20 + talked)
        way = Direction.OUTBOUND if ours else Direction.INBOUND
        return make.call(line, citizen, answered_by=by, talk_seconds=talked, at=began, direction=way)

    def outcome(self) -> list[object]:
        """What citizens, officials and auditors see, but for ids and codes."""
        said = Text.objects.filter(direction=Direction.OUTBOUND).values_list("template", flat=True)
        return [sorted(said), *sorted((self._case(case) for case in Case.objects.all()), key=repr)]

    def _case(self, case: Case) -> object:
        contacts = [(self._place(one), one.meaning) for one in case.contacts.all()]
        promises = [self._promise(one) for one in case.promises.all()]
        said = Text.objects.filter(code=case.code, direction=Direction.OUTBOUND).values_list("template", flat=True)
        about = (case.state, case.body, case.opened_at, case.first_contact_at, case.attempts.count())
        return sorted(contacts), about, sorted(promises, key=repr), sorted(said)

    def _promise(self, one: Promise) -> object:
        kept = one.kept_at is not None, one.released_at is not None
        by = self.order.get(one.evidence_call_id or one.evidence_text_id)
        owner = next((place for place, line in enumerate(self.lines) if line.official == one.owner_official), None)
        return one.kind, one.made_at, one.due_at, owner, one.attempts, kept, by

    def _place(self, one: Contact) -> int:
        return self.order[one.call_id or one.text_id or one.web_id]


def outcome_of(play: Callable[[World], None]) -> list[object]:
    """What comes of it in a world of its own, which is gone afterwards."""
    with transaction.atomic():
        world = World()
        play(world)
        while actions.take_in(at=world.now):
            pass
        outcome = world.outcome()
        transaction.set_rollback(True)
    return outcome


def one_after_the_other(story: Sequence[Happening]) -> Callable[[World], None]:
    def play(world: World) -> None:
        for one in story:
            world.happens(one)
            assert actions.take_in(at=world.now) == 1

    return play


def whenever(story: Sequence[Happening], pauses: Sequence[int]) -> Callable[[World], None]:
    """pauses: how many contacts wait before some are taken in; so many as then wait, or fewer."""

    def play(world: World) -> None:
        left = list(story)
        for pause in pauses:
            for one in left[:pause]:
                world.happens(one)
            del left[:pause]
            actions.take_in(max(pause - 1, 1), at=world.now)
        for one in left:
            world.happens(one)

    return play


MISSED_THEN_SPOKEN_WITH = [Happening("missed", HOUR), Happening("answered", HOUR)]
ASKED_THEN_CLEAR = [Happening("在吗", HOUR), Happening(MATTER, HOUR)]
WROTE_THEN_MISSED = [Happening(MATTER, HOUR), Happening("missed", HOUR), Happening("called back", HOUR)]


@pytest.mark.django_db
@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(happenings(), st.lists(st.integers(1, 4), max_size=5))
@example(MISSED_THEN_SPOKEN_WITH, [])
@example(ASKED_THEN_CLEAR, [])
@example(WROTE_THEN_MISSED, [])
@example([*MISSED_THEN_SPOKEN_WITH * 15], [7])  # more than go in one transaction
def test_the_same_comes_of_the_same_contacts_however_they_are_taken_in(
    story: list[Happening], pauses: list[int]
) -> None:
    assert outcome_of(whenever(story, pauses)) == outcome_of(one_after_the_other(story))


def test_who_was_missed_and_then_spoken_with_is_owed_no_callback_when_both_come_in_at_once(db: None) -> None:
    line = make.line(make.official(make.city()))
    citizen = make.citizen(line.city)
    make.call(line, citizen)
    spoken = make.call(line, citizen, answered_by=PartyKind.OFFICIAL, at=make.MONDAY_10 + HOUR)
    actions.take_in(at=make.MONDAY_10 + 2 * HOUR)

    promise = Promise.objects.get()
    assert promise.evidence_call == spoken
    assert Contact.objects.get(call=spoken).case == promise.case


def test_a_conversation_before_the_missed_call_keeps_nothing(db: None) -> None:
    line = make.line(make.official(make.city()))
    citizen = make.citizen(line.city)
    make.call(line, citizen, answered_by=PartyKind.OFFICIAL)
    make.call(line, citizen, at=make.MONDAY_10 + HOUR)
    actions.take_in(at=make.MONDAY_10 + 2 * HOUR)

    assert Promise.objects.get().kept_at is None


def test_an_answer_to_a_question_keeps_it_when_both_come_in_at_once(db: None) -> None:
    line = make.line(make.official(make.city()))
    citizen = make.citizen(line.city)
    make.text(line, citizen, "在吗")
    answer = make.text(line, citizen, MATTER, at=make.MONDAY_10 + HOUR)
    actions.take_in(at=make.MONDAY_10 + 2 * HOUR)

    assert Promise.objects.get(kind=PromiseKind.CLARIFY).evidence_text == answer


def test_who_writes_while_nothing_is_taken_in_is_told_a_time_to_come(db: None) -> None:
    line = make.line(make.official(make.city()))
    text = make.text(line, make.citizen(line.city), MATTER)
    week_later = make.MONDAY_10 + timedelta(days=7)
    actions.take_in(at=week_later)

    promise = Promise.objects.get()
    assert promise.made_at == text.at
    assert promise.due_at > week_later
