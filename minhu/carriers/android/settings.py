"""What an operator may set about an official's own phone with SMS Gateway for Android."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path

from minhu.carriers.errors import WrongSetting
from minhu.carriers.http.wire import check_url

CLOUD = "https://api.sms-gate.app/3rdparty/v1"


@dataclass(frozen=True, slots=True)
class AndroidSettings:
    """One phone.

    number: of its SIM, E.164: the line it belongs to. url: of the app's server, to which ``/messages`` is added; the
    public one unless given. user, password or token: as the app shows them (Basic or Bearer). signing_key: of its
    webhooks. device: its id, when the account has several phones; "" for any. sim: slot (1, 2 …) of the line's SIM,
    0 when there is only one: texts of another slot are private and are neither sent nor taken. ttl_seconds: after which
    an unsent text is given up by the phone. window: texts that may await the server's answer at once.
    Raises: WrongSetting.
    """

    number: str
    signing_key: str = field(repr=False)
    url: str = CLOUD
    user: str = ""
    password: str = field(default="", repr=False)
    token: str = field(default="", repr=False)
    device: str = ""
    sim: int = 0
    ttl_seconds: int = 3600
    window: int = 1
    tls_authority: str = ""
    connect_seconds: float = 5.0
    answer_seconds: float = 30.0
    probe_seconds: float = 30.0

    @property
    def lines(self) -> tuple[str, ...]:
        """Whom it serves unless told otherwise: a phone sends for its own number only."""
        return (self.number,)

    def __post_init__(self) -> None:
        check_url("url", self.url)
        if not re.fullmatch(r"\+[1-9][0-9]{6,14}", self.number):
            raise WrongSetting("number", "must be E.164, such as +8613900000001")
        if bool(self.token) == bool(self.user and self.password):
            raise WrongSetting("token", "is missing: give either user and password, or a token, not both")
        if not 0 <= self.sim <= 9:
            raise WrongSetting("sim", "is the slot of the SIM, 1 or 2; 0 when there is only one")
        if not 60 <= self.ttl_seconds <= 7 * 24 * 3600:
            raise WrongSetting("ttl_seconds", "must be from 60 to 604800 (a week)")
        if self.tls_authority and not Path(self.tls_authority).is_file():
            raise WrongSetting("tls_authority", f"is not a file: {self.tls_authority}")
