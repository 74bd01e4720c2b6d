"""What is particular to SMPP: against an SMSC made by others, and against octets that no good SMSC sends."""

from __future__ import annotations

import contextlib
import random
import socket
import sqlite3
import ssl
import struct
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from minhu.carriers.errors import CarrierError
from minhu.carriers.smpp import BindMode, SmppGateway, SmppSettings
from minhu.carriers.tests.text_worlds import CITIZEN, OFFICE, Notebook, joined, wait_for
from minhu.carriers.text import Accepted, Fate, Outgoing, Rejected, Unknown
from minhu.rules.reassembly import Held, reassemble
from tests.peers.smsc_handle import MESSAGE_PAYLOAD, Smsc, free_port, sar_parts_of, text

LONG = "新华路公交站的站牌被大风吹倒，" * 12


def settings(port: int, **changes: Any) -> SmppSettings:
    chosen: dict[str, Any] = {"back_off_seconds": (0.02, 0.1), "response_seconds": 5.0} | changes
    return SmppSettings("127.0.0.1", port, "minhu", "secret", **chosen)


@contextlib.contextmanager
def running(chosen: SmppSettings, notebook: Notebook | None = None) -> Iterator[SmppGateway]:
    gateway = SmppGateway("smpp", chosen)
    gateway.start(notebook or Notebook())
    try:
        yield gateway
    finally:
        gateway.stop()


def up(gateway: SmppGateway) -> SmppGateway:
    wait_for(gateway.up, "the link")
    return gateway


def outgoing(body: str = "会后回电", recipient: str = CITIZEN) -> Outgoing:
    return Outgoing("text-1", OFFICE, recipient, body)


def test_a_long_text_told_by_sar_parameters_is_joined(smsc: Smsc) -> None:
    notebook = Notebook()
    parts = sar_parts_of(CITIZEN, OFFICE, [LONG[:60], LONG[60:120], LONG[120:]])
    random.Random(3).shuffle(parts)
    with running(settings(smsc.port), notebook):
        smsc.inject(*parts)
        smsc.until("acked", 3)

    held = [Held(row, one) for row, one in enumerate(notebook.texts)]
    assert [whole.body for whole in reassemble(held, at=notebook.texts[-1].received_at).wholes] == [LONG]


def test_a_long_text_in_one_payload_arrives_whole(smsc: Smsc) -> None:
    notebook = Notebook()
    with running(settings(smsc.port), notebook):
        smsc.inject(text(CITIZEN, OFFICE, b"", tlvs=[(MESSAGE_PAYLOAD, LONG.encode("utf-16-be"))]))
        smsc.until("acked", 1)

    assert [one.body for one in notebook.texts] == [LONG]


def test_bytes_that_mean_nothing_are_stored_all_the_same(smsc: Smsc) -> None:
    notebook = Notebook()
    random_bytes = random.Random(5).randbytes
    junk = [
        text(CITIZEN, OFFICE, random_bytes(number % 140), data_coding=number % 256, esm_class=0x40 * (number % 2))
        for number in range(300)
    ]
    with running(settings(smsc.port), notebook):
        smsc.inject(*junk)
        smsc.until("acked", 300)

    assert len(notebook.texts) == 300
    assert not any("\0" in one.body for one in notebook.texts)


def test_one_text_that_cannot_be_stored_holds_up_no_other(smsc: Smsc) -> None:
    notebook = Notebook()
    notebook.poison = "毒"
    bodies = [f"第{number}条" for number in range(200)]
    with running(settings(smsc.port), notebook):
        smsc.inject(*[text(CITIZEN, OFFICE, body) for body in [*bodies[:100], "毒", *bodies[100:]]])
        smsc.until("acked", 200)
        assert smsc.figures()["unacked"] == 1
        notebook.poison = ""
        smsc.until("acked", 201)

    assert sorted(one.body for one in notebook.texts) == sorted([*bodies, "毒"])


