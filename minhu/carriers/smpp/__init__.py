"""SMPP 3.4: texts both ways through an aggregator's SMSC.

settings.py   what an operator sets
gateway.py    SmppGateway: the port, outbound
dialect.py    what a link needs of SMPP; inbound
receipts.py   what a delivery receipt says
pdus.py       octets
"""

from __future__ import annotations

from minhu.carriers.smpp.gateway import SmppGateway
from minhu.carriers.smpp.receipts import ReceiptIds
from minhu.carriers.smpp.settings import BadSmppSetting, BindMode, SmppSettings

__all__ = ["BadSmppSetting", "BindMode", "ReceiptIds", "SmppGateway", "SmppSettings"]
