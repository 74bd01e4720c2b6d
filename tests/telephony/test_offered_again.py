"""The switch dies with a caller on the line, and the network offers the very same call to the next one (SIPp, kill -9).

He is served as if nothing had happened; and however it ends, it was one attempt: one promise, at most one text.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from django.db.models import F

from minhu.cases import actions
from minhu.cases.models import Case, Promise
from minhu.intake.models import Call, Text
from minhu.switch.recovery import OFFERED_AGAIN_FOR
from tests.telephony.sipp import Phone, Phones
from tests.telephony.test_whole_calls import ANSWERS, IGNORES, Cities, City, kinds
from tests.telephony.whole import eventually

pytestmark = pytest.mark.django_db(transaction=True)

RING_MS = 1200
"""The official takes his time, so that the switch dies while his telephone rings."""


@pytest.fixture
def cities(tmp_path: Path, database_url: str, phones: Phones) -> Cities:
    return Cities(tmp_path, database_url, phones)


def rings_and_is_cut(city: City, between: Callable[[], object] = lambda: None) -> Phone:
    """A call that rings when the switch is killed; the next one lives when this returns."""
    calling = city.ring("call_again")
    eventually(lambda: calling.received("SIP/2.0 180"))
    eventually(lambda: Call.objects.filter(state="ringing", ended_at=None).exists())
    city.line.kill()
    between()
    city.line.start()
    return calling


def all_over(count: int) -> list[Call]:
    def look() -> list[Call]:
        calls = list(Call.objects.order_by("received_at"))
        return calls if len(calls) >= count and all(call.ended_at for call in calls) else []

    return eventually(look)


def test_who_is_answered_after_all_was_called_once_and_is_told_nothing_else(cities: Cities) -> None:
    with cities.where(official=ANSWERS, ring_ms=RING_MS) as city:
        assert rings_and_is_cut(city).wait().ok
        (call,) = all_over(1)

    assert (call.state, call.answered_by_kind, call.promise_due_at) == ("answered", "official", None)
    assert kinds(call) == [
        "received", "planned", "ringing", "interrupted",
        "received", "planned", "ringing", "answered", "bridged", "ended",
    ]  # fmt: skip
    assert not Text.objects.exists()


def test_who_is_not_answered_holds_one_promise_and_one_text(cities: Cities) -> None:
    with cities.where(official=IGNORES) as city:
        assert rings_and_is_cut(city).wait().ok
        (call,) = all_over(1)

    actions.take_in()
    assert (call.state, Text.objects.get().template) == ("diverted", "missed")
    assert (Case.objects.get().code, Promise.objects.get().made_by_call) == (call.code, call)


def test_who_is_offered_again_too_late_joins_his_own_matter_and_is_texted_once(cities: Cities) -> None:
    def time_passes() -> None:
        Call.objects.update(received_at=F("received_at") - OFFERED_AGAIN_FOR - timedelta(seconds=1))

    with cities.where(official=IGNORES) as city:
        assert rings_and_is_cut(city, time_passes).wait().ok
        first, second = all_over(2)

    actions.take_in()
    assert (first.state, second.state) == ("interrupted", "diverted")
    assert Text.objects.get().call == first
    assert Promise.objects.get().due_at == first.promise_due_at == second.promise_due_at
    assert {contact.call for contact in Case.objects.get().contacts.all()} == {first, second}
