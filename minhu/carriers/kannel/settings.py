"""Everything an operator may set about a bearerbox, checked before anything is connected."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from minhu.carriers.errors import WrongSetting


@dataclass(frozen=True, slots=True)
class KannelSettings:
    """How to reach a bearerbox, and how patient to be with it.

    port: its smsbox-port. box_id: the name that its smsbox-route has for us; "" where we are its only box.
    smsc_id: the connection that our texts leave by; "" leaves it to Kannel's rules.
    window: texts that may await their answer at once. response_seconds: how long an answer may take before the fate of
    a text is unknown. enquire_seconds: silence after which it hears from us. back_off_seconds: first and longest pause
    between attempts to connect.
    batch: most inbound texts that are stored in one transaction. inbound_limit: most that may wait for it.
    wide_reference: number long texts with 16 bits (one character less a segment).
    tls: speak TLS, where it has smsbox-port-ssl. tls_authority: PEM file of who signed its certificate.
    Raises: WrongSetting.
    """

    host: str
    port: int = 13001
    box_id: str = ""
    smsc_id: str = ""
    window: int = 10
    connect_seconds: float = 5.0
    response_seconds: float = 30.0
    enquire_seconds: float = 30.0
    back_off_seconds: tuple[float, float] = (0.5, 30.0)
    batch: int = 200
    inbound_limit: int = 5_000
    wide_reference: bool = False
    tls: bool = False
    tls_authority: str = ""

    def __post_init__(self) -> None:
        if not self.host:
            raise WrongSetting("host", "is missing")
        for name in ("box_id", "smsc_id"):
            if not getattr(self, name).isascii():
                raise WrongSetting(name, "is ASCII")
        for name in ("window", "batch"):
            if getattr(self, name) < 1:
                raise WrongSetting(name, "is at least 1")
        if self.tls_authority and not Path(self.tls_authority).is_file():
            raise WrongSetting("tls_authority", f"is not a file: {self.tls_authority}")
