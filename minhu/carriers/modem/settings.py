"""Everything an operator may set about a modem behind gammu-smsd, checked before anything is connected."""

from __future__ import annotations

from dataclasses import dataclass, field

from minhu.carriers.errors import WrongSetting


@dataclass(frozen=True, slots=True)
class ModemSettings:
    """How to reach the tables of gammu-smsd.

    database: path of the SQLite file, or postgresql://…
    number: of the SIM; a text to the modem is a text to this number.
    phone_id: PhoneID in smsdrc, where one database serves several modems; "" when it serves one.
    window: texts that may wait for the modem at once.
    response_seconds: how long a text may wait for the modem; one that it has not begun by then is taken back.
    fresh_seconds: silence of the daemon after which the link counts as down; above its StatusFrequency.
    poll_seconds: between looks at the tables. batch: most inbound texts that are stored in one transaction.
    Raises: WrongSetting.
    """

    database: str = field(repr=False)
    number: str
    phone_id: str = ""
    window: int = 10
    response_seconds: float = 180.0
    fresh_seconds: float = 150.0
    poll_seconds: float = 1.0
    batch: int = 200

    @property
    def lines(self) -> tuple[str, ...]:
        """Whom it serves unless told otherwise: a SIM sends for its own number only."""
        return (self.number,)

    def __post_init__(self) -> None:
        for name in ("database", "number"):
            if not getattr(self, name):
                raise WrongSetting(name, "is missing")
        for name in ("window", "batch"):
            if getattr(self, name) < 1:
                raise WrongSetting(name, "is at least 1")
        for name in ("response_seconds", "fresh_seconds", "poll_seconds"):
            if getattr(self, name) <= 0:
                raise WrongSetting(name, "is more than 0")
