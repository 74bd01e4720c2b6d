"""UDP, TCP and TLS sockets: whole messages in, whole messages out, strangers left outside."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import socket
import ssl
from collections.abc import Callable, Coroutine
from dataclasses import dataclass

from minhu.carriers.errors import CarrierError
from minhu.carriers.sip.config import SipConfig, Transport
from minhu.carriers.sip.doors import Doors
from minhu.carriers.sip.message import Peer
from minhu.carriers.sip.stream import Connection

log = logging.getLogger(__name__)

Receive = Callable[[bytes, Peer], None]

_DATAGRAMS_AT_ONCE = 64
"""How many datagrams are read before others on the loop get their turn."""
_TURNS_TO_CLOSE = 8
_SOCKET_BUFFER_BYTES = 4 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class TlsTarget:
    """How a TLS server is checked. name: what its certificate must say; ca_file: "" = the system's authorities."""

    name: str
    ca_file: str = ""


class Transports:
    """All sockets of one engine.

    ports: the port we really listen on, for each transport that is open.
    """

    def __init__(self, config: SipConfig, doors: Doors, receive: Receive, failed: Callable[[Peer], None]) -> None:
        self.ports: dict[Transport, int] = {}
        self.tls_targets: dict[tuple[str, int], TlsTarget] = {}
        self._config = config
        self._doors = doors
        self._receive = receive
        self._failed = failed
        self._udp: socket.socket | None = None
        self._listeners: list[socket.socket] = []
        self._tasks: set[asyncio.Task[None]] = set()
        self._connections: dict[Peer, Connection] = {}
        self._opening: dict[Peer, list[bytes]] = {}

    async def start(self) -> None:
        """Open every socket of the configuration.

        Raises: CarrierError (permanent) when an address is taken or a certificate cannot be read; nothing is left open.
        """
        config = self._config
        try:
            if config.listen_udp:
                self._open_udp(*config.listen_udp)
            if config.listen_tcp:
                self._listen(Transport.TCP, *config.listen_tcp, None)
            if config.listen_tls:
                context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
                context.load_cert_chain(config.tls_certificate, config.tls_key)
                self._listen(Transport.TLS, *config.listen_tls, context)
        except OSError as fault:
            await self.stop()
            raise CarrierError(f"cannot listen for SIP: {fault}", permanent=True) from fault

    async def stop(self) -> None:
        """Close everything."""
        loop = asyncio.get_running_loop()
        if self._udp is not None:
            loop.remove_reader(self._udp)
            self._udp.close()
            self._udp = None
        for task in list(self._tasks):
            task.cancel()
        for task in list(self._tasks):
            with contextlib.suppress(asyncio.CancelledError):
                await task
        for listener in self._listeners:
            listener.close()
        self._listeners.clear()
        for connection in list(self._connections.values()):
            connection.close()
        for _ in range(_TURNS_TO_CLOSE):  # a TLS transport takes several turns of the loop to let go of its socket
            await asyncio.sleep(0)
        self._connections.clear()

    def send(self, data: bytes, peer: Peer) -> bool:
        """Send one message. False when that is impossible; a connection that is opened first may still fail later."""
        if peer.transport is Transport.UDP:
            return self._send_datagram(data, peer)
        connection = self._connections.get(peer)
        if connection is not None:
            return connection.send(data)
        if peer in self._opening:
            self._opening[peer].append(data)
            return True
        if peer.transport not in self.ports or len(self._connections) >= self._config.limits.max_connections:
            return False
        self._opening[peer] = [data]
        self._spawn(self._connect(peer))
        return True

    def connected(self, peer: Peer) -> bool:
        """Whether a stream to that peer is open."""
        return peer in self._connections

    # UDP

    def _open_udp(self, host: str, port: int) -> None:
        sock = socket.socket(_family(host), socket.SOCK_DGRAM)
        sock.setblocking(False)
        for option in (socket.SO_RCVBUF, socket.SO_SNDBUF):
            sock.setsockopt(socket.SOL_SOCKET, option, _SOCKET_BUFFER_BYTES)
        try:
            sock.bind((host, port))
        except OSError:
            sock.close()
            raise
        self._udp = sock
        self.ports[Transport.UDP] = sock.getsockname()[1]
        asyncio.get_running_loop().add_reader(sock, self._read_datagrams, sock)

    def _read_datagrams(self, sock: socket.socket) -> None:
        size = self._config.limits.max_message_bytes + 1
        for _ in range(_DATAGRAMS_AT_ONCE):
            try:
                data, address = sock.recvfrom(size)
            except (BlockingIOError, InterruptedError):
                return
            except OSError:
                log.exception("reading a datagram failed")
                return
            host, port = address[0], address[1]
            if self._doors.admits(host) and 16 < len(data) < size:
                self._receive(data, Peer(Transport.UDP, host, port))
            if self._udp is None:
                return

    def _send_datagram(self, data: bytes, peer: Peer) -> bool:
        if self._udp is None:
            return False
        try:
            self._udp.sendto(data, (peer.host, peer.port))
        except (BlockingIOError, InterruptedError):
            return True  # as if lost on the way; it will be repeated
        except (OSError, OverflowError, ValueError):
            return False
        return True

    # TCP and TLS

    def _listen(self, transport: Transport, host: str, port: int, context: ssl.SSLContext | None) -> None:
        listener = socket.create_server((host, port), family=_family(host), backlog=128)
        listener.setblocking(False)
        self._listeners.append(listener)
        self.ports[transport] = listener.getsockname()[1]
        self._spawn(self._accept(listener, transport, context))

    async def _accept(self, listener: socket.socket, transport: Transport, context: ssl.SSLContext | None) -> None:
        loop = asyncio.get_running_loop()
        while True:
            try:
                sock, address = await loop.sock_accept(listener)
            except OSError:
                log.exception("accepting a connection failed")
                await asyncio.sleep(0.1)
                continue
            peer = Peer(transport, address[0], address[1])
            full = len(self._connections) >= self._config.limits.max_connections
            if full or not self._doors.admits(peer.host):
                sock.close()
                continue
            self._spawn(self._take_over(sock, peer, context))

    async def _take_over(self, sock: socket.socket, peer: Peer, context: ssl.SSLContext | None) -> None:
        loop = asyncio.get_running_loop()
        try:
            await loop.connect_accepted_socket(
                lambda: self._connection(peer),
                sock,
                ssl=context,
                ssl_handshake_timeout=5.0 if context else None,
            )
        except (TimeoutError, OSError, ssl.SSLError) as fault:
            log.warning("a connection from a known address failed: %s", fault)
            sock.close()

    async def _connect(self, peer: Peer) -> None:
        loop = asyncio.get_running_loop()
        context, name = None, None
        try:
            if peer.transport is Transport.TLS:
                target = self.tls_targets.get((peer.host, peer.port), TlsTarget(peer.host))
                context = ssl.create_default_context(cafile=target.ca_file or None)
                name = target.name
            async with asyncio.timeout(10.0):
                _, connection = await loop.create_connection(
                    lambda: self._connection(peer), peer.host, peer.port, ssl=context, server_hostname=name
                )
        except OSError as fault:  # includes TimeoutError and SSLError
            log.warning("cannot reach %s over %s: %s", peer.host, peer.transport, fault)
            self._opening.pop(peer, None)
            self._failed(peer)
            return
        for data in self._opening.pop(peer, []):
            connection.send(data)

    def _connection(self, peer: Peer) -> Connection:
        return Connection(peer, self._config.limits.max_message_bytes, self._arrived, self._opened, self._closed)

    def _opened(self, connection: Connection) -> None:
        self._connections[connection.peer] = connection

    def _closed(self, connection: Connection) -> None:
        if self._connections.get(connection.peer) is connection:
            del self._connections[connection.peer]

    def _arrived(self, data: bytes, peer: Peer) -> None:
        if self._doors.admits(peer.host):
            self._receive(data, peer)

    def _spawn(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def _family(host: str) -> socket.AddressFamily:
    return socket.AF_INET6 if ":" in host else socket.AF_INET