def test_when_too_much_waits_the_smsc_is_told_to_come_again(smsc: Smsc) -> None:
    notebook = Notebook()
    with running(settings(smsc.port, inbound_limit=1), notebook):
        smsc.inject(*[text(CITIZEN, OFFICE, f"第{number}条") for number in range(300)])
        smsc.until("acked", 300)

    assert len(notebook.texts) == 300


@pytest.mark.parametrize("form", ["tlv", "text", "decimal"])
def test_a_receipt_is_understood_in_every_form(smsc: Smsc, form: str) -> None:
    notebook = Notebook()
    smsc.manners(receipts="late", receipt_form=form)
    with running(settings(smsc.port), notebook) as gateway:
        outcome = up(gateway).submit(outgoing())
        smsc.send_receipts()
        smsc.until("acked", 1)

    assert isinstance(outcome, Accepted)
    assert [(one.gateway_id, one.fate) for one in notebook.receipts] == [(outcome.ids[0], Fate.DELIVERED)]


def test_a_receipt_that_could_not_be_stored_comes_again(smsc: Smsc) -> None:
    notebook = Notebook()
    notebook.fails = 2
    smsc.manners(receipts="after")
    with running(settings(smsc.port), notebook) as gateway:
        up(gateway).submit(outgoing())
        smsc.until("acked", 1)

    assert (notebook.failed, len(notebook.receipts)) == (2, 1)


def test_a_text_that_is_not_answered_in_time_is_unknown(smsc: Smsc) -> None:
    smsc.manners(answers="withheld")
    with running(settings(smsc.port, response_seconds=0.2)) as gateway:
        outcome = up(gateway).submit(outgoing())
        smsc.until("withheld", 1)
        smsc.manners(answers="at_once")
        smsc.release()
        second = gateway.submit(outgoing("第二条"))

    assert isinstance(outcome, Unknown)
    assert isinstance(second, Accepted)


def test_answers_that_come_late_and_mixed_reach_the_right_sender(smsc: Smsc) -> None:
    smsc.manners(answers="withheld")
    with running(settings(smsc.port, window=8)) as gateway, ThreadPoolExecutor(8) as pool:
        up(gateway)
        futures = {pool.submit(gateway.submit, outgoing(f"第{number}条")): f"第{number}条" for number in range(8)}
        smsc.until("withheld", 8)
        smsc.release()
        ids = {body: future.result() for future, body in futures.items()}

    taken = {joined([one])[0]: one.message_id for one in smsc.submitted()}
    assert ids == {body: Accepted((message_id,)) for body, message_id in taken.items()}


def test_no_more_texts_than_the_window_await_an_answer(smsc: Smsc) -> None:
    smsc.manners(answers="withheld")
    with running(settings(smsc.port, window=2, response_seconds=0.3)) as gateway, ThreadPoolExecutor(5) as pool:
        up(gateway)
        list(pool.map(_outcome_or_none, [gateway] * 5))
        most = max(len(smsc.submitted()), 0)

    assert most <= 4  # two at first, two more once those were given up; the fifth found the window full


def _outcome_or_none(gateway: SmppGateway) -> object:
    try:
        return gateway.submit(outgoing())
    except CarrierError:
        return None


def test_a_segment_throttled_in_the_middle_is_tried_again_and_the_text_goes_once(smsc: Smsc) -> None:
    with running(settings(smsc.port)) as gateway:
        up(gateway)
        smsc.manners(answers="withheld")
        with ThreadPoolExecutor(1) as pool:
            sending = pool.submit(gateway.submit, outgoing(LONG))
            smsc.until("withheld", 1)
            smsc.manners(answers="at_once", refuse_times=1)
            smsc.release()
            outcome = sending.result()

    assert isinstance(outcome, Accepted)
    assert joined(smsc.submitted()) == [LONG]


