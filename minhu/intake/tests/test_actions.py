"""A matter from the form is kept once, with a code that nobody else has."""

from __future__ import annotations

import threading
from dataclasses import replace

import pytest
from django.db import connection

from minhu.audit.models import TrailEntry
from minhu.directory.models import Line
from minhu.intake import actions, codes
from minhu.intake.actions import WebForm
from minhu.intake.models import Text, TrackingCode, WebMessage
from minhu.intake.scope import NotYours
from minhu.rules.codes import is_code
from minhu.rules.numbers import NotANumber
from minhu.rules.words import CaseKind, Role
from tests import make

AT = make.MONDAY_10


@pytest.fixture
def line(db: None) -> Line:
    return make.line(make.official(make.city()))


def form(line: Line, **more: object) -> WebForm:
    return replace(
        WebForm("key-1", "建设路12号路灯不亮", CaseKind.REQUEST, line.pk, "139 0000 0021"),
        **more,  # type: ignore[arg-type]
    )


def test_a_matter_is_answered_with_a_code_and_a_time(line: Line) -> None:
    received = actions.receive_web_message(form(line), city_id=line.city_id, at=AT)

    assert is_code(received.code)
    assert received.due_at > AT
    text = Text.objects.get()
    assert received.code in text.body
    assert TrailEntry.objects.get().act == "receive_web_message"


def test_the_form_sent_twice_is_one_matter(line: Line) -> None:
    first = actions.receive_web_message(form(line), city_id=line.city_id, at=AT)
    assert actions.receive_web_message(form(line), city_id=line.city_id, at=AT) == first
    assert (WebMessage.objects.count(), Text.objects.count()) == (1, 1)


@pytest.mark.parametrize(
    ("wrong", "refusal"),
    [
        ({"body": " \n"}, actions.NothingSaid),
        ({"body": "汉" * 2001}, actions.TooLong),
        ({"number": "一三九"}, NotANumber),
        ({"line_id": 10**9}, actions.NoSuchLine),
    ],
)
def test_what_cannot_be_taken_is_refused_with_a_reason(
    line: Line, wrong: dict[str, object], refusal: type[Exception]
) -> None:
    with pytest.raises(refusal):
        actions.receive_web_message(form(line, **wrong), city_id=line.city_id, at=AT)
    assert not WebMessage.objects.exists()


def test_an_unpublished_line_takes_no_matters(line: Line) -> None:
    hidden = make.line(line.official, published_from=None)
    with pytest.raises(actions.NoSuchLine):
        actions.receive_web_message(form(hidden), city_id=line.city_id, at=AT)


def test_nobody_can_have_a_number_texted_without_end(line: Line) -> None:
    for n in range(9):
        actions.receive_web_message(form(line, key=f"k{n}"), city_id=line.city_id, at=AT)
    assert (WebMessage.objects.count(), Text.objects.count()) == (9, 5)


def test_binary_junk_is_kept_as_far_as_it_can_be_read(line: Line) -> None:
    actions.receive_web_message(form(line, body="a\0b\ud800c", name="\0"), city_id=line.city_id, at=AT)
    assert WebMessage.objects.get().body == "a\ufffdb?c"


def test_a_text_to_no_line_is_put_aside_by_who_may(line: Line) -> None:
    text = make.text(None, make.citizen(line.city), "中奖了")
    him = make.viewer(line.official.office, Role.OFFICIAL, official=line.official)
    with pytest.raises(NotYours):
        actions.put_aside(text.pk, by=him, reason="广告", at=AT)
    actions.put_aside(text.pk, by=make.viewer(line.city, Role.STAFF), reason="广告", at=AT)
    text.refresh_from_db()
    assert text.settled_at == AT


@pytest.mark.django_db(transaction=True)
def test_codes_given_out_at_the_same_moment_are_all_different() -> None:
    given: list[str] = []

    def work() -> None:
        for _ in range(20):
            given.extend(codes.allot(5))
        connection.close()

    workers = [threading.Thread(target=work) for _ in range(3)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()

    assert len(set(given)) == 300 == TrackingCode.objects.count()


@pytest.mark.django_db(transaction=True)
def test_the_form_sent_twice_at_the_same_moment_is_one_matter() -> None:
    line = make.line(make.official(make.city()))
    got: list[str] = []

    def send() -> None:
        got.append(actions.receive_web_message(form(line), city_id=line.city_id, at=AT).code)
        connection.close()

    sends = [threading.Thread(target=send) for _ in range(3)]
    for one in sends:
        one.start()
    for one in sends:
        one.join()

    assert len(set(got)) == 1
    assert (WebMessage.objects.count(), Text.objects.count()) == (1, 1)
