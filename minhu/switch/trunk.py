"""The telephone engine as the settings want it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from minhu.carriers import prompts
from minhu.carriers.errors import CarrierError
from minhu.carriers.sip.config import DEFAULT_PORT, SipConfig, Transport, Trunk
from minhu.carriers.sip.engine import SipEngine
from minhu.carriers.sip.media import Media

if TYPE_CHECKING:
    from minhu.settings import SipSettings


class BadAddress(CarrierError):
    """An address in the settings cannot be read; the switch must not start."""


def engine_of(sip: SipSettings, node: str) -> SipEngine:
    """The embedded engine. Raises: BadAddress, ValueError for settings that do not fit together."""
    listen = {transport: (host, port) for transport, host, port in map(address_of, sip.listen)}
    way = address_of(sip.trunk) if sip.trunk else (Transport.UDP, _host(sip.trunks[0]), 0)
    trunk = Trunk(
        "trunk",
        way[1],
        way[2],
        way[0],
        addresses=sip.trunks,
        username=sip.user,
        password=sip.password,
        challenge_inbound=False,
    )
    host = next(iter(listen.values()))[0]
    config = SipConfig(
        node,
        (trunk,),
        listen_udp=listen.get(Transport.UDP),
        listen_tcp=listen.get(Transport.TCP),
        listen_tls=listen.get(Transport.TLS),
        advertised=sip.address,
        tls_certificate=sip.certificate,
        tls_key=sip.private_key,
    )
    media = Media(address=host, advertised=sip.address, ports=range(sip.rtp_low, sip.rtp_high + 1))
    media.prepare(prompts.every())
    return SipEngine(config, media)


def address_of(text: str) -> tuple[Transport, str, int]:
    """``udp:host:port`` or ``udp:host``. Raises: BadAddress."""
    transport, _, rest = text.partition(":")
    host, colon, port = rest.rpartition(":") if not rest.endswith("]") else (rest, "", "")
    if not colon:
        host, port = rest, ""
    try:
        way = Transport(transport)
        return way, host.strip("[]"), int(port or DEFAULT_PORT[way])
    except ValueError:
        raise BadAddress(f"{text!r} must read udp:host:port, tcp:host:port or tls:host:port", permanent=True) from None


def _host(network: str) -> str:
    return network.partition("/")[0]
