"""Real sockets: streams cut anywhere, TLS, strangers, floods."""

from __future__ import annotations

import asyncio
import datetime
import ipaddress
import socket
import ssl
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from minhu.carriers.errors import CarrierError
from minhu.carriers.sip.clock import VirtualClock
from minhu.carriers.sip.config import Limits, SipConfig, Transport, Trunk
from minhu.carriers.sip.doors import Doors
from minhu.carriers.sip.engine import SipEngine
from minhu.carriers.sip.media import Media
from minhu.carriers.sip.stream import BadStream, Framer
from minhu.carriers.tests.sip_wire import SDP, invite, request
from minhu.carriers.voice import Event, LegAnswered, LegEnded, LegId, LegIncoming

HOST = "127.0.0.1"


def run_engine(config: SipConfig, work: Callable[[SipEngine, list[Event]], Awaitable[None]]) -> list[Event]:
    """Run ``work`` beside an engine on real sockets that answers every call; the events."""

    async def run() -> list[Event]:
        events: list[Event] = []
        engine = SipEngine(config, Media(address=HOST, ports=range(48000, 52000)))

        def sink(event: Event) -> None:
            events.append(event)
            if isinstance(event, LegIncoming):
                engine.ring(event.leg)
                engine.answer(event.leg)

        await engine.start(sink)
        try:
            async with asyncio.timeout(20.0):
                await work(engine, events)
        finally:
            await engine.stop()
        return events

    return asyncio.run(run())


async def until(events: list[Event], kind: type[Event]) -> None:
    """Wait for a real peer to make such an event happen."""
    while not any(isinstance(event, kind) for event in events):  # noqa: ASYNC110 - the engine has no other waiter
        await asyncio.sleep(0.01)


async def read_until(reader: asyncio.StreamReader, mark: bytes) -> bytes:
    data = b""
    while mark not in data:
        more = await reader.read(4096)
        assert more, "the connection was closed"
        data += more
    return data


# Streams


def test_a_stream_cut_at_any_byte_gives_the_same_messages() -> None:
    first, second = invite().encode(), request("OPTIONS", call="民").encode()
    stream = first + b"\r\n\r\n" + second

    for place in range(1, len(stream)):
        framer = Framer(16384)
        assert framer.feed(stream[:place]) + framer.feed(stream[place:]) == [first, second]


def test_a_stream_that_comes_byte_by_byte_gives_the_same_messages() -> None:
    message = invite().encode()
    framer = Framer(16384)

    assert [found for byte in message * 2 for found in framer.feed(bytes([byte]))] == [message, message]


@pytest.mark.parametrize(
    "data",
    [
        b"INVITE " + b"x" * 20000,
        b"OPTIONS sip:a SIP/2.0\r\nVia: x\r\n\r\n",
        b"OPTIONS sip:a SIP/2.0\r\nContent-Length: 99999\r\n\r\n",
        b"OPTIONS sip:a SIP/2.0\r\nContent-Length: -1\r\n\r\n",
    ],
)
def test_a_stream_that_cannot_be_cut_is_given_up(data: bytes) -> None:
    with pytest.raises(BadStream):
        Framer(16384).feed(data)


def test_a_call_over_tcp_and_a_keep_alive() -> None:
    config = SipConfig("node", (Trunk("t", HOST),), listen_udp=None, listen_tcp=(HOST, 0))

    async def work(engine: SipEngine, events: list[Event]) -> None:
        reader, writer = await asyncio.open_connection(HOST, engine.ports[Transport.TCP])
        for byte in invite().replace("SIP/2.0/UDP", "SIP/2.0/TCP").encode():
            writer.write(bytes([byte]))
        answer = await read_until(reader, b"m=audio")
        assert b"transport=tcp" in answer
        writer.write(b"\r\n\r\n")
        await read_until(reader, b"\r\n")
        writer.write(b"junk" * 8000)
        while await reader.read(4096):
            pass
        writer.close()

    events = run_engine(config, work)

    assert len([event for event in events if isinstance(event, LegIncoming)]) == 1


