"""Everything an operator may set about a modem behind gammu-smsd, checked before anything is connected.

BadModemSetting    a value that cannot work
"""

from __future__ import annotations

from dataclasses import dataclass, field


class BadModemSetting(ValueError):
    """name: of the setting. cure: what is wrong with it."""

    def __init__(self, name: str, cure: str) -> None:
        super().__init__(f"modem {name} {cure}")
        self.name = name
        self.cure = cure


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
    Raises: BadModemSetting.
    """

    database: str = field(repr=False)
    number: str
    phone_id: str = ""
    window: int = 10
    response_seconds: float = 180.0
    fresh_seconds: float = 150.0
    poll_seconds: float = 1.0
    batch: int = 200

    def __post_init__(self) -> None:
        for name in ("database", "number"):
            if not getattr(self, name):
                raise BadModemSetting(name, "is missing")
        for name in ("window", "batch"):
            if getattr(self, name) < 1:
                raise BadModemSetting(name, "is at least 1")
        for name in ("response_seconds", "fresh_seconds", "poll_seconds"):
            if getattr(self, name) <= 0:
                raise BadModemSetting(name, "is more than 0")
