"""CMPP 2.0 and 3.0: texts both ways over a carrier-direct code (106…), of China Mobile or whoever speaks as it does.

settings.py   what an operator sets
gateway.py    CmppGateway: the port, outbound
dialect.py    what a link needs of CMPP; inbound
reports.py    what a status report says, and what a result means
pdus.py       octets
"""

from __future__ import annotations

from minhu.carriers.cmpp.gateway import CmppGateway
from minhu.carriers.cmpp.settings import CmppSettings, CmppVersion

__all__ = ["CmppGateway", "CmppSettings", "CmppVersion"]