def test_a_call_placed_over_tcp_reaches_the_trunk_and_back() -> None:
    async def trunk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        invitation = (await read_until(reader, b"m=audio")).decode()
        lines = dict(line.split(": ", 1) for line in invitation.split("\r\n") if ": " in line)
        writer.write(
            f"SIP/2.0 200 OK\r\nVia: {lines['Via']}\r\nFrom: {lines['From']}\r\nTo: {lines['To']};tag=t\r\n"
            f"Call-ID: {lines['Call-ID']}\r\nCSeq: {lines['CSeq']}\r\nContact: <sip:a@{HOST};transport=tcp>\r\n"
            f"Content-Type: application/sdp\r\nContent-Length: {len(SDP)}\r\n\r\n{SDP}".encode()
        )
        await read_until(reader, b"ACK sip:")
        await reader.read()
        writer.close()

    async def run() -> list[Event]:
        server = await asyncio.start_server(trunk, HOST, 0)
        port = server.sockets[0].getsockname()[1]
        config = SipConfig("n", (Trunk("t", HOST, port, Transport.TCP),), listen_udp=None, listen_tcp=(HOST, 0))
        engine, events = SipEngine(config, Media(address=HOST, ports=range(48000, 52000))), list[Event]()
        await engine.start(events.append)
        engine.dial(LegId("out"), "1001", caller_id="80001")
        async with asyncio.timeout(5.0):
            await until(events, LegAnswered)
        await engine.stop()
        server.close()
        await server.wait_closed()
        return events

    assert [event.leg for event in asyncio.run(run()) if isinstance(event, LegAnswered)] == ["out"]


def test_a_trunk_that_cannot_be_reached_ends_the_call_at_once() -> None:
    with socket.create_server((HOST, 0)) as unused:
        port = unused.getsockname()[1]
    config = SipConfig("n", (Trunk("t", HOST, port, Transport.TCP),), listen_udp=None, listen_tcp=(HOST, 0))

    async def work(engine: SipEngine, events: list[Event]) -> None:
        engine.dial(LegId("out"), "1001", caller_id="80001")
        await until(events, LegEnded)

    assert [event.sip_code for event in run_engine(config, work) if isinstance(event, LegEnded)] == [503]


# TLS


@pytest.fixture
def certificate(tmp_path: Path) -> tuple[str, str]:
    """A self-made certificate for 127.0.0.1: its file, and its key's."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "trunk.test")])
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(HOST))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    certificate_file, key_file = tmp_path / "certificate.pem", tmp_path / "key.pem"
    certificate_file.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    key_file.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return str(certificate_file), str(key_file)


def test_two_engines_call_each_other_over_tls(certificate: tuple[str, str]) -> None:
    file, key = certificate

    def config(node: str, port: int) -> SipConfig:
        return SipConfig(
            node,
            (Trunk("other", HOST, port, Transport.TLS, tls_ca_file=file),),
            listen_udp=None,
            listen_tls=(HOST, 0),
            tls_certificate=file,
            tls_key=key,
        )

    async def work(engine: SipEngine, events: list[Event]) -> None:
        heard: list[Event] = []
        other = SipEngine(config("b", engine.ports[Transport.TLS]), Media(address=HOST, ports=range(52000, 56000)))
        await other.start(heard.append)
        other.dial(LegId("out"), "80001", caller_id="1001")
        await until(events, LegAnswered)
        other.hangup(LegId("out"))
        await until(events, LegEnded)
        await other.stop()
        assert any(isinstance(event, LegAnswered) for event in heard)

    run_engine(config("a", 5061), work)


def test_a_trunk_with_a_certificate_nobody_vouches_for_is_not_called(certificate: tuple[str, str]) -> None:
    file, key = certificate

    async def run() -> list[Event]:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(file, key)
        server = await asyncio.start_server(lambda reader, writer: writer.close(), HOST, 0, ssl=context)
        trunk = Trunk("t", HOST, server.sockets[0].getsockname()[1], Transport.TLS)
        config = SipConfig("n", (trunk,), listen_udp=None, listen_tls=(HOST, 0), tls_certificate=file, tls_key=key)
        engine, events = SipEngine(config, Media(address=HOST, ports=range(48000, 52000))), list[Event]()
        await engine.start(events.append)
        engine.dial(LegId("out"), "1001", caller_id="80001")
        async with asyncio.timeout(5.0):
            await until(events, LegEnded)
        await engine.stop()
        server.close()
        await server.wait_closed()
        return events

    assert [event.sip_code for event in asyncio.run(run()) if isinstance(event, LegEnded)] == [503]


# Strangers


async def said_until_answered(sock: socket.socket, data: bytes, to: tuple[str, int]) -> bytes:
    """Send as a telephone does: again every half second, as a flood may push a packet out of the kernel's queue."""
    loop = asyncio.get_running_loop()
    while True:
        sock.sendto(data, to)
        try:
            async with asyncio.timeout(0.5):
                return await loop.sock_recv(sock, 4096)
        except TimeoutError:
            continue