def test_a_text_refused_in_the_middle_is_unknown_because_some_of_it_has_gone(smsc: Smsc) -> None:
    invalid_destination = 0x0B
    with running(settings(smsc.port)) as gateway, ThreadPoolExecutor(1) as pool:
        up(gateway)
        smsc.manners(answers="withheld")
        sending = pool.submit(gateway.submit, outgoing(LONG))
        smsc.until("withheld", 1)
        smsc.manners(answers="at_once", refuse_times=9, refuse_status=invalid_destination)
        smsc.release()
        outcome = sending.result()

    assert isinstance(outcome, Unknown)
    assert "ESME_RINVDSTADR" in outcome.why


def test_a_wrong_number_is_refused_for_good(smsc: Smsc) -> None:
    smsc.manners(refuse_times=1, refuse_status=0x0B)
    with running(settings(smsc.port)) as gateway:
        up(gateway)
        assert gateway.submit(outgoing()) == Rejected("ESME_RINVDSTADR", retryable=False)
        assert gateway.submit(outgoing(recipient="不是号码")) == Rejected("bad-number", retryable=False)
        assert gateway.submit(outgoing("诉" * 20_000)) == Rejected("too-long", retryable=False)


def test_stopping_waits_for_the_answer_to_what_was_handed_over(smsc: Smsc) -> None:
    smsc.manners(answers="delayed", delay_seconds=0.3)
    with running(settings(smsc.port)) as gateway, ThreadPoolExecutor(1) as pool:
        up(gateway)
        sending = pool.submit(gateway.submit, outgoing())
        smsc.until("submitted", 1)
        gateway.stop()

        assert isinstance(sending.result(), Accepted)


def test_a_transmitter_and_a_receiver_share_the_work(smsc: Smsc) -> None:
    """The SMSC's acknowledgements are not looked at: smpp34 1.5.0 leaves its own client's unheard on a receiver too."""
    notebook = Notebook()
    with running(settings(smsc.port, mode=BindMode.SEPARATE), notebook) as gateway:
        up(gateway)
        smsc.until("bound", 2)
        smsc.inject(text(CITIZEN, OFFICE, "路灯不亮"))
        outcome = gateway.submit(outgoing())
        wait_for(lambda: bool(notebook.texts), "the text")

    assert isinstance(outcome, Accepted)
    assert [one.body for one in notebook.texts] == ["路灯不亮"]


def test_an_smsc_killed_under_load_costs_no_text_and_brings_none_twice_for_good(smsc: Smsc) -> None:
    notebook = Notebook()
    bodies = [f"第{number}条" for number in range(2_000)]
    with running(settings(smsc.port), notebook) as gateway:
        up(gateway)
        smsc.inject(*[text(CITIZEN, OFFICE, body) for body in bodies])
        for stored in (100, 700, 1300):
            wait_for(lambda stored=stored: len(notebook.texts) >= stored, "texts")  # type: ignore[misc]
            smsc.kill()
            smsc.start()
        smsc.until("acked", 2_000)

    assert {one.body for one in notebook.texts} == set(bodies)
    assert len({one.key for one in notebook.texts}) == 2_000


def test_a_process_of_ours_killed_again_and_again_loses_no_text_it_acknowledged(smsc: Smsc, tmp_path: Path) -> None:
    database = tmp_path / "texts.sqlite3"
    smsc.inject(*[text(CITIZEN, OFFICE, f"第{number}条") for number in range(3_000)])
    for acknowledged in (1, 400, 1_000, 2_000, 3_000):
        process = subprocess.Popen(
            [sys.executable, "-m", "minhu.carriers.tests.storing_esme", str(smsc.port), str(database)],
            cwd=Path(__file__).parents[3],
        )
        try:
            smsc.until("acked", acknowledged)
        finally:
            process.kill()
            process.wait()

    with contextlib.closing(sqlite3.connect(database)) as stored:
        rows, texts = stored.execute("SELECT count(*), count(DISTINCT body) FROM texts").fetchone()
        (keys,) = stored.execute("SELECT count(DISTINCT key) FROM texts").fetchone()
    assert texts == keys == 3_000
    assert rows >= texts  # what was stored and not yet acknowledged came again, with the same key


