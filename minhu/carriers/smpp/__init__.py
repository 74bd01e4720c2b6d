"""SMPP 3.4: texts both ways through an aggregator's SMSC.

settings.py   what an operator sets
gateway.py    SmppGateway: the port, outbound
intake.py     inbound: batches, stored before they are answered
link.py       one connection and its life
receipts.py   what a delivery receipt says
alphabet.py   characters and segments
pdus.py       octets
"""

from __future__ import annotations

from minhu.carriers.smpp.gateway import SmppGateway
from minhu.carriers.smpp.receipts import ReceiptIds
from minhu.carriers.smpp.settings import BadSmppSetting, BindMode, SmppSettings

__all__ = ["BadSmppSetting", "BindMode", "ReceiptIds", "SmppGateway", "SmppSettings"]
