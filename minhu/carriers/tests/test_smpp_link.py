"""The life of an SMPP connection, against a loopback socket that says octets no good SMSC sends."""

from __future__ import annotations

import contextlib
import socket
import ssl
import struct
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from minhu.carriers.errors import CarrierError
from minhu.carriers.tests.smpp_gateway import outgoing, running, settings, up
from minhu.carriers.tests.text_worlds import Notebook, wait_for
from minhu.carriers.text import Accepted, Rejected, Unknown
from tests.peers.smsc_handle import free_port


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


def test_the_operator_reads_why_the_link_is_down() -> None:
    with running(settings(free_port())) as gateway:
        wait_for(lambda: "refused" in gateway.trouble.lower(), "the reason")
        with pytest.raises(CarrierError, match="link is down"):
            gateway.submit(outgoing())
