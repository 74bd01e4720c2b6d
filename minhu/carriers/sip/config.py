"""What the engine is told: where it listens, who may talk to it, and how much it takes on."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


class Transport(StrEnum):
    """How SIP messages travel."""

    UDP = "udp"
    TCP = "tcp"
    TLS = "tls"

    @property
    def reliable(self) -> bool:
        """Whether the transport itself repeats what is lost (RFC 3261 §17)."""
        return self is not Transport.UDP


DEFAULT_PORT = {Transport.UDP: 5060, Transport.TCP: 5060, Transport.TLS: 5061}


@dataclass(frozen=True)
class Trunk:
    """One telephone company, exchange or gateway that sends us calls and takes ours.

    host, port: where our calls go; port 0 means the transport's usual one. addresses: IPs and networks (CIDR) that
    are this trunk besides ``host``; with ``any_address`` everybody is, and proves it by password. username, password:
    digest credentials, used to answer the trunk's challenges and, with ``challenge_inbound``, to challenge its calls.
    realm: of our own challenges. digest_algorithms: in order of preference. session_timer_seconds: RFC 4028; 0 asks
    for none. assert_identity: send P-Asserted-Identity. register_seconds: when > 0, REGISTER there and refresh.
    """

    name: str
    host: str
    port: int = 0
    transport: Transport = Transport.UDP
    addresses: tuple[str, ...] = ()
    any_address: bool = False
    username: str = ""
    password: str = field(default="", repr=False)
    realm: str = "minhu"
    challenge_inbound: bool = True
    digest_algorithms: tuple[str, ...] = ("SHA-256", "MD5")
    session_timer_seconds: int = 1800
    assert_identity: bool = True
    register_seconds: int = 0
    tls_ca_file: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "transport", Transport(self.transport))
        if not 0 <= self.port <= 65535:
            raise ValueError(f"trunk {self.name}: port {self.port} is not between 0 and 65535")
        if self.any_address and not self.credentials:
            raise ValueError(f"trunk {self.name}: any_address needs username and password")
        if self.register_seconds and not self.credentials:
            raise ValueError(f"trunk {self.name}: register_seconds needs username and password")
        if 0 < self.session_timer_seconds < 90:
            raise ValueError(f"trunk {self.name}: session_timer_seconds must be 0 or at least 90 (RFC 4028)")
        _ = self.networks  # a wrong address stops the start, not the first call

    @property
    def credentials(self) -> bool:
        return bool(self.username and self.password)

    @property
    def target_port(self) -> int:
        return self.port or DEFAULT_PORT[self.transport]

    @cached_property
    def networks(self) -> tuple[Network, ...]:
        return tuple(ipaddress.ip_network(address, strict=False) for address in self.addresses)


@dataclass(frozen=True)
class Limits:
    """How much the engine takes on before it refuses.

    packets_per_second, packet_burst: of one known address; beyond it packets are dropped. stranger_packets_per_second:
    the same for an address known only by password.
    """

    max_calls: int = 500
    max_message_bytes: int = 16384
    max_header_lines: int = 128
    max_connections: int = 64
    packets_per_second: float = 4000.0
    packet_burst: float = 8000.0
    stranger_packets_per_second: float = 20.0
    max_transactions: int = 50_000


@dataclass(frozen=True)
class SipConfig:
    """Everything the engine needs.

    listen_udp, listen_tcp, listen_tls: ``(host, port)``; port 0 takes a free one. advertised: the address that others
    reach us at, needed when we listen on all interfaces. trunks: the first is the default for outgoing calls.
    rtp_ports: for the media; rtp_address: where media sockets are bound, "" = the listening host.
    """

    node: str
    trunks: tuple[Trunk, ...] = ()
    listen_udp: tuple[str, int] | None = ("127.0.0.1", 5060)
    listen_tcp: tuple[str, int] | None = None
    listen_tls: tuple[str, int] | None = None
    advertised: str = ""
    tls_certificate: str = ""
    tls_key: str = ""
    rtp_address: str = ""
    rtp_ports: range = range(20000, 24000)
    limits: Limits = field(default_factory=Limits)
    user_agent: str = "Minhu"
    invite_seconds: float = 180.0
    """A caller is given up when the switch neither answers nor refuses for this long."""

    def __post_init__(self) -> None:
        if not any((self.listen_udp, self.listen_tcp, self.listen_tls)):
            raise ValueError("the engine must listen somewhere: UDP, TCP or TLS")
        if self.listen_tls and not (self.tls_certificate and self.tls_key):
            raise ValueError("TLS needs tls_certificate and tls_key")
        if not self.advertised and self.host in {"0.0.0.0", "::", ""}:  # noqa: S104 - a comparison
            raise ValueError("listening on all interfaces needs an advertised address")
        names = [trunk.name for trunk in self.trunks]
        if len(set(names)) != len(names):
            raise ValueError("two trunks have the same name")

    @property
    def host(self) -> str:
        """The host of the first listening address."""
        for address in (self.listen_udp, self.listen_tcp, self.listen_tls):
            if address:
                return address[0]
        return ""

    @property
    def public_host(self) -> str:
        """What we call ourselves in Via, Contact and From."""
        return self.advertised or self.host

    def trunk(self, name: str) -> Trunk | None:
        """The trunk of that name; the default one for ""."""
        if not name:
            return self.trunks[0] if self.trunks else None
        return next((trunk for trunk in self.trunks if trunk.name == name), None)
