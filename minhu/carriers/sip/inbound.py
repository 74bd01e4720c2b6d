"""A call that came in: INVITE, 100, 180, 200, ACK; or CANCEL, or a refusal."""

from __future__ import annotations

from minhu.carriers.errors import CarrierError
from minhu.carriers.sip.clock import Timer
from minhu.carriers.sip.compose import ALLOW, SUPPORTED, reason_of, respond
from minhu.carriers.sip.config import Trunk
from minhu.carriers.sip.dialog import Dialog
from minhu.carriers.sip.exchange import Board
from minhu.carriers.sip.leg import Leg, Phase, Repeated
from minhu.carriers.sip.media import NoPorts, NotAcceptable
from minhu.carriers.sip.message import Request
from minhu.carriers.sip.sdp_body import sdp_of
from minhu.carriers.sip.session_timer import MIN_SE_SECONDS, Terms, TooSmall, answer_terms
from minhu.carriers.sip.transaction import GIVE_UP_SECONDS, T1_SECONDS, Transaction
from minhu.carriers.voice import EndedBy, LegAnswered, LegId


class InboundLeg(Leg):
    """A caller. Nothing has been answered yet, not even ``100 Trying``."""

    def __init__(self, board: Board, trunk: Trunk, leg: LegId, transaction: Transaction, request: Request) -> None:
        super().__init__(board, trunk, leg)
        self.invite = request
        self.transaction = transaction
        transaction.local_tag = self.local_tag
        self.ringing = False
        self._terms: Terms | None = None
        self._body = b""
        self._offered = not request.body
        self._patience: Timer | None = None
        self._reliable = "100rel" in request.tokens("require")
        self._rseq = 0
        self._unpracked: Timer | None = None
        self._answer_after_prack = False
        self._routes = "".join(f"Record-Route: {route}\r\n" for route in request.headers.get("record-route", ()))

    def trying(self) -> None:
        """Send 100, once, unless more was said already. Until then the transaction absorbs repeated INVITEs."""
        if not self.transaction.last and self.phase is Phase.CALLING:
            self.transaction.send(100, respond(self.invite, 100))

    def prepare(self) -> tuple[int, str] | None:
        """Take a port and agree on media. Returns what to refuse the call with, or None when all is well."""
        request = self.invite
        offer = sdp_of(request)
        if request.body and not offer:
            return 415, "Accept: application/sdp\r\n"
        try:
            self._terms = answer_terms(request, self.trunk.session_timer_seconds)
            self.media = self.board.media.open(self.guarded(self.on_media))
            self._body = self.media.answer(offer) if offer else self.media.offer()
        except TooSmall:
            return 422, f"Min-SE: {MIN_SE_SECONDS}\r\n"
        except NotAcceptable:
            return 488, ""
        except (NoPorts, CarrierError):
            return 503, "Retry-After: 10\r\n"
        self._patience = self.later(self.board.config.invite_seconds, self._given_up)
        self.establish(Dialog.answering(request, self.local_tag))
        return None

    def refuse(self, code: int, extra: str = "", *, cause: str = "", by: EndedBy = EndedBy.US) -> None:
        """Send a final failure; the leg is over."""
        self._calm()
        self.transaction.send(code, respond(self.invite, code, to_tag=self.local_tag, extra=extra))
        self.drop_dialog()
        self.end(code, cause or reason_of(code), by)

    def ring(self) -> None:
        """Send 180; doing it again does nothing."""
        if self.ringing or self.phase is not Phase.CALLING:
            return
        self.ringing = True
        extra = f"Contact: {self._contact()}\r\n{self._routes}"
        if not self._reliable:
            self.transaction.send(180, respond(self.invite, 180, to_tag=self.local_tag, extra=extra))
            return
        self._rseq = 1
        # Whoever sent no offer must get ours in the first reliable answer (RFC 3262 §5).
        body = self._body if self._offered else b""
        extra += f"Require: 100rel\r\nRSeq: {self._rseq}\r\nAllow: {ALLOW}\r\n"
        self._repeat_ringing(respond(self.invite, 180, to_tag=self.local_tag, extra=extra, body=body), T1_SECONDS)

    def answer(self) -> None:
        """Send 200; doing it again does nothing."""
        if self.phase is not Phase.CALLING or self.media is None:
            return
        if self._unpracked is not None and self._offered:
            self._answer_after_prack = True
            return
        self._calm()
        self.phase = Phase.ANSWERED
        body = b"" if self._rseq and self._offered else self._body
        extra = (
            f"Contact: {self._contact()}\r\n{self._routes}Allow: {ALLOW}\r\nSupported: {SUPPORTED}\r\n"
            f"{self._terms.header if self._terms else ''}"
        )
        data = respond(self.invite, 200, to_tag=self.local_tag, extra=extra, body=body)
        self.unacked[self.invite.cseq] = waiting = Repeated(self, self.transaction, data, self.never_acked)
        waiting.offered = self._offered and bool(body)

    def confirmed(self) -> None:
        if self.phase is Phase.ANSWERED:
            self.phase = Phase.CONFIRMED
            self.session.start(self._terms, self.invite)
            if self.media is not None:
                self.media.connect()
            self.board.registry.emit(LegAnswered(self.id))

    def on_cancel(self) -> None:
        """The caller gave up; too late when we have answered."""
        if self.phase is Phase.CALLING:
            self.refuse(487, cause="cancelled", by=EndedBy.CALLER)

    def on_bye(self) -> None:
        if self.phase is Phase.CALLING:  # allowed in an early dialog (RFC 3261 §15)
            self.refuse(487, cause="hung up", by=EndedBy.CALLER)
        else:
            super().on_bye()

    def transport_failed(self, code: int) -> None:
        """Nothing can be sent to the caller any more."""
        if self.phase is Phase.CALLING:
            self._calm()
            self.drop_dialog()
            self.end(code, "the connection was lost", EndedBy.NETWORK)

    def hangup(self, code: int, *, cause: str = "", by: EndedBy = EndedBy.US) -> None:
        if self.phase is Phase.CALLING:
            self.refuse(code if code >= 300 else 480, cause=cause, by=by)
        elif self.answered:
            self.bye()
            self.end(code, cause or "hung up", by)

    def on_prack(self, transaction: Transaction, request: Request) -> None:
        expected = f"{self._rseq} {self.invite.cseq} INVITE"
        if self._unpracked is None or " ".join(request.first("rack").split()) != expected:
            transaction.send(481, respond(request, 481))
            return
        self._unpracked.cancel()
        self._unpracked = None
        offer = sdp_of(request)
        try:
            body = b""
            if self._offered and self.media is not None:
                self.media.accept(offer)
            elif offer and self.media is not None:
                body = self.media.answer(offer)
        except NotAcceptable:
            transaction.send(488, respond(request, 488))
            self.refuse(488, by=EndedBy.NETWORK)
            return
        transaction.send(200, respond(request, 200, body=body))
        if self._answer_after_prack:
            self.answer()

    def _repeat_ringing(self, data: bytes, interval_seconds: float) -> None:
        """A reliable 180 is repeated until its PRACK comes (RFC 3262 §3)."""
        if interval_seconds > GIVE_UP_SECONDS:
            self.refuse(504, by=EndedBy.NETWORK)
            return
        self.transaction.send(180, data)
        self._unpracked = self.later(interval_seconds, self._repeat_ringing, data, 2 * interval_seconds)

    def _given_up(self) -> None:
        self.refuse(480, cause="nobody decided", by=EndedBy.NETWORK)

    def _calm(self) -> None:
        for timer in (self._patience, self._unpracked):
            if timer is not None:
                timer.cancel()
        self._patience = self._unpracked = None

    def _contact(self) -> str:
        return self.board.contact(self.invite.source.transport)
