"""Keeping a call's session timer: refreshing it when that is our part, hanging up when nobody does (RFC 4028)."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

from minhu.carriers.sip.clock import Timer
from minhu.carriers.sip.compose import ALLOW
from minhu.carriers.sip.message import Request, Response
from minhu.carriers.sip.sdp_body import sdp_of
from minhu.carriers.sip.session_timer import Terms, asked_terms
from minhu.carriers.voice import EndedBy

if TYPE_CHECKING:
    from minhu.carriers.sip.leg import Leg

_GONE = (408, 481, 503)
_AFTER_GLARE_SECONDS = (2.1, 4.0)
"""RFC 3261 §14.1, as the owner of the Call-ID."""


class SessionTimer:
    """The session timer of one leg. asking: whether a refresh of ours is under way."""

    def __init__(self, leg: Leg) -> None:
        self.asking = False
        self._leg = leg
        self._timer: Timer | None = None
        self._they_update = False

    def start(self, terms: Terms | None, message: Request | Response) -> None:
        """Begin to count anew, as every 2xx of an INVITE or UPDATE does."""
        self.stop()
        if "allow" in message.headers:
            self._they_update = "update" in message.tokens("allow")
        if terms is None or self._leg.ended:
            return
        due = self._refresh if terms.we_refresh else self._expired
        self._timer = self._leg.later(terms.check_after_seconds, due, terms.interval_seconds)

    def stop(self) -> None:
        """Count no more."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _expired(self, _: int) -> None:
        self._leg.hangup(408, cause="the session timer ran out", by=EndedBy.NETWORK)

    def _refresh(self, interval_seconds: int) -> None:
        leg = self._leg
        if leg.media is None:
            return
        if leg.unacked:  # a re-INVITE of theirs is not finished
            self._timer = leg.later(2.0, self._refresh, interval_seconds)
            return
        self.asking = True
        extra = (("Supported", "timer"), ("Session-Expires", f"{interval_seconds};refresher=uac"), ("Allow", ALLOW))
        method, body = ("UPDATE", b"") if self._they_update else ("INVITE", leg.media.offer())
        leg.ask(method, extra=extra, body=body, told=lambda answer: self._told(method, answer, interval_seconds))

    def _told(self, method: str, answer: Response | int, interval_seconds: int) -> None:
        if isinstance(answer, Response) and answer.status < 300:
            self._refreshed(method, answer)
        elif self.asking and not self._leg.ended:
            self.asking = False
            self._refused(method, answer if isinstance(answer, int) else answer.status, interval_seconds)

    def _refreshed(self, method: str, answer: Response) -> None:
        leg = self._leg
        if method == "INVITE":
            leg.acknowledge(answer)
        if not self.asking or leg.ended:
            return  # the same 2xx again
        self.asking = False
        if leg.dialog is not None:
            leg.dialog.retarget(answer)
        if method == "INVITE" and leg.media is not None and answer.body:
            leg.media.accept(sdp_of(answer))
        self.start(asked_terms(answer), answer)

    def _refused(self, method: str, status: int, interval_seconds: int) -> None:
        leg = self._leg
        if status in _GONE:
            leg.hangup(408, cause="the other end is gone", by=EndedBy.NETWORK)
        elif status == 491:
            wait = random.uniform(*_AFTER_GLARE_SECONDS)  # noqa: S311 - chance, not a secret
            self._timer = leg.later(wait, self._refresh, interval_seconds)
        elif method == "UPDATE":
            self._they_update = False
            self._timer = leg.later(0.0, self._refresh, interval_seconds)
        else:
            self._timer = leg.later(interval_seconds / 3, self._expired, interval_seconds)
