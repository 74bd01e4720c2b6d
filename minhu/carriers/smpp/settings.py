"""Everything an operator may set about an SMPP gateway, checked before anything is connected.

BadSmppSetting    a WrongSetting
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from minhu.carriers.errors import WrongSetting
from minhu.carriers.smpp.receipts import ReceiptIds


class BadSmppSetting(WrongSetting):
    """A value the standard or the gateway cannot take."""


class BindMode(StrEnum):
    """One connection for both directions, or one for each."""

    TRANSCEIVER = "transceiver"
    SEPARATE = "separate"


@dataclass(frozen=True, slots=True)
class SmppSettings:
    """How to reach an SMSC, and how patient to be with it.

    system_id: at most 15 characters; password: at most 8 (the standard's limits).
    window: submits that may await their answer at once, a connection.
    response_seconds: how long an answer may take before the fate of a text is unknown.
    enquire_seconds: silence after which the link is asked whether it lives.
    back_off_seconds: first and longest pause between attempts to connect.
    batch: most inbound texts that are stored in one transaction. inbound_limit: most that may wait for it; the rest
    is told to come again.
    wide_reference: number long texts with 16 bits (one character less a segment).
    receipt_ids: how receipts in text form write message ids.
    tls: speak TLS; the certificate is checked against ``host``. tls_authority: PEM file of who signed it, "" for the
    system's authorities.
    Raises: BadSmppSetting.
    """

    host: str
    port: int
    system_id: str
    password: str = field(repr=False)
    system_type: str = ""
    mode: BindMode = BindMode.TRANSCEIVER
    window: int = 10
    connect_seconds: float = 5.0
    response_seconds: float = 30.0
    enquire_seconds: float = 30.0
    back_off_seconds: tuple[float, float] = (0.5, 30.0)
    batch: int = 200
    inbound_limit: int = 5_000
    wide_reference: bool = False
    receipt_ids: ReceiptIds = ReceiptIds.SAME
    tls: bool = False
    tls_authority: str = ""

    def __post_init__(self) -> None:
        for name, longest in (("system_id", 15), ("password", 8), ("system_type", 12)):
            value: str = getattr(self, name)
            if len(value) > longest or not value.isascii():
                raise BadSmppSetting(name, f"is at most {longest} ASCII characters")
        if not self.system_id:
            raise BadSmppSetting("system_id", "is missing")
        if self.window < 1 or self.batch < 1:
            raise BadSmppSetting("window" if self.window < 1 else "batch", "is at least 1")
        if self.tls_authority and not Path(self.tls_authority).is_file():
            raise BadSmppSetting("tls_authority", f"is not a file: {self.tls_authority}")
