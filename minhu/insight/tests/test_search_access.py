"""Search finds for each viewer what its page would show him, and nothing else: every role, every kind of text."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from minhu.cases import actions, queries
from minhu.cases.models import Case
from minhu.cases.tests.world import AT, LATER, SECRET, World, world
from minhu.insight.finding import find
from minhu.insight.indexing import bring_up_to_date
from minhu.insight.searching import Narrowed
from minhu.intake.scope import NotYours
from minhu.rules.access import Viewer, system
from minhu.rules.words import Role
from tests import make

pytestmark = pytest.mark.django_db
DAY = AT + timedelta(hours=5)


@pytest.fixture
def w() -> World:
    return world()


def index(city_id: int) -> None:
    while bring_up_to_date(city_id):
        pass


def found_by(viewer: Viewer, typed: str = SECRET) -> set[int]:
    return {card.case_id for card in find(viewer, typed, Narrowed(), DAY).cards}


def opened_by(viewer: Viewer, case: Case) -> set[int]:
    try:
        queries.case_page(viewer, case.pk, DAY)
    except NotYours:
        return set()
    return {case.pk}


def plain(_: World) -> None:
    """As it came."""


def handed_over(w: World) -> None:
    actions.hold(w.case.pk, by=w.viewers["holder"], at=LATER)
    actions.transfer(w.case.pk, actions.Receiver.unit(w.county.pk), by=w.viewers["holder"], reason="属地", at=LATER)


def confidential(w: World) -> None:
    actions.make_confidential(w.case.pk, by=w.viewers["holder"], at=LATER)
    actions.name(w.case.pk, w.officials["other"].pk, by=w.viewers["holder"], reason="协助", at=LATER)


def accused(w: World) -> None:
    about = actions.About(office_id=w.county.pk)
    actions.set_conflict(w.case.pk, about, by=w.viewers["supervisor of the city"], reason="被反映", at=LATER)


@pytest.mark.parametrize("become", [plain, handed_over, confidential, accused])
def test_everybody_finds_exactly_what_he_may_open(w: World, become: Callable[[World], None]) -> None:
    become(w)
    index(w.line.city_id)

    for name, viewer in w.viewers.items():
        assert found_by(viewer) == opened_by(viewer, w.case), name
    assert found_by(w.viewers["holder"]) == {w.case.pk}


def test_what_changes_after_the_index_was_made_holds_at_once(w: World) -> None:
    index(w.line.city_id)
    assert found_by(w.viewers["staff of the department"])

    actions.make_confidential(w.case.pk, by=w.viewers["holder"], at=LATER)

    assert not found_by(w.viewers["staff of the department"])
    assert found_by(w.viewers["holder"])


def test_an_operator_finds_nothing(w: World) -> None:
    index(w.line.city_id)
    for typed in (SECRET, w.case.code, "投诉"):
        found = find(w.viewers["operator of the city"], typed, Narrowed(), DAY)
        assert (found.cards, found.total, found.more) == ((), 0, False)


def test_what_is_said_of_an_official_is_found_by_supervision_alone(w: World) -> None:
    index(w.line.city_id)
    said = "没有人管"
    assert found_by(w.viewers["supervisor of the city"], said)
    assert not found_by(w.viewers["holder"], said)
    assert not found_by(w.viewers["staff of the city"], said)


def test_notes_are_for_those_who_work_on_it(w: World) -> None:
    actions.write_note(w.case.pk, "已约第三方检测", by=system(w.line.city_id), at=AT)
    Case.objects.filter(pk=w.case.pk).update(holder=w.officials["other"])
    index(w.line.city_id)

    assert found_by(w.viewers["other"], "第三方检测")
    assert found_by(w.viewers["staff of the city"], "第三方检测")
    assert found_by(w.viewers["holder"]), "it came to his line"
    assert not found_by(w.viewers["holder"], "第三方检测")


def test_an_official_finds_what_he_holds_of_any_line_or_none(w: World) -> None:
    """His own lines stand among others; what he holds may have come to any of them."""
    mine, other = w.officials["holder"], w.officials["other"]
    lines = [w.line, *(make.line(of) for of in (other, other, mine, other))]
    kept = [*lines, None]
    held = [
        Case.objects.create(
            city_id=w.line.city_id, code=f"K7Q2ABC{place}", line=line, citizen=w.case.citizen, holder=mine,
            kind=w.case.kind, state=w.case.state, title="古塔倾斜", body="古塔倾斜", opened_at=AT,
        )
        for place, line in enumerate(kept)
    ]  # fmt: skip
    index(w.line.city_id)

    assert found_by(w.viewers["holder"], "古塔倾斜") == {case.pk for case in held}
    assert not found_by(w.viewers["chief"], "古塔倾斜")


def test_a_city_finds_nothing_of_another(w: World) -> None:
    index(w.line.city_id)
    stranger = make.viewer(make.city("远市"), Role.SUPERVISOR)
    assert not found_by(stranger)
    assert not found_by(stranger, w.case.code)
