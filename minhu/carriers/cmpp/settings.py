"""Everything an operator may set about a CMPP gateway, checked before anything is connected."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any

from minhu.carriers.errors import WrongSetting

LONGEST_CODE = 21


class CmppVersion(StrEnum):
    """Its number on the wire is the byte 0x20 or 0x30."""

    V2 = "2.0"
    V3 = "3.0"


@dataclass(frozen=True, slots=True)
class CmppSettings:
    """How to reach an ISMG, and how patient to be with it.

    source_addr: the six characters of the account (企业代码, SP_Id). secret: shared with the carrier.
    code: the access code texts are sent from (106…). extensions: digits behind the code, by the number of a line, so
    that a text to code + extension is a text to that line, and the line's texts come from there.
    service_id, msg_src, fee_user_type, fee_type, fee_code, fee_terminal: as the carrier's paper says; msg_src "" means
    source_addr. recipient_prefix: what the carrier wants before the eleven digits of a mobile number: "" or "86".
    window: submits that may await their answer at once. response_seconds: how long an answer may take before the fate
    of a text is unknown. enquire_seconds: silence after which an ACTIVE_TEST asks whether the link lives.
    enquiries: unanswered ones in a row after which it is given up. back_off_seconds: first and longest pause between
    attempts to connect. retryable_results: refusals that mean "later"; 8 is flow control.
    refuse_by_silence: leave a DELIVER that could not be stored unanswered, for an ISMG that brings only those again;
    otherwise it is answered with result 9.
    batch: most inbound texts that are stored in one transaction. inbound_limit: most that may wait for it.
    wide_reference: number long texts with 16 bits (one character less a segment).
    tls, tls_authority: for a tunnel the carrier offers; the protocol itself knows none.
    Raises: WrongSetting.
    """

    host: str
    port: int
    source_addr: str
    secret: str = field(repr=False)
    code: str
    version: CmppVersion = CmppVersion.V2
    extensions: dict[str, Any] = field(default_factory=dict)
    service_id: str = ""
    msg_src: str = ""
    fee_user_type: int = 2
    fee_type: str = "01"
    fee_code: str = "0"
    fee_terminal: str = ""
    recipient_prefix: str = ""
    window: int = 16
    connect_seconds: float = 5.0
    response_seconds: float = 60.0
    enquire_seconds: float = 60.0
    enquiries: int = 3
    back_off_seconds: tuple[float, float] = (0.5, 30.0)
    retryable_results: tuple[str, ...] = ("8",)
    refuse_by_silence: bool = False
    batch: int = 200
    inbound_limit: int = 5_000
    wide_reference: bool = False
    tls: bool = False
    tls_authority: str = ""

    def __post_init__(self) -> None:
        self._check_words()
        self._check_numbers()
        if self.recipient_prefix not in {"", "86"}:
            raise WrongSetting("recipient_prefix", 'is "" or "86"')
        if self.tls_authority and not Path(self.tls_authority).is_file():
            raise WrongSetting("tls_authority", f"is not a file: {self.tls_authority}")

    def _check_words(self) -> None:
        if len(self.source_addr) != 6 or not self.source_addr.isascii():
            raise WrongSetting("source_addr", "is six ASCII characters")
        for name, longest in (("service_id", 10), ("msg_src", 6), ("fee_type", 2), ("fee_code", 6)):
            value: str = getattr(self, name)
            if len(value) > longest or not value.isascii():
                raise WrongSetting(name, f"is at most {longest} ASCII characters")
        if not self.secret.isascii():
            raise WrongSetting("secret", "is ASCII")
        for name in ("code", "fee_terminal"):
            if not re.fullmatch(rf"[0-9]{{0,{LONGEST_CODE}}}", getattr(self, name)):
                raise WrongSetting(name, f"is at most {LONGEST_CODE} digits")
        if not self.code:
            raise WrongSetting("code", "is missing")

    def _check_numbers(self) -> None:
        for name in ("window", "enquiries", "batch"):
            if getattr(self, name) < 1:
                raise WrongSetting(name, "is at least 1")
        if self.fee_user_type not in range(4):
            raise WrongSetting("fee_user_type", "is 0, 1, 2 or 3")
        for extension in self.extensions.values():
            if not str(extension).isdecimal() or len(f"{self.code}{extension}") > LONGEST_CODE:
                raise WrongSetting("extensions", f"are digits, with the code at most {LONGEST_CODE}: {extension}")
        if len(set(self.extensions.values())) < len(self.extensions):
            raise WrongSetting("extensions", "give the same digits to two lines")
