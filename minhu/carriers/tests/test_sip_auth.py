"""Passwords: a trunk that must prove itself, and one that asks us to."""

from __future__ import annotations

import hashlib
import re

import pytest

from minhu.carriers.sip.config import SipConfig, Trunk
from minhu.carriers.sip.message import Request, Response
from minhu.carriers.tests.sip_wire import SDP, STRANGER, TRUNK, Wire, answer_to, invite, on_the_wire
from minhu.carriers.voice import LegAnswered, LegId, LegIncoming

PASSWORD = "开门"
KNOWN = SipConfig("node", (Trunk("trunk", TRUNK.host, TRUNK.port, username="city", password=PASSWORD),))
ROAMING = SipConfig("node", (Trunk("trunk", "192.0.2.7", any_address=True, username="city", password=PASSWORD),))


def credentials(challenge: str, *, password: str = PASSWORD, count: int = 1, method: str = "INVITE") -> str:
    """What a proper telephone company answers; written from RFC 7616, apart from our code."""
    fields = dict(re.findall(r'(\w+)="?([^",]+)"?', challenge))
    digest = {"SHA-256": hashlib.sha256, "MD5": hashlib.md5}[fields["algorithm"]]

    def h(text: str) -> str:
        return digest(text.encode()).hexdigest()

    uri, nc, cnonce = "sip:80001@127.0.0.1", f"{count:08x}", "abcdef"
    secret = h(f"city:{fields['realm']}:{password}")
    response = h(f"{secret}:{fields['nonce']}:{nc}:{cnonce}:auth:{h(f'{method}:{uri}')}")
    return (
        f'Authorization: Digest username="city", realm="{fields["realm"]}", nonce="{fields["nonce"]}", uri="{uri}", '
        f'response="{response}", algorithm={fields["algorithm"]}, cnonce="{cnonce}", qop=auth, nc={nc}\r\n'
    )


def challenged(wire: Wire, number: int = 0) -> list[str]:
    (refusal,) = wire.receive(invite(branch=f"first{number}"))
    assert isinstance(refusal, Response)
    assert refusal.status == 401
    return refusal.headers["www-authenticate"]


@pytest.mark.parametrize("which", [0, 1])
def test_a_trunk_with_the_right_password_is_served(which: int) -> None:
    def work(wire: Wire) -> None:
        offers = challenged(wire)
        assert ["SHA-256" in offers[0], "MD5" in offers[1]] == [True, True]
        wire.receive(invite(branch="again", cseq=2, headers=credentials(offers[which])))

    wire = on_the_wire(work, config=KNOWN)

    assert len(wire.of(LegIncoming)) == 1
    assert wire.statuses()[:3] == [401, 180, 200]


def test_a_wrong_password_rings_nothing() -> None:
    def work(wire: Wire) -> None:
        offers = challenged(wire)
        wire.receive(invite(branch="again", cseq=2, headers=credentials(offers[0], password="wrong")))

    wire = on_the_wire(work, config=KNOWN)

    assert wire.statuses() == [401, 401]
    assert wire.of(LegIncoming) == []


def test_credentials_that_are_too_old_may_be_renewed_at_once() -> None:
    def work(wire: Wire) -> None:
        offers = challenged(wire)
        wire.advance(61.0)
        (refusal,) = wire.receive(invite(branch="late", cseq=2, headers=credentials(offers[0])))
        assert isinstance(refusal, Response)
        assert "stale=true" in refusal.first("www-authenticate")
        wire.receive(invite(branch="new", cseq=3, headers=credentials(refusal.first("www-authenticate"))))

    assert len(on_the_wire(work, config=KNOWN).of(LegIncoming)) == 1


def test_overheard_credentials_cannot_be_used_again() -> None:
    def work(wire: Wire) -> None:
        overheard = credentials(challenged(wire)[0])
        wire.receive(invite(branch="honest", cseq=2, headers=overheard))
        wire.receive(invite(call="thief", branch="thief", headers=overheard))

    wire = on_the_wire(work, config=KNOWN)

    assert len(wire.of(LegIncoming)) == 1
    assert wire.statuses().count(401) == 2


def test_an_invented_nonce_is_not_believed() -> None:
    def work(wire: Wire) -> None:
        challenge = challenged(wire)[0]
        forged = re.sub(r'nonce="[^"]+"', 'nonce="ffffffff.00.00"', challenge)
        wire.receive(invite(branch="again", cseq=2, headers=credentials(forged)))

    assert on_the_wire(work, config=KNOWN).of(LegIncoming) == []


def test_a_trunk_without_a_fixed_address_proves_itself_by_password() -> None:
    def work(wire: Wire) -> None:
        (refusal,) = wire.receive(invite(branch="first"), STRANGER)
        proof = credentials(refusal.first("www-authenticate"))
        wire.receive(invite(branch="again", cseq=2, headers=proof), STRANGER)

    wire = on_the_wire(work, config=ROAMING)

    assert len(wire.of(LegIncoming)) == 1


@pytest.mark.parametrize(
    ("status", "asked", "given"),
    [(401, "WWW-Authenticate", "authorization"), (407, "Proxy-Authenticate", "proxy-authorization")],
)
def test_we_answer_a_challenge_once(status: int, asked: str, given: str) -> None:
    challenge = f'{asked}: Digest realm="carrier", nonce="n1", algorithm=MD5, qop="auth"\r\n'

    def work(wire: Wire) -> None:
        wire.engine.dial(LegId("out"), "1001", caller_id="80001")
        first = wire.since(0)[0]
        assert isinstance(first, Request)
        wire.receive(answer_to(first, status, headers=challenge))
        second = [m for m in wire.since(0) if isinstance(m, Request) and m.method == "INVITE"][-1]
        assert second.cseq == first.cseq + 1
        assert 'username="city"' in second.first(given)
        wire.receive(answer_to(second, 200, body=SDP))

    assert len(on_the_wire(work, config=KNOWN).of(LegAnswered)) == 1


def test_a_trunk_that_registers_is_kept_up() -> None:
    trunk = Trunk("t", TRUNK.host, TRUNK.port, username="city", password=PASSWORD, register_seconds=300)
    challenge = 'WWW-Authenticate: Digest realm="c", nonce="n", algorithm=SHA-256, qop="auth"\r\n'

    def work(wire: Wire) -> None:
        def last() -> Request:
            return [m for m in wire.since(0) if isinstance(m, Request) and m.method == "REGISTER"][-1]

        first = last()
        wire.receive(answer_to(first, 401, headers=challenge))
        second = last()
        assert "SHA-256" in second.first("authorization")
        wire.receive(answer_to(second, 200, headers="Expires: 100\r\n"))
        wire.advance(80.1)
        assert last().cseq == second.cseq + 1

    on_the_wire(work, config=SipConfig("node", (trunk,)))
