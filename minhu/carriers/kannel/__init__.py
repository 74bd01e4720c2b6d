"""Kannel between us and the carrier: texts both ways over the protocol that its bearerbox speaks with its boxes.

Not over smsbox and HTTP: that acknowledges a citizen's text before we have it.

settings.py   what an operator sets
gateway.py    KannelGateway: the port, outbound
dialect.py    what a link needs of the protocol; inbound
pdus.py       octets
"""

from __future__ import annotations

from minhu.carriers.kannel.gateway import KannelGateway
from minhu.carriers.kannel.settings import KannelSettings

__all__ = ["KannelGateway", "KannelSettings"]
