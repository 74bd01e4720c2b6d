"""Gateways that call us: nothing is answered before it is on disk, and strangers learn nothing."""

from __future__ import annotations

import hashlib
import hmac
import json
import time
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from pytest_django import Settings

from minhu.carriers.android import AndroidSettings
from minhu.carriers.kinds import GatewaySettings
from minhu.carriers.smpp import SmppSettings
from minhu.intake import inbound
from minhu.intake.models import EarlyReceipt, RawText, Text
from minhu.web.hooks import LARGEST_BODY_BYTES
from tests import make

pytestmark = pytest.mark.django_db
SECRET = "0123456789abcdef0123"
PHONE = "+8613700000009"


@pytest.fixture(autouse=True)
def gateways(settings: Settings) -> None:
    phone = AndroidSettings(PHONE, "k3y", user="u", password="p")
    settings.GATEWAYS = (
        GatewaySettings("phone", "android", phone, hook_secret=SECRET),
        GatewaySettings("quiet", "android", phone),
        GatewaySettings("smpp", "smpp", SmppSettings("127.0.0.1", 1, "u", "p"), hook_secret=SECRET),
    )


@pytest.fixture
def gateway() -> Client:
    """A client that sends no CSRF token and has no cookies."""
    return Client(enforce_csrf_checks=True)


def call(
    gateway: Client,
    payload: dict[str, Any],
    event: str = "sms:received",
    *,
    key: str = "k3y",
    to: str = f"phone/{SECRET}",
) -> Any:
    envelope = {"deviceId": "d1", "event": event, "id": "e1", "webhookId": "w1", "payload": payload}
    body, at = json.dumps(envelope).encode(), str(int(time.time()))
    signature = hmac.new(key.encode(), body + at.encode(), hashlib.sha256).hexdigest()
    headers = {"X-Timestamp": at, "X-Signature": signature}
    return gateway.post(f"/hooks/{to}/", body, content_type="application/json", headers=headers)


def received(words: str = "新华路路灯不亮，请派人看看", **changes: object) -> dict[str, Any]:
    return {"sender": "+8613900000001", "message": words, "simNumber": 1, "receivedAt": "", **changes}


def test_a_text_is_on_disk_when_the_phone_is_answered_and_twice_brought_it_is_one(gateway: Client) -> None:
    answers = [call(gateway, received(receivedAt="2026-03-02T10:00:00.000+08:00")) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [200, 200]
    assert RawText.objects.count() == 1
    assert answers[0].cookies == {}
    make.city()
    inbound.take_in()
    assert Text.objects.get().body == "新华路路灯不亮，请派人看看"


def test_a_receipt_that_comes_before_the_answer_to_its_text_is_kept(gateway: Client) -> None:
    assert call(gateway, {"messageId": "7-abc"}, "sms:delivered").status_code == 200
    assert EarlyReceipt.objects.get().gateway_id == "7-abc"


@pytest.mark.parametrize(
    "to", ["phone/wrong-but-long-enough", f"other/{SECRET}", "quiet/x", f"quiet/{SECRET}", f"smpp/{SECRET}"]
)
def test_a_wrong_address_is_nowhere(gateway: Client, to: str) -> None:
    answer = call(gateway, received(), to=to)

    assert (answer.status_code, answer.content) == (404, b"")
    assert RawText.objects.count() == 0


def test_a_wrong_signature_is_refused_without_a_word(gateway: Client) -> None:
    answer = call(gateway, received(), key="guessed")

    assert (answer.status_code, answer.content) == (401, b"")
    assert RawText.objects.count() == 0


def test_what_is_far_too_large_is_refused_unread(gateway: Client) -> None:
    answer = call(gateway, received("字" * LARGEST_BODY_BYTES))
    assert answer.status_code == 413


def test_a_get_is_not_a_call_of_this_gateway(gateway: Client) -> None:
    assert gateway.get(f"/hooks/phone/{SECRET}/").status_code == 401


@pytest.mark.django_db(transaction=True)
def test_what_cannot_be_stored_is_to_come_again(gateway: Client) -> None:
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE intake_rawtext RENAME TO away")
    try:
        answer = call(gateway, received())
    finally:
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE away RENAME TO intake_rawtext")

    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "10")
    assert call(gateway, received()).status_code == 200
    assert RawText.objects.count() == 1
