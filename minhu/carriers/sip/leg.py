"""What incoming and outgoing legs share: an established dialog, its media, its session timer, its end.

A leg ends for the switch the moment somebody ends it (LegEnded, once). Its last packets, such as a BYE that must wait
for an ACK, go on behind that.
"""

from __future__ import annotations

import functools
import logging
from collections.abc import Callable
from enum import StrEnum, auto
from typing import TYPE_CHECKING, Any, ParamSpec

from minhu.carriers.sip.clock import Timer
from minhu.carriers.sip.compose import ALLOW, Headers, new_tag, reason_of, respond
from minhu.carriers.sip.config import Trunk
from minhu.carriers.sip.dialog import Dialog, hop_to
from minhu.carriers.sip.exchange import Board, Exchange
from minhu.carriers.sip.info import digit_of
from minhu.carriers.sip.media import DigitPressed, Lost, MediaEvent, NotAcceptable, OpDone
from minhu.carriers.sip.message import Peer, Request, Response
from minhu.carriers.sip.refresh import SessionTimer
from minhu.carriers.sip.sdp_body import sdp_of
from minhu.carriers.sip.session_timer import MIN_SE_SECONDS, TooSmall, answer_terms
from minhu.carriers.sip.transaction import GIVE_UP_SECONDS, T1_SECONDS, T2_SECONDS, Transaction, User
from minhu.carriers.voice import Digit, EndedBy, LegEnded, LegId, OpId, PlayDone, RecordDone

if TYPE_CHECKING:
    from minhu.carriers.sip.media import MediaSession

log = logging.getLogger(__name__)

P = ParamSpec("P")


class Phase(StrEnum):
    """How far a leg has come."""

    CALLING = auto()
    """Not answered yet, in either direction."""
    ANSWERED = auto()
    """We sent 200, and wait for the ACK."""
    CONFIRMED = auto()
    ENDED = auto()


class Repeated:
    """A 2xx that is sent again until its ACK comes (RFC 3261 §13.3.1.4)."""

    def __init__(self, leg: Leg, transaction: Transaction, data: bytes, never: Callable[[], None]) -> None:
        self.offered = False
        self._leg = leg
        self._transaction = transaction
        self._data = data
        self._interval = T1_SECONDS
        self._timer: Timer | None = None
        self._end = leg.later(GIVE_UP_SECONDS, never)
        transaction.send(200, data)
        self._next()

    def stop(self) -> None:
        self._end.cancel()
        if self._timer is not None:
            self._timer.cancel()

    def _next(self) -> None:
        self._timer = self._leg.later(self._interval, self._again)

    def _again(self) -> None:
        self._transaction.send(200, self._data)
        self._interval = min(2 * self._interval, T2_SECONDS)
        self._next()


