"""Texts that come in are on disk before the gateway is told, once each, whatever they hold."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest
from django.db import connection

from minhu.intake import inbound
from minhu.intake.models import RawText, Text
from minhu.rules.reassembly import GAP
from tests import make

SENDER = "13900000021"


@dataclass(frozen=True)
class Part:
    reference: int
    number: int
    total: int


@dataclass(frozen=True)
class Arrival:
    body: str
    recipient: str
    key: str = ""
    sender: str = SENDER
    gateway: str = "smpp"
    received_at: datetime = make.MONDAY_10
    part: Part | None = None


def arrival(body: str, recipient: str = "+861540009999", **more: object) -> Arrival:
    return Arrival(body, recipient, str(more.pop("key", "") or hash((body, recipient, more.get("part")))), **more)  # type: ignore[arg-type]


@pytest.mark.django_db
def test_a_text_to_a_line_is_found_in_its_thread() -> None:
    line = make.line(make.official(make.city()))
    inbound.store([arrival("路灯不亮", line.number)])

    assert inbound.take_in(at=make.MONDAY_10) == 1

    text = Text.objects.get()
    assert (text.body, text.thread.line, text.thread.citizen.masked) == ("路灯不亮", line, "139****0021")


@pytest.mark.django_db
def test_a_text_brought_again_is_kept_once() -> None:
    make.city()
    again = make.MONDAY_10 + timedelta(minutes=9)
    inbound.store([arrival("路灯不亮"), arrival("路灯不亮")])
    inbound.store([arrival("路灯不亮", received_at=again)])
    assert RawText.objects.count() == 1


@pytest.mark.django_db
def test_the_same_words_later_are_a_new_text_because_people_repeat_themselves() -> None:
    later = make.MONDAY_10 + timedelta(minutes=11)
    inbound.store([arrival("在吗")])
    inbound.store([arrival("在吗", received_at=later)])
    assert RawText.objects.count() == 2


@pytest.mark.django_db
def test_a_gateways_own_id_is_the_same_text_days_later() -> None:
    later = make.MONDAY_10 + timedelta(days=2)
    inbound.store([arrival("在吗", key="7")], keys_are_ids=True)
    inbound.store([arrival("在吗", key="7", received_at=later)], keys_are_ids=True)
    assert RawText.objects.count() == 1


@pytest.mark.django_db
def test_a_text_to_an_unpublished_number_is_kept_without_a_line() -> None:
    make.city()
    inbound.store([arrival("你好，请问")])

    inbound.take_in(at=make.MONDAY_10)

    assert Text.objects.get().thread.line is None


@pytest.mark.django_db
def test_a_reply_to_the_gateways_short_code_goes_to_the_thread_we_wrote_in() -> None:
    from minhu.intake import outbox
    from minhu.intake.citizens import citizen_of, thread_of
    from minhu.rules.access import system

    city = make.city()
    line = make.line(make.official(city))
    thread = thread_of(citizen_of(city.pk, "+86" + SENDER, make.MONDAY_10), line.pk, make.MONDAY_10)
    outbox.queue(thread, outbox.Draft(body="您好"), key="k", by=system(city.pk), at=make.MONDAY_10)
    inbound.store([arrival("1", "10639", received_at=make.MONDAY_10 + timedelta(hours=1))])

    inbound.take_in(at=make.MONDAY_10)

    assert Text.objects.get(body="1").thread == thread


@pytest.mark.django_db
@pytest.mark.parametrize("body", ["", "\0\0", "汉" * 10_000, "a\0b", "\ud83d", "𠮷🙂", "\x01\x02\xff"])
@pytest.mark.parametrize("sender", [SENDER, "", "ABC-bank\0", "1" * 90])
def test_no_text_is_too_strange_to_keep(body: str, sender: str) -> None:
    make.city()
    inbound.store([arrival(body, sender=sender)])

    assert inbound.take_in(at=make.MONDAY_10) == 1

    assert len(Text.objects.get().body) == len(body)


@pytest.mark.django_db
def test_a_long_text_waits_for_its_rest_and_then_is_one() -> None:
    make.city()
    inbound.store([arrival("乙", part=Part(7, 2, 2))])
    assert inbound.take_in(at=make.MONDAY_10) == 0

    inbound.store([arrival("甲", part=Part(7, 1, 2))])
    assert inbound.take_in(at=make.MONDAY_10) == 1
    assert Text.objects.get().body == "甲乙"


@pytest.mark.django_db
def test_a_long_text_whose_rest_never_comes_is_shown_with_a_mark() -> None:
    make.city()
    inbound.store([arrival("甲", part=Part(7, 1, 2))])

    inbound.take_in(at=make.MONDAY_10 + timedelta(minutes=30))

    text = Text.objects.get()
    assert text.gap
    assert text.body == "甲" + GAP.format(number=2)


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_take_each_text_once() -> None:
    make.city()
    inbound.store([arrival(f"事项{n}", sender=f"1390000{n % 7:04d}") for n in range(60)])

    def work() -> None:
        while inbound.take_in(7, at=make.MONDAY_10):
            pass
        connection.close()

    threads = [threading.Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(Text.objects.values_list("body", flat=True)) == sorted(f"事项{n}" for n in range(60))
