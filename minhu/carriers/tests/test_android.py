"""What is particular to an official's own phone with SMS Gateway for Android."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from minhu.carriers.android import AndroidGateway, AndroidSettings
from minhu.carriers.errors import CarrierError, WrongSetting
from minhu.carriers.tests.http_worlds import PHONE, phone_settings
from minhu.carriers.tests.text_worlds import CITIZEN, Notebook, wait_for
from minhu.carriers.text import Accepted, BadHook, Fate, HookRequest, Outgoing, Rejected
from tests.peers.http_handle import Door, HttpFarEnd

NOW = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
RECEIVED = {
    "messageId": "abc123",
    "message": "新华路路灯不亮",
    "sender": CITIZEN,
    "phoneNumber": CITIZEN,
    "recipient": None,
    "simNumber": 1,
    "receivedAt": "2026-03-02T09:59:58.123+08:00",
}
TEXT = Outgoing("12-0f3a", PHONE, CITIZEN, "会后给您回电")


def gateway(address: str = "http://127.0.0.1:9", **changes: object) -> AndroidGateway:
    return AndroidGateway("phone", phone_settings(address, **changes), now=lambda: NOW)


def call(payload: object, event: str = "sms:received", *, at: datetime = NOW, **changes: str) -> HookRequest:
    """As the app makes it; changes: other headers, or another body."""
    envelope = {"deviceId": "d1", "event": event, "id": "e1", "webhookId": "w1", "payload": payload}
    body = changes.pop("body", "").encode() or json.dumps(envelope).encode()
    stamp = str(int(at.timestamp()))
    signature = hmac.new(b"k3y", body + stamp.encode(), hashlib.sha256).hexdigest()
    headers = {"content-type": "application/json", "x-timestamp": stamp, "x-signature": signature}
    return HookRequest(
        "POST", {**headers, **{name.replace("_", "-"): value for name, value in changes.items()}}, {}, body
    )


@pytest.fixture
def far(tmp_path: Path) -> Iterator[HttpFarEnd]:
    with HttpFarEnd(tmp_path, "android") as running:
        yield running


def test_a_text_is_taken_with_its_own_time_for_the_phones_own_number() -> None:
    notebook = Notebook()
    gateway().webhook(call(RECEIVED), notebook)

    (text,) = notebook.texts
    assert (text.sender, text.recipient, text.body) == (CITIZEN, PHONE, "新华路路灯不亮")
    assert text.received_at == datetime(2026, 3, 2, 1, 59, 58, 123000, tzinfo=UTC)


def test_older_releases_of_the_app_name_the_sender_otherwise() -> None:
    notebook = Notebook()
    gateway().webhook(call({**RECEIVED, "sender": None}), notebook)
    assert notebook.texts[0].sender == CITIZEN


@pytest.mark.parametrize("said", ["", "gestern", "2031-01-01T00:00:00Z", "1970-01-01T00:00:00Z", "2026-03-02T10:00:00"])
def test_a_time_that_cannot_be_is_replaced_by_ours(said: str) -> None:
    notebook = Notebook()
    gateway().webhook(call({**RECEIVED, "receivedAt": said}), notebook)
    assert notebook.texts[0].received_at == NOW


def test_the_same_text_by_a_second_webhook_is_the_same_and_a_later_one_is_not() -> None:
    notebook = Notebook()
    phone = gateway()
    phone.webhook(call(RECEIVED), notebook)
    other = json.dumps({"deviceId": "d1", "event": "sms:received", "id": "e2", "webhookId": "w2", "payload": RECEIVED})
    phone.webhook(call(None, body=other), notebook)
    phone.webhook(call({**RECEIVED, "receivedAt": "2026-03-02T10:00:01.000+08:00"}), notebook)

    first, second, third = (text.key for text in notebook.texts)
    assert first == second
    assert third != first


def test_texts_to_the_officials_private_sim_are_left_alone() -> None:
    notebook = Notebook()
    phone = gateway(sim=1)
    phone.webhook(call({**RECEIVED, "simNumber": 2}), notebook)
    phone.webhook(call({**RECEIVED, "simNumber": None}), notebook)

    assert len(notebook.texts) == 1


@pytest.mark.parametrize(
    ("event", "fate"), [("sms:sent", Fate.PENDING), ("sms:delivered", Fate.DELIVERED), ("sms:failed", Fate.FAILED)]
)
def test_what_became_of_a_text_is_told_by_our_own_id(event: str, fate: Fate) -> None:
    notebook = Notebook()
    gateway().webhook(
        call({"messageId": "12-0f3a", "recipient": CITIZEN, "reason": "RESULT_ERROR_NO_SERVICE"}, event), notebook
    )

    (receipt,) = notebook.receipts
    assert (receipt.gateway_id, receipt.fate) == ("12-0f3a", fate)


@pytest.mark.parametrize("event", ["system:ping", "mms:received", "app:started"])
def test_what_is_of_no_use_is_answered_and_not_kept(event: str) -> None:
    notebook = Notebook()
    gateway().webhook(call({"health": {}}, event), notebook)
    assert not notebook.texts
    assert not notebook.receipts


@pytest.mark.parametrize(
    ("changed", "status"),
    [
        ({"x_signature": "0" * 64}, 401),
        ({"x_signature": ""}, 401),
        ({"x_timestamp": "1"}, 401),
        ({"content_type": "text/plain"}, 415),
        ({"body": "{"}, 400),
        ({"body": "[]"}, 400),
        ({"body": '{"event": "sms:received"}'}, 400),
        ({"body": '{"event": "sms:received", "payload": {"sender": "1"}}'}, 400),
        ({"body": '{"event": "sms:sent", "payload": {}}'}, 400),
        ({"body": "[" * 100_000}, 400),
    ],
)
def test_what_is_not_from_the_phone_or_cannot_be_read_is_refused(changed: dict[str, str], status: int) -> None:
    notebook = Notebook()
    with pytest.raises(BadHook) as refusal:
        gateway().webhook(call(RECEIVED, **changed), notebook)  # type: ignore[arg-type]

    assert refusal.value.status == status
    assert notebook.texts == []


@pytest.mark.parametrize("minutes", [-6, 6])
def test_a_call_that_was_recorded_and_played_again_is_refused(minutes: int) -> None:
    with pytest.raises(BadHook, match="clock"):
        gateway().webhook(call(RECEIVED, at=NOW + timedelta(minutes=minutes)), Notebook())


def test_another_phone_of_the_account_is_not_taken_for_this_one() -> None:
    with pytest.raises(BadHook, match="another phone"):
        gateway(device="d2").webhook(call(RECEIVED), Notebook())


def test_a_text_that_the_phone_has_already_counts_as_accepted_and_goes_once(far: HttpFarEnd) -> None:
    phone = gateway(far.address)
    phone.start(Notebook())
    wait_for(phone.up)

    assert [phone.submit(TEXT) for _ in range(2)] == [Accepted(("12-0f3a",))] * 2
    phone.stop()
    assert [said["words"] for said in far.taken()] == ["会后给您回电"]


def test_the_phone_is_asked_what_became_of_a_text(far: HttpFarEnd) -> None:
    phone = gateway(far.address)
    phone.start(Notebook())
    wait_for(phone.up)
    phone.submit(TEXT)

    assert (phone.query("12-0f3a"), phone.query("13-ffff")) == (Fate.DELIVERED, None)
    phone.stop()


def test_with_a_wrong_password_nothing_is_handed_over_and_the_operator_reads_why(far: HttpFarEnd) -> None:
    phone = gateway(far.address, password="wrong", probe_seconds=60.0)
    phone.start(Notebook())
    wait_for(phone.up)
    with pytest.raises(CarrierError) as failure:
        phone.submit(TEXT)

    assert failure.value.permanent
    assert not phone.up()
    assert "user, password or token" in phone.trouble
    phone.stop()


def test_what_the_app_finds_wrong_is_refused_for_good(far: HttpFarEnd) -> None:
    phone = gateway(far.address)
    phone.start(Notebook())
    wait_for(phone.up)
    outcome = phone.submit(Outgoing("x" * 37, PHONE, CITIZEN, "太长的编号"))
    phone.stop()

    assert outcome == Rejected("http-400", retryable=False)


def test_the_app_calls_again_ever_more_slowly_and_signs_anew_each_time(tmp_path: Path) -> None:
    heard: list[tuple[str, str]] = []

    def closed(method: str, address: str, headers: dict[str, str], body: bytes) -> tuple[int, bytes, str]:
        heard.append((json.loads(body)["id"], headers["x-signature"]))
        return (503 if len(heard) < 4 else 200), b"", "text/plain"

    door = Door(closed)
    with HttpFarEnd(tmp_path, "android", door.address) as far:
        far.manners(retry_seconds=0.01)
        far.inject({"sender": CITIZEN, "body": "路灯不亮", "at": "2026-03-02T10:00:00+08:00"})
        wait_for(lambda: far.figures()["unheard"] == 0)
    door.close()

    assert len({envelope for envelope, _ in heard}) == 1
    assert len(heard) == 4


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"url": "ftp://x"}, "url"),
        ({"url": "https://user:pw@x/"}, "url"),
        ({"number": "13900000001"}, "number"),
        ({"user": "", "password": ""}, "token"),
        ({"token": "t"}, "token"),
        ({"sim": 12}, "sim"),
        ({"ttl_seconds": 1}, "ttl_seconds"),
        ({"tls_authority": "/nowhere.pem"}, "tls_authority"),
    ],
)
def test_a_setting_that_cannot_work_is_named(changes: dict[str, Any], named: str) -> None:
    given: dict[str, Any] = {"number": PHONE, "signing_key": "k", "user": "u", "password": "p", **changes}
    with pytest.raises(WrongSetting) as wrong:
        AndroidSettings(**given)
    assert wrong.value.name == named
