"""Matters that arrive together are kept together, each as if it had come alone."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import pytest
from django.db import DatabaseError

from minhu.audit import trail
from minhu.audit.models import TrailEntry
from minhu.directory.models import Line
from minhu.intake.gathering import MOST_RECEIPTS_A_DAY, receive_web_messages
from minhu.intake.models import Citizen, Text, Thread, WebMessage
from minhu.intake.web_form import NoSuchLine, NothingSaid, Received, WebForm
from minhu.rules.words import CaseKind
from tests import make

AT = make.MONDAY_10


@pytest.fixture
def line(db: None) -> Line:
    return make.line(make.official(make.city()))


def form(n: int, **more: object) -> WebForm:
    mine = WebForm(f"key-{n}", f"建设路{n}号路灯不亮", CaseKind.REQUEST, None, f"1540000{n:04d}")
    return replace(mine, **more)  # type: ignore[arg-type]


def test_everybody_gets_the_code_of_his_own_matter(line: Line) -> None:
    forms = [form(n, line_id=line.pk if n % 2 else None) for n in range(7)]
    outcomes = receive_web_messages(forms, city_id=line.city_id, at=AT)

    for mine, outcome in zip(forms, outcomes, strict=True):
        assert isinstance(outcome, Received)
        kept = WebMessage.objects.select_related("citizen").get(code=outcome.code)
        assert (kept.key, kept.body, kept.line_id, kept.promise_due_at) == (
            mine.key, mine.body, mine.line_id, outcome.due_at,
        )  # fmt: skip
        assert kept.citizen.masked.endswith(mine.number[-4:])
        text = Text.objects.select_related("thread").get(code=outcome.code)
        assert (text.thread.citizen_id, text.thread.line_id) == (kept.citizen_id, mine.line_id)


def test_every_matter_has_its_own_entry_in_an_unbroken_trail(line: Line) -> None:
    receive_web_messages([form(n) for n in range(5)], city_id=line.city_id, at=AT)
    receive_web_messages([form(n) for n in range(5, 9)], city_id=line.city_id, at=AT)

    assert trail.verify(line.city_id) == trail.Verdict(9)
    recorded = set(TrailEntry.objects.values_list("subject_id", flat=True))
    assert recorded == {str(key) for key in WebMessage.objects.values_list("pk", flat=True)}


def test_a_refused_matter_does_not_touch_the_others(line: Line) -> None:
    forms = [form(0), form(1, body="  "), form(2, line_id=10**9), form(3)]
    first, empty, nowhere, last = receive_web_messages(forms, city_id=line.city_id, at=AT)

    assert isinstance(first, Received)
    assert isinstance(empty, NothingSaid)
    assert isinstance(nowhere, NoSuchLine)
    assert isinstance(last, Received)
    assert WebMessage.objects.count() == 2


def test_a_row_the_database_will_not_take_harms_nobody_else(line: Line) -> None:
    forms = [form(0), form(1, confidential=None), form(2)]
    first, bad, last = receive_web_messages(forms, city_id=line.city_id, at=AT)

    assert isinstance(first, Received)
    assert isinstance(bad, DatabaseError)
    assert isinstance(last, Received)
    assert sorted(WebMessage.objects.values_list("key", flat=True)) == ["key-0", "key-2"]
    assert trail.verify(line.city_id) == trail.Verdict(2)


def test_a_form_sent_again_is_the_same_matter_in_its_lot_and_in_a_later_one(line: Line) -> None:
    once, twice, other = receive_web_messages([form(0), form(0), form(1)], city_id=line.city_id, at=AT)
    again, new = receive_web_messages([form(1), form(2)], city_id=line.city_id, at=AT)

    assert once == twice
    assert again == other
    assert isinstance(new, Received)
    assert (WebMessage.objects.count(), Text.objects.count(), TrailEntry.objects.count()) == (3, 3, 3)


def test_a_number_is_one_citizen_however_it_is_typed(line: Line) -> None:
    forms = [form(0), form(1, number="154 0000 0000"), form(2, number="+86-154-0000-0000")]
    receive_web_messages(forms, city_id=line.city_id, at=AT)
    receive_web_messages([form(3, number="15400000000")], city_id=line.city_id, at=AT)

    assert (Citizen.objects.count(), Thread.objects.count()) == (1, 1)


def test_those_without_a_number_are_kept_apart_and_texted_nothing(line: Line) -> None:
    outcomes = receive_web_messages([form(n, number="") for n in range(4)], city_id=line.city_id, at=AT)

    assert all(isinstance(outcome, Received) for outcome in outcomes)
    assert len(set(WebMessage.objects.values_list("citizen_id", flat=True))) == 4
    assert not Text.objects.exists()


def test_a_lot_does_not_text_a_number_more_often_than_matters_one_by_one_would(line: Line) -> None:
    number = "15400000000"
    receive_web_messages([form(n, number=number) for n in range(3)], city_id=line.city_id, at=AT)
    receive_web_messages([form(n, number=number) for n in range(3, 20)], city_id=line.city_id, at=AT)
    receive_web_messages([form(n, number="15400009999") for n in range(20, 30)], city_id=line.city_id, at=AT)

    assert WebMessage.objects.count() == 30
    assert Text.objects.count() == 2 * MOST_RECEIPTS_A_DAY


def test_codes_differ(line: Line) -> None:
    receive_web_messages([form(n) for n in range(20)], city_id=line.city_id, at=AT)

    codes = sorted(WebMessage.objects.values_list("code", flat=True))
    assert all(one != other for one, other in pairwise(codes))


@pytest.mark.parametrize("known", [0, 6])
def test_a_lot_takes_as_many_statements_as_one_matter(
    line: Line, django_assert_max_num_queries: object, known: int
) -> None:
    receive_web_messages([form(n) for n in range(known)], city_id=line.city_id, at=AT)
    with django_assert_max_num_queries(16):  # type: ignore[operator]
        receive_web_messages(
            [form(n, key=f"again-{n}", line_id=line.pk if n % 2 else None) for n in range(12)],
            city_id=line.city_id,
            at=AT,
        )