def test_the_operator_reads_why_the_link_is_down() -> None:
    with running(settings(free_port())) as gateway:
        wait_for(lambda: "refused" in gateway.trouble.lower(), "the reason")
        with pytest.raises(CarrierError, match="link is down"):
            gateway.submit(outgoing())


# ---- a peer of bare octets


class BarePeer:
    """A loopback socket that says exactly the octets it is told to."""

    def __init__(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._listener.settimeout(10)
        self.port: int = self._listener.getsockname()[1]
        self.sock: socket.socket

    def __enter__(self) -> BarePeer:
        return self

    def __exit__(self, *_: object) -> None:
        self.sock.close()
        self._listener.close()

    def bound(self, status: int = 0, tls: ssl.SSLContext | None = None) -> BarePeer:
        """Take one connection and answer its bind."""
        self.sock, _ = self._listener.accept()
        self.sock.settimeout(10)
        if tls is not None:
            self.sock = tls.wrap_socket(self.sock, server_side=True)
        command, _, sequence, _ = self.take()
        self.say(command | 0x80000000, status, sequence, b"smsc\0")
        return self

    def say(self, command: int, status: int, sequence: int, body: bytes = b"") -> None:
        self.sock.sendall(struct.pack(">LLLL", 16 + len(body), command, status, sequence) + body)

    def take(self) -> tuple[int, int, int, bytes]:
        length, command, status, sequence = struct.unpack(">LLLL", self._exactly(16))
        return command, status, sequence, self._exactly(length - 16)

    def _exactly(self, count: int) -> bytes:
        octets = b""
        while len(octets) < count:
            more = self.sock.recv(count - len(octets))
            if not more:
                raise ConnectionResetError
            octets += more
        return octets


@pytest.fixture
def bare() -> Iterator[BarePeer]:
    with BarePeer() as peer:
        yield peer


MO = b"\0\0\0139\0\0\0106\0" + bytes(3) + b"\0\0" + b"\0\0\x08\0\x04" + "路灯".encode("utf-16-be")


def test_a_refused_password_is_named_and_tried_again_patiently(bare: BarePeer) -> None:
    with running(settings(bare.port)) as gateway:
        bare.bound(status=0x0E)
        wait_for(lambda: gateway.trouble == "bind refused: ESME_RINVPASWD", "the reason")
        bare.sock.close()
        bare.bound()
        up(gateway)
        assert gateway.trouble == ""


def test_questions_of_the_smsc_are_answered(bare: BarePeer) -> None:
    with running(settings(bare.port)) as gateway:
        bare.bound()
        up(gateway)
        bare.say(0x15, 0, 77)
        assert bare.take()[:3] == (0x80000015, 0, 77)
        bare.say(0x0103, 0, 78, b"data_sm is not spoken here")
        assert bare.take()[:3] == (0x80000000, 0x03, 78)
        bare.say(0x0102, 0, 79, b"alert_notification has no answer")
        bare.say(0x80000004, 0, 4711, b"an answer to nothing\0")
        bare.say(0x05, 0, 80, MO)
        assert bare.take() == (0x80000005, 0, 80, b"\0")
        bare.say(0x06, 0, 81)
        assert bare.take()[:3] == (0x80000006, 0, 81)
        wait_for(lambda: not gateway.up(), "the end")


def test_octets_that_arrive_one_by_one_make_the_same_text(bare: BarePeer) -> None:
    notebook = Notebook()
    with running(settings(bare.port), notebook):
        bare.bound()
        for octet in struct.pack(">LLLL", 16 + len(MO), 5, 0, 9) + MO:
            bare.sock.sendall(bytes((octet,)))
        assert bare.take()[:3] == (0x80000005, 0, 9)

    assert [one.body for one in notebook.texts] == ["路灯"]


def test_noise_instead_of_smpp_ends_the_connection_and_a_new_one_is_made(bare: BarePeer) -> None:
    with running(settings(bare.port)) as gateway:
        bare.bound()
        up(gateway)
        bare.sock.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        with contextlib.suppress(ConnectionResetError):
            bare.take()
        bare.sock.close()
        bare.bound()
        up(gateway)


def test_a_silent_link_is_asked_whether_it_lives_and_given_up_when_it_does_not_say(bare: BarePeer) -> None:
    with running(settings(bare.port, enquire_seconds=0.1, response_seconds=0.3)) as gateway:
        bare.bound()
        up(gateway)
        command, _, sequence, _ = bare.take()
        assert command == 0x15
        bare.say(0x80000015, 0, sequence)
        assert bare.take()[0] == 0x15
        first = bare.sock
        bare.bound()
        first.close()
        up(gateway)


def test_a_generic_nack_is_a_refusal(bare: BarePeer) -> None:
    with running(settings(bare.port)) as gateway, ThreadPoolExecutor(1) as pool:
        bare.bound()
        sending = pool.submit(up(gateway).submit, outgoing())
        bare.say(0x80000000, 0x03, bare.take()[2])
        assert sending.result() == Rejected("ESME_RINVCMDID", retryable=False)


def test_stopping_while_the_smsc_says_nothing_ends_soon(bare: BarePeer) -> None:
    with running(settings(bare.port, response_seconds=60.0)) as gateway:
        bare.bound()
        up(gateway)
        with ThreadPoolExecutor(1) as pool:
            sending = pool.submit(gateway.submit, outgoing())
            bare.take()
            stopping = threading.Thread(target=gateway.stop)
            stopping.start()
            stopping.join(10)

            assert not stopping.is_alive()
            assert isinstance(sending.result(), Unknown)


def test_a_link_over_tls_carries_texts_both_ways(bare: BarePeer, tmp_path: Path) -> None:
    notebook = Notebook()
    authority = tmp_path / "smsc.pem"
    context = certified(authority)
    with (
        running(settings(bare.port, tls=True, tls_authority=str(authority)), notebook) as gateway,
        ThreadPoolExecutor(1) as pool,
    ):
        bare.bound(tls=context)
        up(gateway)
        sending = pool.submit(gateway.submit, outgoing())
        sequence = bare.take()[2]
        for number in range(50):
            bare.say(0x05, 0, number, MO)
        for number in range(50):
            assert bare.take() == (0x80000005, 0, number, b"\0")
        bare.say(0x80000004, 0, sequence, b"id-1\0")
        assert sending.result() == Accepted(("id-1",))

    assert len(notebook.texts) == 50


def test_a_certificate_signed_by_a_stranger_ends_in_no_bind(bare: BarePeer, tmp_path: Path) -> None:
    context = certified(tmp_path / "smsc.pem")
    with running(settings(bare.port, tls=True)) as gateway:
        with contextlib.suppress(ssl.SSLError, ConnectionError):
            bare.bound(tls=context)
        wait_for(lambda: "certificate verify failed" in gateway.trouble, "the reason")


def test_a_link_that_is_dropped_at_once_is_not_hammered() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        with running(settings(port, back_off_seconds=(60.0, 60.0))) as gateway:
            first, _ = listener.accept()
            first.close()
            wait_for(lambda: gateway.trouble not in {"", "not connected yet"}, "the reason")
            listener.settimeout(0.2)
            with pytest.raises(TimeoutError):
                listener.accept()


def certified(authority: Path) -> ssl.SSLContext:
    """A server's TLS context for 127.0.0.1, signed by itself; ``authority`` gets its certificate."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "smsc")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    authority.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    secret = authority.with_suffix(".key")
    secret.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(authority, secret)
    return context
