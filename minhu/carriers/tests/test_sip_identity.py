"""Who calls and whom they wanted: what telephone companies really write into headers."""

from __future__ import annotations

import pytest

from minhu.carriers.sip.identity import caller_of, destination, diversions_of, history_of, told_headers, user_of
from minhu.carriers.sip.message import Request, parse
from minhu.carriers.tests.sip_wire import TRUNK, invite
from minhu.carriers.voice import Diversion


def received(headers: str = "", from_: str = "") -> Request:
    text = invite(headers=headers)
    if from_:
        text = text.replace("<sip:13800000001@127.0.0.1>;tag", f"{from_};tag")
    message = parse(text.encode("utf-8", "surrogateescape"), TRUNK)
    assert isinstance(message, Request)
    return message


@pytest.mark.parametrize(
    ("headers", "asserted"),
    [
        ("P-Asserted-Identity: <sip:+8613912345678@carrier;user=phone>\r\n", "+8613912345678"),
        ("P-Asserted-Identity: <tel:+8613912345678;cpc=ordinary>\r\n", "+8613912345678"),
        ('P-Asserted-Identity: "Li, Ming" <sip:a@b>, <tel:+8613912345678>\r\n', "a"),
        ('Remote-Party-ID: "x" <sip:13912345678@carrier>;party=calling\r\n', "13912345678"),
        ("Remote-Party-ID: <sip:2@c>\r\nP-Asserted-Identity: <sip:1@c>\r\n", "1"),
        ("P-Asserted-Identity: <sip:%2B8613912345678@carrier>\r\n", "+8613912345678"),
        ("P-Asserted-Identity: garbage garbage\r\n", ""),
        ("", ""),
    ],
)
def test_the_caller_is_whom_the_telephone_company_vouches_for(headers: str, asserted: str) -> None:
    caller = caller_of(received(headers))

    assert (caller.asserted, caller.from_) == (asserted, "13800000001")


@pytest.mark.parametrize(
    ("headers", "from_"),
    [
        ("Privacy: id\r\nP-Asserted-Identity: <sip:1@c>\r\n", ""),
        ("Privacy: header; user;id\r\n", ""),
        ("Remote-Party-ID: <sip:1@c>;privacy=full\r\n", ""),
        ("", '"Anonymous" <sip:anonymous@anonymous.invalid>'),
        ("", "<sip:Anonymous@carrier>"),
    ],
)
def test_a_withheld_number_is_noticed(headers: str, from_: str) -> None:
    assert caller_of(received(headers, from_)).anonymous


def test_an_ordinary_caller_is_not_anonymous() -> None:
    assert not caller_of(received("Privacy: none\r\n")).anonymous


@pytest.mark.parametrize(
    "headers",
    [
        "Diversion: <sip:+8613800138000@c>;reason=user-busy;counter=1, <sip:10086@c>;reason=unconditional\r\n",
        'Diversion: "王" <sip:+8613800138000@c>;counter=1;reason="user-busy"\r\n'
        "Diversion: <tel:10086>;reason=unconditional\r\n",
    ],
)
def test_every_diversion_is_read_joined_by_comma_or_not(headers: str) -> None:
    assert diversions_of(received(headers)) == (
        Diversion("+8613800138000", "user-busy"),
        Diversion("10086", "unconditional"),
    )


def test_history_tells_who_was_tried_and_why_it_failed() -> None:
    headers = (
        "History-Info: <sip:+8613800138000@c?Reason=SIP%3Bcause%3D486%3Btext%3D%22Busy%20Here%22>;index=1, "
        "<sip:10086@c?Privacy=none&reason=SIP;cause=408>;index=1.1\r\nHistory-Info: <sip:80001@us>;index=1.2\r\n"
    )

    assert history_of(received(headers)) == (Diversion("10086", "408"), Diversion("+8613800138000", "486"))


def test_history_of_the_kind_that_names_the_cause_in_the_next_entry() -> None:
    headers = "History-Info: <sip:+8613800138000@c>;index=1, <sip:80001@us;cause=302>;index=1.1\r\n"

    assert history_of(received(headers)) == (Diversion("+8613800138000", "302"),)


def test_history_without_any_diversion_is_none() -> None:
    assert history_of(received("History-Info: <sip:80001@us>;index=1\r\n")) == ()


@pytest.mark.parametrize(
    "headers",
    [
        "Diversion: \r\n",
        "Diversion: <sip:\r\n",
        "Diversion: ,,,;;;<><>\r\n",
        "History-Info: <sip:1?Reason=%%%%>;index=1.1.1.....\r\n",
        "History-Info: " + "<sip:1@c?Reason=cause%3D486>;index=1," * 200 + "\r\n",
        "P-Asserted-Identity: \udcff\udcfe\r\n",
    ],
)
def test_nonsense_in_identity_headers_is_only_nonsense(headers: str) -> None:
    message = received(headers)

    assert len(diversions_of(message)) <= 20
    assert len(history_of(message)) <= 20
    caller_of(message)
    for value in told_headers(message).values():
        value.encode()  # can be stored


@pytest.mark.parametrize(
    ("uri", "user"),
    [
        ("sip:80001@host", "80001"),
        ("sip:80001;phone-context=+86@host;user=phone", "80001"),
        ("sip:80001:password@host", "80001"),
        ("tel:+86-551-12345;phone-context=x", "+86-551-12345"),
        ("sip:host", ""),
        ("isbn:123", ""),
        ("sip:%00%0d%0a1@host", "1"),
    ],
)
def test_the_number_in_a_uri(uri: str, user: str) -> None:
    assert user_of(uri) == user


def test_a_uri_without_a_number_is_known_by_its_host() -> None:
    assert destination("sip:minhu.example") == "minhu.example"
