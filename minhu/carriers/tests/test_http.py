"""What is particular to services described by settings: request, answer, calls, and what is refused at the start."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as some

from minhu.carriers.errors import CarrierError, WrongSetting
from minhu.carriers.http import HttpGateway, HttpSettings
from minhu.carriers.http.recipe import Digest, DigestForm, at, digest, fill, in_alphabet, read_time, write_time
from minhu.carriers.http.settings import AnswerForm, Auth, Encoding, Method, NumberForm
from minhu.carriers.tests.text_worlds import Notebook, wait_for
from minhu.carriers.text import Accepted, BadHook, Fate, HookRequest, Outgoing, Part, Rejected, Submitted, Unknown
from tests.peers.http_handle import Door

NOW = datetime(2026, 3, 2, 2, 0, 5, tzinfo=UTC)
FIELDS: dict[str, Any] = {"to": "{recipient}", "text": "{body}"}
TEXT = Outgoing("12-0f3a", "10639001", "+8613900000001", "会后给您回电")


class Service:
    """Answers everything alike, and keeps what it was asked."""

    def __init__(self, answer: str = '{"code": "0"}', status: int = 200) -> None:
        self.asked: list[tuple[str, str, dict[str, str], bytes]] = []
        self.answer, self.status = answer, status

    def __call__(self, method: str, address: str, headers: dict[str, str], body: bytes) -> tuple[int, bytes, str]:
        self.asked.append((method, address, headers, body))
        return self.status, self.answer.encode(), "application/json"


@contextmanager
def service(there: Service, **given_: Any) -> Iterator[HttpGateway]:
    door = Door(there)
    settings = HttpSettings(f"{door.address}send", **{"fields": FIELDS, "probe_seconds": 60.0, **given_})
    gateway = HttpGateway("agg", settings, now=lambda: NOW)
    gateway.start(Notebook())
    wait_for(gateway.up)
    try:
        yield gateway
    finally:
        gateway.stop()
        door.close()


def submitted(there: Service, text: Outgoing = TEXT, **given_: Any) -> Submitted:
    with service(there, **given_) as gateway:
        return gateway.submit(text)


# ---- the request


def test_a_form_carries_what_the_settings_say() -> None:
    there = Service()
    fields = FIELDS | {"sp": "{user}", "at": "{time}", "sign": "{sign}", "fixed": "1"}
    over: dict[str, Any] = {"sign": Digest.MD5, "sign_over": "{sorted}&key={secret}", "sign_form": DigestForm.UPPER}
    submitted(there, fields=fields, user="city", secret="k", time_form="%Y%m%d%H%M%S", **over)

    ((method, address, headers, body),) = there.asked
    said = dict(parse_qsl(body.decode()))
    assert (method, address, headers["content-type"]) == (
        "POST",
        "/send",
        "application/x-www-form-urlencoded; charset=utf-8",
    )
    sign = said.pop("sign")
    assert said == {"to": "13900000001", "text": "会后给您回电", "sp": "city", "at": "20260302100005", "fixed": "1"}
    signed = "at=20260302100005&fixed=1&sp=city&text=会后给您回电&to=13900000001&key=k"
    assert sign == hashlib.md5(signed.encode()).hexdigest().upper()  # noqa: S324


def test_json_may_be_nested_and_keeps_what_is_no_text() -> None:
    there = Service()
    fields = {
        "messages": [{"to": "{recipient}", "args": "{variables}", "list": "{values}"}],
        "tpl": "{template}",
        "n": 1,
    }
    text = Outgoing("1-a", "", "+8613900000001", "", "T9", {"due": "今天11:30", "code": "K7Q2M4XA"})
    submitted(there, text, fields=fields, encoding=Encoding.JSON, templates_only=True, number_form=NumberForm.E164)

    assert json.loads(there.asked[0][3]) == {
        "messages": [{"to": "+8613900000001", "args": dict(text.variables), "list": ["今天11:30", "K7Q2M4XA"]}],
        "tpl": "T9",
        "n": 1,
    }


def test_a_get_carries_the_fields_in_its_address_and_the_credentials_in_a_header() -> None:
    there = Service()
    submitted(there, method=Method.GET, auth=Auth.BASIC, user="u", password="p", headers={"X-Id": "{id}"})

    method, address, headers, _ = there.asked[0]
    assert method == "GET"
    assert dict(parse_qsl(urlsplit(address).query)) == {"to": "13900000001", "text": "会后给您回电"}
    assert (headers["authorization"], headers["x-id"]) == ("Basic dTpw", "12-0f3a")


def test_the_signature_stands_before_the_words() -> None:
    there = Service()
    submitted(there, signature="【安澜市】")
    assert dict(parse_qsl(there.asked[0][3].decode()))["text"] == "【安澜市】会后给您回电"


# ---- the answer


@pytest.mark.parametrize(
    ("answer", "given_", "outcome"),
    [
        ('{"code": 0}', {}, Accepted(("12-0f3a",))),
        ('{"code": "0", "data": {"ids": ["a", 2]}}', {"id_path": "data.ids"}, Accepted(("a", "2"))),
        ('{"status": {"ok": "yes"}}', {"ok_path": "status.ok", "ok_values": ("yes",)}, Accepted(("12-0f3a",))),
        ('{"code": 9, "why": "E5"}', {"code_path": "why"}, Rejected("E5", retryable=False)),
        ('{"code": 9}', {"retryable": ("9",)}, Rejected("9", retryable=True)),
        ("0,M77", {"answer_form": AnswerForm.TEXT, "ok_path": "0", "id_path": "1"}, Accepted(("M77",))),
        ("-4", {"answer_form": AnswerForm.TEXT, "ok_path": "0"}, Rejected("-4", retryable=False)),
        ("<html>", {}, Unknown("an answer that says neither yes nor no")),
        ("[" * 5000, {}, Unknown("an answer that says neither yes nor no")),
        ("{}", {}, Unknown("an answer that says neither yes nor no")),
    ],
)
def test_an_answer_is_read_as_the_settings_say(answer: str, given_: dict[str, Any], outcome: Submitted) -> None:
    assert submitted(Service(answer), **given_) == outcome


@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        (429, Rejected("http-429", retryable=True)),
        (503, Rejected("http-503", retryable=True)),
        (404, Rejected("http-404", retryable=False)),
        (302, Rejected("http-302", retryable=False)),
        (500, Unknown("http-500")),
        (504, Unknown("http-504")),
    ],
)
def test_a_status_that_is_no_answer_of_the_service(status: int, outcome: Submitted) -> None:
    assert submitted(Service("{}", status)) == outcome


@pytest.mark.parametrize(("answer", "status"), [('{"code": "101"}', 200), ("{}", 401), ("{}", 403)])
def test_a_service_that_does_not_know_us_got_nothing_and_others_go_first(answer: str, status: int) -> None:
    with service(Service(answer, status), down=("101",)) as gateway:
        with pytest.raises(CarrierError):
            gateway.submit(TEXT)
        assert not gateway.up()
        assert gateway.trouble


# ---- the start


@pytest.mark.parametrize(
    ("changes", "named", "said"),
    [
        ({"url": "sms.example"}, "url", "whole address"),
        ({"fields": {"to": "{recipient}"}}, "fields", "{body}"),
        ({"fields": {"text": "{body}"}}, "fields", "{recipient}"),
        ({"fields": FIELDS | {"x": "{__class__}"}}, "fields", "unknown placeholder {__class__}"),
        ({"templates_only": True}, "fields", "{template}"),
        ({"sign": Digest.MD5}, "sign_over", "belong together"),
        ({"sign": Digest.MD5, "sign_over": "{time}"}, "sign", "{sign}"),
        ({"fields": FIELDS | {"s": "{sign}"}}, "sign", "{sign}"),
        ({"sign_over": "{bogus}", "sign": Digest.MD5}, "sign_over", "bogus"),
        ({"auth": Auth.BASIC}, "auth", "user and password"),
        ({"auth": Auth.BEARER}, "auth", "secret"),
        ({"retryable": ("0",)}, "retryable", "must differ"),
        ({"ok_path": ""}, "ok_path", "must say"),
        ({"time_form": "soon"}, "time_form", "unix"),
        ({"in_sender": "from"}, "in_sender", "IN_BODY"),
        ({"receipt_id": "id"}, "receipt_id", "RECEIPT_STATUS"),
        ({"in_part_total": "n"}, "in_part_reference", "belong together"),
        ({"hook_sign": Digest.MD5}, "hook_sign", "belong together"),
        ({"hook_sign": Digest.MD5, "hook_sign_over": "{raw}", "hook_sign_at": "X-Sign"}, "hook_sign_at", "header:NAME"),
        (
            {"hook_sign": Digest.MD5, "hook_sign_over": "{raw}{time}", "hook_sign_at": "header:S"},
            "hook_time_at",
            "{time}",
        ),
    ],
)
def test_a_description_that_cannot_work_is_refused_and_named(changes: dict[str, Any], named: str, said: str) -> None:
    with pytest.raises(WrongSetting) as wrong:
        HttpSettings(**{"url": "https://sms.example/", "fields": FIELDS, **changes})

    assert wrong.value.name == named
    assert said in wrong.value.cure


# ---- what the service calls with

HEARS: dict[str, Any] = {
    "in_sender": "from",
    "in_recipient": "to",
    "in_body": "text",
    "in_time": "at",
    "receipt_id": "id",
    "receipt_status": "st",
    "receipt_delivered": ("0",),
    "receipt_pending": ("7",),
    "receipt_code": "err",
}
MO = {"from": "13900000001", "to": "10639001", "text": "路灯不亮", "at": "2026-03-02 10:00:00"}


def heard(request: HookRequest, **given_: Any) -> Notebook:
    notebook = Notebook()
    settings = HttpSettings(**{"url": "https://sms.example/", "fields": FIELDS, **HEARS, **given_})
    HttpGateway("agg", settings, now=lambda: NOW).webhook(request, notebook)
    return notebook


def posted(said: object, **headers: str) -> HookRequest:
    return HookRequest("POST", {"content-type": "application/json", **headers}, {}, json.dumps(said).encode())


def form(said: dict[str, str]) -> HookRequest:
    kind = {"content-type": "application/x-www-form-urlencoded"}
    return HookRequest("POST", kind, {}, urlencode(said).encode())


@pytest.mark.parametrize("request_", [posted(MO), posted([MO]), form(MO), HookRequest("GET", {}, MO, b"")])
def test_a_text_is_read_from_json_from_a_form_and_from_an_address(request_: HookRequest) -> None:
    (text,) = heard(request_).texts

    assert (text.sender, text.recipient, text.body) == ("13900000001", "10639001", "路灯不亮")
    assert text.received_at == datetime(2026, 3, 2, 2, 0, tzinfo=UTC)


def test_segments_say_where_they_belong() -> None:
    paths = {"in_part_reference": "ref", "in_part_number": "n", "in_part_total": "of"}
    notebook = heard(
        posted([{**MO, "ref": 7, "n": 2, "of": 3}, {**MO, "ref": "x"}, {**MO, "ref": 7, "n": 4, "of": 3}]), **paths
    )
    assert [text.part for text in notebook.texts] == [Part(7, 2, 3), None, None]


@pytest.mark.parametrize(
    ("status", "fate", "code"), [("0", Fate.DELIVERED, ""), (7, Fate.PENDING, ""), ("3", Fate.FAILED, "E9")]
)
def test_a_receipt_is_read_as_the_settings_say(status: object, fate: Fate, code: str) -> None:
    (receipt,) = heard(posted({"list": [{"id": "M1", "st": status, "err": "E9"}]}), hook_items="list").receipts
    assert (receipt.gateway_id, receipt.fate, receipt.code) == ("M1", fate, code)


def test_the_good_items_of_a_call_are_kept_though_another_cannot_be_read_and_the_call_comes_again() -> None:
    notebook = Notebook()
    settings = HttpSettings("https://sms.example/", FIELDS, **HEARS)
    with pytest.raises(BadHook, match="1 of 3"):
        HttpGateway("agg", settings).webhook(posted([MO, {"what": "?"}, {"id": "M1", "st": "0"}]), notebook)

    assert (len(notebook.texts), len(notebook.receipts)) == (1, 1)


@pytest.mark.parametrize(
    ("request_", "status"),
    [
        (HookRequest("PUT", {}, {}, b""), 405),
        (HookRequest("POST", {"content-type": "text/xml"}, {}, b"<a/>"), 415),
        (HookRequest("POST", {"content-type": "application/json"}, {}, b"\xff"), 400),
        (HookRequest("POST", {"content-type": "application/x-www-form-urlencoded"}, {}, b"\xff=1"), 400),
        (posted("text"), 400),
        (posted(None), 400),
        (posted({"from": "1", "text": {"a": 1}}), 400),
        (posted({"st": "0"}), 400),
    ],
)
def test_what_cannot_be_read_is_refused(request_: HookRequest, status: int) -> None:
    with pytest.raises(BadHook) as bad:
        heard(request_)
    assert bad.value.status == status


SIGNED = {"hook_sign": Digest.MD5, "hook_sign_over": "{sorted}{secret}", "hook_sign_at": "field:sign", "secret": "k"}


def signed(said: dict[str, str]) -> HookRequest:
    over = "&".join(f"{name}={said[name]}" for name in sorted(said)) + "k"
    return form({**said, "sign": hashlib.md5(over.encode()).hexdigest()})  # noqa: S324


def test_a_signature_over_the_fields_is_checked() -> None:
    assert len(heard(signed(MO), **SIGNED).texts) == 1
    for wrong in (form(MO), form({**MO, "sign": "0" * 32})):
        with pytest.raises(BadHook, match="wrong signature"):
            heard(wrong, **SIGNED)


@pytest.mark.parametrize("minutes", [-6, 6])
def test_a_signed_call_of_another_time_is_refused(minutes: int) -> None:
    stamp = str(int((NOW + timedelta(minutes=minutes)).timestamp()))
    with pytest.raises(BadHook, match="of another time"):
        heard(signed({**MO, "ts": stamp}), **SIGNED, hook_time_at="field:ts")


# ---- the recipe


@pytest.mark.parametrize(
    ("kind", "form_", "over", "expected"),
    [  # RFC 1321 A.5, RFC 3174 §7.3 and FIPS 180-2 B.1 (abc); RFC 4231 §4.3 and RFC 2202 (the others)
        (Digest.MD5, DigestForm.HEX, "abc", "900150983cd24fb0d6963f7d28e17f72"),
        (Digest.SHA1, DigestForm.HEX, "abc", "a9993e364706816aba3e25717850c26c9cd0d89d"),
        (Digest.SHA256, DigestForm.BASE64, "abc", "ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0="),
        (Digest.HMAC_MD5, DigestForm.UPPER, "what do ya want for nothing?", "750C783E6AB0B503EAA86E310A5DB738"),
        (Digest.HMAC_SHA1, DigestForm.HEX, "what do ya want for nothing?", "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79"),
        (
            Digest.HMAC_SHA256,
            DigestForm.HEX,
            "what do ya want for nothing?",
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
        ),
        (Digest.NONE, DigestForm.HEX, "abc", ""),
    ],
)
def test_digests_are_the_published_ones(kind: Digest, form_: DigestForm, over: str, expected: str) -> None:
    assert digest(kind, form_, over.encode(), "Jefe") == expected


@given(some.text(), some.text())
def test_what_is_put_in_is_never_read_as_a_placeholder(body: str, user: str) -> None:
    assert fill("{body}|{user}", {"body": body, "user": user}) == f"{body}|{user}"


@pytest.mark.parametrize(
    ("path", "found"), [("a.0.b", 1), ("a.1", None), ("a.x", None), ("a.-1", None), ("c", None), ("a.0.b.d", None)]
)
def test_a_path_that_leads_nowhere_finds_nothing(path: str, found: object) -> None:
    assert at({"a": [{"b": 1}]}, path) == found


@pytest.mark.parametrize("form_", ["unix", "unix_ms", "iso", "%Y-%m-%d %H:%M:%S", "%Y%m%d%H%M%S"])
def test_a_time_that_was_written_is_read_again(form_: str) -> None:
    assert read_time(write_time(NOW, form_), form_) == NOW


@pytest.mark.parametrize(
    ("said", "form_"), [("", "unix"), ("1e99", "unix"), ("9" * 30, "unix_ms"), ("x", "iso"), ("x", "%Y")]
)
def test_a_time_that_cannot_be_read_is_none(said: str, form_: str) -> None:
    assert read_time(said, form_) is None


def test_sorted_fields_leave_out_what_is_empty() -> None:
    assert in_alphabet({"b": "2", "a": 1, "c": ""}) == "a=1&b=2"