class Leg:
    """One leg. id: the switch's. media: None before it is opened and after the end."""

    def __init__(self, board: Board, trunk: Trunk, leg: LegId) -> None:
        self.board = board
        self.trunk = trunk
        self.id = leg
        self.phase = Phase.CALLING
        self.dialog: Dialog | None = None
        self.media: MediaSession | None = None
        self.local_tag = new_tag()
        self.ops: dict[OpId, bool] = {}
        """Every operation so far, so that none is begun twice; True for a recording."""
        self.unacked: dict[int, Repeated] = {}
        """Our 2xx to INVITEs of theirs, by CSeq, until the ACK."""
        self._bye_after_ack = False
        self.session = SessionTimer(self)
        self._welcomed = ""

    @property
    def answered(self) -> bool:
        return self.phase in (Phase.ANSWERED, Phase.CONFIRMED)

    @property
    def ended(self) -> bool:
        return self.phase is Phase.ENDED

    # Guarding: a fault ends this leg and no other.

    def guarded(self, work: Callable[P, None]) -> Callable[P, None]:
        """``work``, but a fault in it ends this leg only."""
        return functools.partial(self._run, work)

    def _run(self, work: Callable[..., None], *args: Any, **kwargs: Any) -> None:
        try:
            work(*args, **kwargs)
        except Exception:
            log.exception("leg %s is ended by a fault", self.id)
            self.fail()

    def later(self, seconds: float, work: Callable[..., None], *args: Any) -> Timer:
        return self.board.clock.call_later(seconds, self._run, work, *args)

    def fail(self) -> None:
        """End the leg after a fault of ours."""
        try:
            self.hangup(500, cause="internal fault", by=EndedBy.NETWORK)
        except Exception:
            log.exception("leg %s could not be ended cleanly", self.id)
            self.end(500, "internal fault", EndedBy.NETWORK)

    # Ending

    def hangup(self, code: int, *, cause: str = "", by: EndedBy = EndedBy.US) -> None:
        """End the leg, whatever its state."""
        raise NotImplementedError

    def end(self, code: int, cause: str, by: EndedBy) -> None:
        """The leg is over for the switch: its operations end first, then the leg. Doing it again does nothing."""
        if self.ended:
            return
        self.phase = Phase.ENDED
        self.session.stop()
        media, self.media = self.media, None
        if media is not None:
            try:
                media.close()
            except Exception:
                log.exception("the media of leg %s could not be closed", self.id)
        self.board.registry.gone(self)
        self.board.registry.emit(LegEnded(self.id, code, cause, by))

    def bye(self) -> None:
        """Send BYE as soon as the rules allow: not before the ACK of our 2xx (RFC 3261 §15)."""
        if len(self.unacked) > 0 and self.phase is not Phase.CONFIRMED and not self._bye_after_ack:
            self._bye_after_ack = True
            return
        self._send_bye()

    def _send_bye(self) -> None:
        dialog = self.dialog
        self._forget_unacked()
        if dialog is None:
            return
        self.dialog = None
        self.board.registry.unbind(dialog)
        self._leave_hop()
        user = User(lambda _: None, lambda _: None)
        Exchange(
            self.board.layer, self.trunk, self.peer(dialog), lambda x: dialog.request("BYE", extra=x), user
        ).start()

    def _forget_unacked(self) -> None:
        for waiting in self.unacked.values():
            waiting.stop()
        self.unacked.clear()

    # The dialog

    def establish(self, dialog: Dialog) -> None:
        """This dialog is the leg's now."""
        self.dialog = dialog
        self.board.registry.bind(dialog, self)
        if not self._welcomed and self.board.doors.trunk_of(dialog.hop) is None:
            self._welcomed = dialog.hop.host
            self.board.doors.welcome(self._welcomed)

    def drop_dialog(self) -> None:
        """No further request of either side belongs to this leg."""
        self._forget_unacked()
        if self.dialog is not None:
            self.board.registry.unbind(self.dialog)
            self.dialog = None
        self._leave_hop()

    def _leave_hop(self) -> None:
        if self._welcomed:
            self.board.clock.call_later(GIVE_UP_SECONDS, self.board.doors.farewell, self._welcomed)
            self._welcomed = ""

    def peer(self, dialog: Dialog) -> Peer:
        """Where the next request goes; a closed stream is replaced by a new one to the Contact."""
        hop = dialog.hop
        if hop.transport.reliable and not self.board.connected(hop):
            return hop_to(dialog.target, hop)
        return hop

    def ask(
        self, method: str, *, extra: Headers = (), body: bytes = b"", told: Callable[[Response | int], None]
    ) -> None:
        """Send a request in the dialog. told: the final response, or 408 or 503 when there is none."""
        dialog = self.dialog
        if dialog is None:
            return

        def message(response: Response) -> None:
            if response.status >= 200:
                told(response)

        contact = self.board.contact(dialog.hop.transport) if method in ("INVITE", "UPDATE") else ""
        Exchange(
            self.board.layer,
            self.trunk,
            self.peer(dialog),
            lambda more: dialog.request(method, contact=contact, extra=extra + more, body=body),
            User(self.guarded(message), self.guarded(lambda code: told(code))),
        ).start()

    # Requests of theirs within the dialog

    def on_request(self, dialog: Dialog, transaction: Transaction, request: Request) -> None:
        """Answer one request in a dialog of this leg."""
        if not dialog.takes(request):
            transaction.send(500, respond(request, 500, extra="Retry-After: 1\r\n"))
            return
        match request.method:
            case "BYE":
                transaction.send(200, respond(request, 200))
                self.on_bye()
            case "INVITE" | "UPDATE":
                self._renegotiate(dialog, transaction, request)
            case "INFO":
                self._info(transaction, request)
            case "PRACK":
                self.on_prack(transaction, request)
            case "OPTIONS":
                transaction.send(200, respond(request, 200, extra=f"Allow: {ALLOW}\r\n"))
            case _:
                transaction.send(405, respond(request, 405, extra=f"Allow: {ALLOW}\r\n"))

    def on_bye(self) -> None:
        """They hung up."""
        self.drop_dialog()
        self.end(200, "hung up", EndedBy.CALLER)

    def on_prack(self, transaction: Transaction, request: Request) -> None:
        transaction.send(481, respond(request, 481))

    def on_ack(self, request: Request) -> None:
        """The ACK of one of our 2xx."""
        waiting = self.unacked.pop(request.cseq, None)
        if waiting is None:
            return
        waiting.stop()
        if self._bye_after_ack:
            self._send_bye()
            return
        if waiting.offered and self.media is not None:
            try:
                self.media.accept(sdp_of(request))
            except NotAcceptable as fault:
                self.hangup(488, cause=str(fault), by=EndedBy.NETWORK)
                return
        self.confirmed()

    def confirmed(self) -> None:
        """The dialog is confirmed by an ACK."""

    def _renegotiate(self, dialog: Dialog, transaction: Transaction, request: Request) -> None:
        """A re-INVITE or UPDATE: hold, a new address, a refresh (RFC 3261 §14.2, RFC 3311)."""
        media = self.media
        if self.session.asking or self.unacked:
            transaction.send(491, respond(request, 491))
            return
        if media is None or self.phase is not Phase.CONFIRMED:
            transaction.send(500, respond(request, 500, extra="Retry-After: 2\r\n"))
            return
        offer = sdp_of(request)
        if request.body and not offer:
            transaction.send(415, respond(request, 415, extra="Accept: application/sdp\r\n"))
            return
        try:
            terms = answer_terms(request, self.trunk.session_timer_seconds)
            invite = request.method == "INVITE"
            body = media.answer(offer) if offer else media.offer() if invite else b""
        except TooSmall:
            transaction.send(422, respond(request, 422, extra=f"Min-SE: {MIN_SE_SECONDS}\r\n"))
            return
        except NotAcceptable:
            transaction.send(488, respond(request, 488))
            return
        dialog.retarget(request)
        extra = f"Contact: {self.board.contact(request.source.transport)}\r\nAllow: {ALLOW}\r\nSupported: timer\r\n"
        data = respond(request, 200, extra=extra + (terms.header if terms else ""), body=body)
        if invite:
            self.unacked[request.cseq] = waiting = Repeated(self, transaction, data, self.never_acked)
            waiting.offered = not offer
        else:
            transaction.send(200, data)
        self.session.start(terms, request)

    def never_acked(self) -> None:
        """64 T1 went by without an ACK."""
        self._forget_unacked()
        self._bye_after_ack = False
        self._send_bye()
        self.end(408, "no ACK", EndedBy.NETWORK)

    def _info(self, transaction: Transaction, request: Request) -> None:
        digit = digit_of(request)
        if digit is None:
            transaction.send(415, respond(request, 415, extra="Accept: application/dtmf-relay\r\n"))
            return
        transaction.send(200, respond(request, 200))
        if digit and self.answered and self.media is not None:
            self.media.press(digit)

    def acknowledge(self, answer: Response) -> None:
        """Send the ACK of a 2xx to our re-INVITE."""
        if self.dialog is not None:
            ack = self.dialog.request("ACK", cseq=answer.cseq)
            self.board.layer.send_ack(ack, self.peer(self.dialog))

    # Media

    def on_media(self, event: MediaEvent) -> None:
        """What the media session tells."""
        match event:
            case DigitPressed(digit):
                self.board.registry.emit(Digit(self.id, digit))
            case OpDone(op, completed, path, seconds):
                recording = self.ops.get(op, bool(path))
                if recording:
                    self.board.registry.emit(RecordDone(self.id, op, path, seconds))
                else:
                    self.board.registry.emit(PlayDone(self.id, op, completed))
            case Lost():
                self.hangup(408, cause="media lost", by=EndedBy.NETWORK)


def words_for(response: Response) -> str:
    """Why a call failed, in the far end's words or the usual ones."""
    words = response.reason or reason_of(response.status)
    return words.encode("utf-8", "replace").decode()[:80]
