"""A call we place: INVITE out; 180s, forks, a 200 or a refusal back; or our CANCEL, which a 200 may cross."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum, auto

from minhu.carriers.chance import token
from minhu.carriers.errors import CarrierError
from minhu.carriers.sip.clock import Timer
from minhu.carriers.sip.compose import ALLOW, SUPPORTED, Headers, Outgoing, bracketed, host_port
from minhu.carriers.sip.config import Trunk
from minhu.carriers.sip.dialog import Dialog
from minhu.carriers.sip.exchange import Board, Exchange
from minhu.carriers.sip.leg import Leg, Phase, words_for
from minhu.carriers.sip.media import NotAcceptable
from minhu.carriers.sip.message import Peer, Response
from minhu.carriers.sip.sdp_body import sdp_of
from minhu.carriers.sip.session_timer import asked_terms, wanted_interval
from minhu.carriers.sip.transaction import User
from minhu.carriers.voice import EndedBy, LegAnswered, LegId, LegRinging


@dataclass(frozen=True, slots=True)
class Destination:
    """Whom to call. headers: extra ones for the INVITE."""

    to: str
    caller_id: str
    peer: Peer
    timeout_seconds: float
    headers: Headers = ()


class Cancelling(StrEnum):
    """Where our CANCEL is."""

    NO = auto()
    WANTED = auto()
    """To be sent with the first provisional response, not before (RFC 3261 §9.1)."""
    SENT = auto()


@dataclass(slots=True)
class _Early:
    """One branch of a forked call. answer: its session description; rseq: its last reliable 1xx."""

    dialog: Dialog
    answer: bytes = b""
    rseq: int = 0


@dataclass(slots=True)
class _Won:
    """The 2xx we took, and the ACK it gets each time it is repeated."""

    tag: str
    ack: bytes
    peer: Peer
    lost: set[str] = field(default_factory=set)
    """Branches that answered too late and were hung up."""


class OutboundLeg(Leg):
    """A party we ring."""

    def __init__(self, board: Board, trunk: Trunk, leg: LegId, destination: Destination) -> None:
        super().__init__(board, trunk, leg)
        self._to = destination
        self._call_id = f"{token(12)}@{bracketed(board.config.public_host)}"
        self._cseq = 0
        self._offer = b""
        self._interval_seconds = trunk.session_timer_seconds
        self._exchange: Exchange | None = None
        self._early: dict[str, _Early] = {}
        self._won: _Won | None = None
        self._rung = False
        self._provisional = False
        self._cancelling = Cancelling.NO
        self._timeout: Timer | None = None

    def dial(self) -> None:
        """Send the INVITE."""
        try:
            self.media = self.board.media.open(self.guarded(self.on_media))
        except CarrierError as fault:
            self.end(503, str(fault), EndedBy.NETWORK)
            return
        self._offer = self.media.offer()
        self._timeout = self.later(self._to.timeout_seconds, self._unanswered)
        self._invite()

    def hangup(self, code: int, *, cause: str = "", by: EndedBy = EndedBy.US) -> None:
        if self.phase is Phase.CALLING:
            self._cancel()
            self.end(code if code >= 300 else 487, cause or "cancelled", by)
        elif self.answered:
            self.bye()
            self.end(code, cause or "hung up", by)

    def _invite(self) -> None:
        user = User(self.guarded(self._response), self.guarded(self._failed))
        self._exchange = Exchange(self.board.layer, self.trunk, self._to.peer, self._make, user)
        self._exchange.start()

    def _make(self, credentials: Headers) -> Outgoing:
        self._cseq += 1
        host = bracketed(self.board.config.public_host)
        trunk, to = self.trunk, self._to
        where = host_port(trunk.host, trunk.port) if trunk.port else bracketed(trunk.host)
        uri = f"sip:{to.to}@{where}"
        extra: list[tuple[str, str]] = [
            ("Allow", ALLOW),
            ("Supported", SUPPORTED),
            ("User-Agent", self.board.config.user_agent),
        ]
        if self._interval_seconds:
            extra.append(("Session-Expires", str(self._interval_seconds)))
            extra.append(("Min-SE", "90"))
        if trunk.assert_identity and to.caller_id:
            extra.append(("P-Asserted-Identity", f"<sip:{to.caller_id}@{host}>"))
        return Outgoing(
            "INVITE",
            uri,
            self._call_id,
            from_=f"<sip:{to.caller_id or 'anonymous'}@{host}>;tag={self.local_tag}",
            to=f"<{uri}>",
            cseq=self._cseq,
            contact=self.board.contact(to.peer.transport),
            extra=(*extra, *to.headers, *credentials),
            body=self._offer,
        )

    def _unanswered(self) -> None:
        self.hangup(408, cause="no answer", by=EndedBy.NETWORK)

    # CANCEL

    def _cancel(self) -> None:
        self._stop_waiting()
        if self._cancelling is Cancelling.NO:
            self._cancelling = Cancelling.WANTED
            if self._provisional:
                self._send_cancel()

    def _send_cancel(self) -> None:
        self._cancelling = Cancelling.SENT
        if self._exchange is not None:
            self._exchange.cancel()

    # Responses

    def _response(self, response: Response) -> None:
        status = response.status
        if status < 200:
            self._provisional_response(response)
        elif status < 300:
            self._answered(response)
        elif status == 422 and not self.ended and self._interval_seconds < wanted_interval(response, 0):
            self._interval_seconds = wanted_interval(response, self._interval_seconds)
            self._invite()
        else:
            self._stop_waiting()
            self._drop_early()
            self.end(status, words_for(response), EndedBy.CALLER)

    def _failed(self, code: int) -> None:
        """Nobody answered the INVITE at all, or it could not be sent."""
        self._stop_waiting()
        self._drop_early()
        self.end(code, "no response" if code == 408 else "unreachable", EndedBy.NETWORK)

    def _provisional_response(self, response: Response) -> None:
        self._provisional = True
        if self._cancelling is Cancelling.WANTED:
            self._send_cancel()
        if self.ended or response.status == 100:
            return
        early = self._early_of(response)
        if early is not None:
            early.answer = sdp_of(response) or early.answer
            self._prack(early, response)
        if not self._rung and response.status in (180, 183):
            self._rung = True
            self.board.registry.emit(LegRinging(self.id))

    def _early_of(self, response: Response) -> _Early | None:
        tag = response.to_tag
        sent = self._exchange.sent if self._exchange else None
        if not tag or sent is None:
            return None
        early = self._early.get(tag)
        if early is None and len(self._early) < 16:
            early = self._early[tag] = _Early(Dialog.calling(sent, self.local_tag, response))
            self.board.registry.bind(early.dialog, self)
        return early

    def _prack(self, early: _Early, response: Response) -> None:
        number = response.first("rseq")
        if "100rel" not in response.tokens("require") or not number.isdecimal() or len(number) > 10:
            return
        if early.rseq and int(number) != early.rseq + 1:
            return  # the same again, or one is missing and will come first
        early.rseq = int(number)
        dialog = early.dialog
        rack = (("RAck", f"{number} {response.cseq} INVITE"),)
        user = User(lambda _: None, lambda _: None)
        peer = self.peer(dialog)
        Exchange(self.board.layer, self.trunk, peer, lambda x: dialog.request("PRACK", extra=rack + x), user).start()

    def _answered(self, response: Response) -> None:
        won = self._won
        if won is not None and response.to_tag == won.tag:
            self.board.layer.send_raw(won.ack, won.peer)  # our ACK was lost
            return
        early = self._early.pop(response.to_tag, None)
        sent = self._exchange.sent if self._exchange else None
        if sent is None:
            return
        dialog = early.dialog if early else Dialog.calling(sent, self.local_tag, response)
        dialog.learn(response)
        peer = self.peer(dialog)
        ack = self.board.layer.send_ack(dialog.request("ACK", cseq=response.cseq), peer)
        if won is not None:
            if response.to_tag not in won.lost:
                won.lost.add(response.to_tag)
                self._hang_up_on(dialog)
            return
        self._won = _Won(response.to_tag, ack, peer)
        self._stop_waiting()
        self._drop_early()
        if self.ended:  # the answer crossed our CANCEL, and wins
            self._hang_up_on(dialog)
            return
        self.establish(dialog)
        self._begin(response, sdp_of(response) or (early.answer if early else b""))

    def _begin(self, response: Response, answer: bytes) -> None:
        self.phase = Phase.CONFIRMED
        try:
            if self.media is not None:
                self.media.accept(answer)
                self.media.connect()
        except NotAcceptable as fault:
            self.hangup(488, cause=str(fault), by=EndedBy.NETWORK)
            return
        self.session.start(asked_terms(response), response)
        self.board.registry.emit(LegAnswered(self.id))

    def _hang_up_on(self, dialog: Dialog) -> None:
        """End a dialog that nobody wants: BYE without further ado."""
        self.board.registry.unbind(dialog)
        user = User(lambda _: None, lambda _: None)
        Exchange(
            self.board.layer, self.trunk, self.peer(dialog), lambda x: dialog.request("BYE", extra=x), user
        ).start()

    def on_bye(self) -> None:
        if self.phase is Phase.CALLING:
            return  # one branch of several says goodbye; the INVITE's own final response decides
        super().on_bye()

    def _drop_early(self) -> None:
        for early in self._early.values():
            self.board.registry.unbind(early.dialog)
        self._early.clear()

    def _stop_waiting(self) -> None:
        if self._timeout is not None:
            self._timeout.cancel()
            self._timeout = None