def test_a_flood_from_a_stranger_gets_nothing_and_harms_nobody() -> None:
    config = SipConfig("node", (Trunk("t", HOST),), listen_udp=(HOST, 0), listen_tcp=(HOST, 0))

    async def work(engine: SipEngine, events: list[Event]) -> None:
        to = (HOST, engine.ports[Transport.UDP])
        with (
            socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stranger,
            socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as trunk,
        ):
            stranger.bind(("127.0.0.2", 0))
            trunk.bind((HOST, 0))
            trunk.setblocking(False)
            stranger.setblocking(False)
            loop = asyncio.get_running_loop()
            for number in range(3000):
                await loop.sock_sendto(stranger, invite(call=f"s{number}", branch=f"s{number}").encode(), to)
            port = trunk.getsockname()[1]
            call = invite().replace("127.0.0.1:5081;branch", f"127.0.0.1:{port};branch").encode()
            answer = await said_until_answered(trunk, call, to)
            assert answer.startswith(b"SIP/2.0 180")
            with pytest.raises(BlockingIOError):
                stranger.recv(4096)
        assert engine.doors.refused >= 1000
        with socket.socket() as stranger_stream:
            stranger_stream.bind(("127.0.0.2", 0))
            stranger_stream.setblocking(False)
            await loop.sock_connect(stranger_stream, (HOST, engine.ports[Transport.TCP]))
            assert await loop.sock_recv(stranger_stream, 100) == b""

    events = run_engine(config, work)

    assert len([event for event in events if isinstance(event, LegIncoming)]) == 1


def test_a_trunk_that_floods_is_slowed_down_and_not_shut_out() -> None:
    clock = VirtualClock()
    doors = Doors(
        (Trunk("t", "192.0.2.1", addresses=("192.0.2.0/28",)),), Limits(packets_per_second=100, packet_burst=200), clock
    )

    admitted = sum(doors.admits("192.0.2.5") for _ in range(1000))
    clock.advance(1.0)
    later = sum(doors.admits("192.0.2.5") for _ in range(1000))

    assert (admitted, later) == (200, 100)
    assert not doors.admits("192.0.2.99")
    assert (doors.refused, doors.throttled) == (1, 1700)


def test_a_guest_may_speak_only_as_long_as_the_call_lasts() -> None:
    doors = Doors((Trunk("t", "192.0.2.1"),), Limits(), VirtualClock())

    doors.welcome("198.51.100.1")
    assert doors.admits("198.51.100.1")
    doors.farewell("198.51.100.1")
    assert not doors.admits("198.51.100.1")


def test_an_address_that_is_taken_stops_the_start_with_a_clear_word() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as taken:
        taken.bind((HOST, 0))
        config = SipConfig("node", (Trunk("t", HOST),), listen_udp=(HOST, taken.getsockname()[1]))

        async def start() -> None:
            await SipEngine(config, Media(address=HOST, ports=range(48000, 48010))).start(lambda event: None)

        with pytest.raises(CarrierError, match="cannot listen for SIP"):
            asyncio.run(start())


@pytest.mark.parametrize(
    "wrong",
    [
        {"addresses": ("300.1.1.1",)},
        {"port": 99999},
        {"any_address": True},
        {"session_timer_seconds": 30},
        {"register_seconds": 60},
    ],
)
def test_a_trunk_set_up_wrongly_stops_the_start(wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"."):
        Trunk("t", "192.0.2.1", **wrong)  # type: ignore[arg-type]
