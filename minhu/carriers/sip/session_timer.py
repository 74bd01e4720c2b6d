"""Session timers: a call whose other end died is noticed (RFC 4028)."""

from __future__ import annotations

from dataclasses import dataclass

from minhu.carriers.sip.message import Message, Request, Response

MIN_SE_SECONDS = 90


class TooSmall(ValueError):
    """They ask for a shorter interval than we serve; answered with 422 and Min-SE."""


@dataclass(frozen=True, slots=True)
class Terms:
    """What was agreed. header: the lines that a 2xx of ours must carry."""

    interval_seconds: int
    we_refresh: bool
    header: str = ""

    @property
    def check_after_seconds(self) -> float:
        """When to refresh, or, if they refresh, when to give up waiting for it."""
        if self.we_refresh:
            return self.interval_seconds / 2
        return self.interval_seconds - min(32, self.interval_seconds / 3)


def answer_terms(request: Request, ours_seconds: int) -> Terms | None:
    """What we agree to as the one who answers; None for no timer. ours_seconds: what we would like, 0 for nothing.

    Raises: TooSmall.
    """
    can = "timer" in request.tokens("supported")
    asked = _expires(request)
    if asked is None:
        if not can or not ours_seconds:
            return None
        interval, refresher = max(ours_seconds, _min_se(request)), "uac"
    else:
        interval, refresher = asked
        if interval < MIN_SE_SECONDS and can:
            raise TooSmall
        ceiling = max(ours_seconds, _min_se(request), MIN_SE_SECONDS) if ours_seconds else interval
        interval = max(min(interval, ceiling), MIN_SE_SECONDS)
    refresher = (refresher or "uac") if can else "uas"
    header = f"Session-Expires: {interval};refresher={refresher}\r\n"
    if refresher == "uac":
        header += "Require: timer\r\n"
    return Terms(interval, refresher == "uas", header)


def asked_terms(response: Response) -> Terms | None:
    """What a 2xx to our own request agreed to; None for no timer."""
    given = _expires(response)
    if given is None:
        return None
    interval, refresher = given
    return Terms(max(interval, MIN_SE_SECONDS), refresher != "uas")


def wanted_interval(response: Response, ours_seconds: int) -> int:
    """What to ask for after a 422."""
    return max(ours_seconds, _min_se(response), MIN_SE_SECONDS)


def _expires(message: Message) -> tuple[int, str] | None:
    value = message.first("session-expires")
    number, _, params = value.partition(";")
    number = number.strip()
    if not (number.isascii() and number.isdecimal()) or len(number) > 9:
        return None
    params = params.replace(" ", "").lower()
    refresher = "uac" if "refresher=uac" in params else "uas" if "refresher=uas" in params else ""
    return int(number), refresher


def _min_se(message: Message) -> int:
    number = message.first("min-se").partition(";")[0].strip()
    return int(number) if number.isascii() and number.isdecimal() and len(number) <= 6 else 0
