"""Nothing is said twice: a text is handed to a gateway once, and its fate is never guessed."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest
from django.db import DatabaseError, connection, transaction

from minhu.intake import outbox, receipts
from minhu.intake.citizens import citizen_of, thread_of
from minhu.intake.models import Citizen, Text, Thread
from minhu.intake.outbox import Draft
from minhu.intake.receipts import Fate
from minhu.rules.access import system
from minhu.rules.words import TextState
from tests import make

NOON = make.MONDAY_10 + timedelta(hours=2)
NIGHT = make.MONDAY_10 + timedelta(hours=14)


@dataclass(frozen=True)
class Receipt:
    gateway_id: str
    fate: Fate = Fate.DELIVERED
    gateway: str = "smpp"
    code: str = ""


def thread() -> Thread:
    city = make.city()
    return thread_of(make.citizen(city), make.line(make.official(city)).pk, NOON)


def say(to: Thread, key: str = "k", *, at: datetime = NOON, **draft: object) -> Text:
    return outbox.queue(to, Draft(**{"body": "您好", **draft}), key=key, by=system(to.city_id), at=at)  # type: ignore[arg-type]


def state(text: Text) -> str:
    text.refresh_from_db()
    return text.state


def sent(to: Thread, *ids: str) -> Text:
    text = say(to)
    outbox.claim("a", at=NOON)
    outbox.submitted(text.pk, "smpp", ids, at=NOON)
    return text


@pytest.mark.django_db
def test_a_text_queued_twice_with_one_key_is_one_text() -> None:
    to = thread()
    assert say(to).pk == say(to).pk
    assert Text.objects.count() == 1


@pytest.mark.django_db
def test_a_claimed_text_carries_what_the_gateway_needs() -> None:
    to = thread()
    text = say(to)

    (one,) = outbox.claim("a", at=NOON)

    assert (one.text_id, one.body, one.sender) == (text.pk, "您好", to.line.number if to.line else "")
    assert one.recipient.startswith("+86154")
    assert len(one.id) <= 36


@pytest.mark.django_db
def test_a_text_is_marked_as_tried_before_any_gateway_sees_it() -> None:
    text = say(thread())
    outbox.claim("a", at=NOON)
    assert state(text) == TextState.SENDING
    assert text.attempt_at == NOON
    assert outbox.claim("b", at=NOON) == []


@pytest.mark.django_db
def test_the_database_refuses_a_text_that_is_on_its_way_untried() -> None:
    text = say(thread())
    with pytest.raises(DatabaseError), transaction.atomic():
        Text.objects.filter(pk=text.pk).update(state=TextState.SENDING)


@pytest.mark.django_db
def test_the_database_refuses_to_change_what_was_said() -> None:
    text = say(thread())
    with pytest.raises(DatabaseError), transaction.atomic():
        Text.objects.filter(pk=text.pk).update(body="别的话")


@pytest.mark.django_db
def test_what_a_dead_worker_had_in_hand_is_unknown_and_never_sent_again() -> None:
    text = say(thread())
    outbox.claim("a", at=NOON)

    assert outbox.settle_in_doubt("a", started_at=NOON + timedelta(seconds=1), at=NOON) == [text.pk]

    assert state(text) == TextState.UNKNOWN
    assert outbox.claim("a", at=NOON + timedelta(days=3)) == []


@pytest.mark.django_db
def test_what_a_living_worker_has_in_hand_is_left_alone() -> None:
    text = say(thread())
    outbox.claim("a", at=NOON)

    outbox.settle_in_doubt("b", started_at=NOON + timedelta(seconds=1), at=NOON + timedelta(seconds=2))
    assert state(text) == TextState.SENDING


@pytest.mark.django_db
@pytest.mark.parametrize(("seconds", "settled"), [(1, TextState.DELIVERED), (60, TextState.SENT)])
def test_clocks_may_differ_a_little_but_a_receipt_of_long_before_is_of_another_text(
    seconds: int, settled: TextState
) -> None:
    text = sent(thread(), "77")
    receipts.store([Receipt("77")], at=NOON - timedelta(seconds=seconds))
    assert state(text) == settled


@pytest.mark.django_db
def test_a_receipt_by_our_own_id_counts_whatever_the_clocks_say() -> None:
    text = say(thread())
    (one,) = outbox.claim("a", at=NOON)
    outbox.submitted(text.pk, "phone", [one.id], at=NOON)
    receipts.store([Receipt(one.id, gateway="phone")], at=NOON - timedelta(hours=5))
    assert state(text) == TextState.DELIVERED


@pytest.mark.django_db
def test_a_receipt_by_our_own_id_settles_a_text_whose_answer_was_lost() -> None:
    text = say(thread())
    (one,) = outbox.claim("a", at=NOON)
    outbox.in_doubt(text.pk, "android", "link broke", at=NOON)

    receipts.store([Receipt(one.id, gateway="android")], at=NOON)

    assert state(text) == TextState.DELIVERED


@pytest.mark.django_db
def test_a_text_is_delivered_when_all_its_segments_are() -> None:
    text = sent(thread(), "1", "2")

    outbox.receipts([Receipt("1")], at=NOON)
    assert state(text) == TextState.SENT
    outbox.receipts([Receipt("2"), Receipt("2", Fate.PENDING)], at=NOON)
    assert state(text) == TextState.DELIVERED


@pytest.mark.django_db
def test_a_delivered_text_stays_delivered_whatever_comes_later() -> None:
    text = sent(thread(), "1")
    for fate in (Fate.DELIVERED, Fate.FAILED, Fate.PENDING):
        outbox.receipts([Receipt("1", fate)], at=NOON)
    assert state(text) == TextState.DELIVERED


@pytest.mark.django_db(transaction=True)
def test_a_receipt_before_the_answer_to_its_submit_counts() -> None:
    text = say(thread())
    outbox.claim("a", at=NOON)
    outbox.receipts([Receipt("1")], at=NOON + timedelta(seconds=1))

    outbox.submitted(text.pk, "smpp", ["1"], at=NOON + timedelta(seconds=2))

    assert state(text) == TextState.DELIVERED


@pytest.mark.django_db(transaction=True)
def test_a_gateway_that_counts_anew_does_not_settle_the_wrong_text() -> None:
    to = thread()
    first = sent(to, "1")
    second = say(to, "k2")
    outbox.claim("a", at=NOON)
    outbox.submitted(second.pk, "smpp", ["1"], at=NOON)

    outbox.receipts([Receipt("1")], at=NOON)

    assert (state(first), state(second)) == (TextState.SENT, TextState.DELIVERED)


@pytest.mark.django_db
def test_a_refused_text_is_tried_again_only_when_it_was_not_sent() -> None:
    to = thread()
    busy, wrong = say(to, "busy"), say(to, "wrong")
    outbox.claim("a", at=NOON)

    outbox.rejected(busy.pk, "smpp", "throttled", retryable=True, at=NOON)
    outbox.rejected(wrong.pk, "smpp", "bad number", retryable=False, at=NOON)

    assert (state(busy), state(wrong)) == (TextState.QUEUED, TextState.FAILED)
    assert outbox.claim("a", at=NOON) == []
    assert [one.text_id for one in outbox.claim("a", at=NOON + timedelta(minutes=1))] == [busy.pk]


@pytest.mark.django_db
def test_what_can_wait_is_not_texted_at_night() -> None:
    to = thread()
    say(to, "later", at=NIGHT)
    urgent = say(to, "now", at=NIGHT, urgency=0)

    assert [one.text_id for one in outbox.claim("a", at=NIGHT)] == [urgent.pk]
    assert len(outbox.claim("a", at=NIGHT + timedelta(hours=8))) == 1


@pytest.mark.django_db
def test_a_citizen_gets_five_texts_a_day_about_a_matter_and_the_rest_later() -> None:
    to = thread()
    for n in range(12):
        say(to, f"k{n}", code="CODE2345")
    say(to, "other", code="OTHER234")

    assert len(outbox.claim("a", at=NOON)) == 6
    assert len(outbox.claim("a", at=NOON + timedelta(days=1, minutes=1))) == 5
    assert len(outbox.claim("a", at=NOON + timedelta(days=2, minutes=2))) == 2


@pytest.mark.django_db
def test_who_opted_out_is_told_only_what_he_asked_for() -> None:
    to = thread()
    Citizen.objects.update(opted_out_at=NOON)
    to.refresh_from_db()

    assert say(to, "news").state == TextState.FAILED
    assert say(to, "asked", asked_for=True).state == TextState.QUEUED


@pytest.mark.django_db
@pytest.mark.parametrize("number", ["", "+8655812345678", "12345"])
def test_who_cannot_be_texted_is_shown_as_such(number: str) -> None:
    city = make.city()
    to = thread_of(citizen_of(city.pk, number, NOON), None, NOON)
    text = say(to)
    assert text.state == TextState.FAILED
    assert text.fault in {"no_number", "not_mobile"}


@pytest.mark.django_db(transaction=True)
def test_many_workers_at_once_claim_each_text_once() -> None:
    to = thread()
    for n in range(40):
        say(to, f"k{n}", code=f"C{n}")
    claimed: list[int] = []

    def work(name: str) -> None:
        while some := outbox.claim(name, 3, at=NOON):
            claimed.extend(one.text_id for one in some)
        connection.close()

    workers = [threading.Thread(target=work, args=(f"w{n}",)) for n in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()

    assert sorted(claimed) == sorted(Text.objects.values_list("pk", flat=True))
