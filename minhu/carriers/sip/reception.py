"""Requests that come in: which call they belong to, who sends them, and whether we serve that."""

from __future__ import annotations

from minhu.carriers.chance import token
from minhu.carriers.sip.auth import Guard, Verdict, user_name
from minhu.carriers.sip.compose import ALLOW, SUPPORTED, new_tag, respond
from minhu.carriers.sip.config import Trunk
from minhu.carriers.sip.dialog import Dialog
from minhu.carriers.sip.exchange import Board
from minhu.carriers.sip.identity import caller_of, destination, diversions_of, history_of, told_headers, user_of_address
from minhu.carriers.sip.inbound import InboundLeg
from minhu.carriers.sip.leg import Leg
from minhu.carriers.sip.message import Request
from minhu.carriers.sip.switchboard import Switchboard, mark_of
from minhu.carriers.sip.transaction import Transaction, User
from minhu.carriers.voice import EndedBy, LegId, LegIncoming

_SCHEMES = ("sip", "sips", "tel")
_EXTENSIONS = frozenset({"timer", "100rel"})
_OPTIONS = f"Allow: {ALLOW}\r\nAccept: application/sdp\r\nSupported: {SUPPORTED}\r\n"


class Reception:
    """``Core`` of the transaction layer. accepting: whether new calls are taken."""

    def __init__(self, switchboard: Switchboard, guard: Guard) -> None:
        self.accepting = True
        self.board: Board | None = None
        self._switchboard = switchboard
        self._guard = guard

    def on_ack(self, request: Request) -> None:
        found = self._switchboard.dialogs.get((request.call_id, request.to_tag, request.from_tag))
        if found is not None:
            leg = found[1]
            leg.guarded(leg.on_ack)(request)

    def on_cancel(self, invite: Transaction) -> None:
        leg = self._switchboard.invites.get(invite)
        if leg is not None:
            leg.guarded(leg.on_cancel)()

    def on_request(self, transaction: Transaction, request: Request) -> None:
        board = self.board
        if board is None:
            return
        if request.to_tag:
            found = self._switchboard.dialogs.get((request.call_id, request.to_tag, request.from_tag))
            if found is None:
                transaction.send(481, respond(request, 481))
            else:
                _in_dialog(found, transaction, request)
            return
        trunk = self._trunk_of(board, transaction, request)
        if trunk is None:
            return
        refusal = self._refusal(board, request)
        if refusal is not None:
            code, extra = refusal
            transaction.send(code, respond(request, code, to_tag=new_tag(), extra=extra))
        elif request.method == "INVITE":
            self._invite(board, trunk, transaction, request)
        else:
            transaction.send(200, respond(request, 200, to_tag=new_tag(), extra=_OPTIONS))

    def _refusal(self, board: Board, request: Request) -> tuple[int, str] | None:
        """The code and header lines to refuse a request outside a call with; None when it is served."""
        if request.uri.partition(":")[0].lower() not in _SCHEMES:
            return 416, ""
        unknown = request.tokens("require") - _EXTENSIONS
        if unknown:
            return 420, f"Unsupported: {', '.join(sorted(unknown))}\r\n"
        if request.method not in ("INVITE", "OPTIONS"):
            return 481, ""
        if not self.accepting or len(self._switchboard.legs) >= board.config.limits.max_calls:
            return 503, "Retry-After: 30\r\n"
        if request.method == "INVITE" and mark_of(request) in self._switchboard.seen:
            return 482, ""  # over another way; it must not become a second call
        return None

    def _trunk_of(self, board: Board, transaction: Transaction, request: Request) -> Trunk | None:
        """The trunk a request comes from, once it has proved it; None when it was answered already."""
        trunk = board.doors.trunk_of(request.source)
        if trunk is None:
            trunk = board.doors.trunk_by_user(user_name(request)) or board.doors.open_trunk
        if trunk is None:  # a guest: in a call with us, but nobody who may call
            transaction.send(403, respond(request, 403, to_tag=new_tag()))
            return None
        if not (trunk.credentials and trunk.challenge_inbound):
            return trunk
        verdict = self._guard.judge(trunk, request)
        if verdict is Verdict.GOOD:
            return trunk
        lines = self._guard.challenges(trunk, stale=verdict is Verdict.STALE)
        transaction.send(401, respond(request, 401, to_tag=new_tag(), extra=lines))
        return None

    def _invite(self, board: Board, trunk: Trunk, transaction: Transaction, request: Request) -> None:
        leg = InboundLeg(board, trunk, LegId(token(8)), transaction, request)
        transaction.adopt(User(lambda _: None, leg.guarded(leg.transport_failed)))
        self._switchboard.admit(leg)
        # Told even when it is refused at once: a call that could not be carried is a call that was missed.
        self._switchboard.emit(_incoming(board, leg, request))
        leg.guarded(_prepare)(leg)


def _prepare(leg: InboundLeg) -> None:
    refusal = leg.prepare()
    if refusal is not None:
        code, extra = refusal
        leg.refuse(code, extra, by=EndedBy.NETWORK)


def _in_dialog(found: tuple[Dialog, Leg], transaction: Transaction, request: Request) -> None:
    dialog, leg = found
    leg.guarded(leg.on_request)(dialog, transaction, request)
    if not transaction.last:
        transaction.send(500, respond(request, 500))


def _incoming(board: Board, leg: InboundLeg, request: Request) -> LegIncoming:
    caller = caller_of(request)
    return LegIncoming(
        leg=leg.id,
        node=board.config.node,
        trunk=leg.trunk.name,
        request_uri=destination(request.uri),
        to=user_of_address(request.first("to")),
        from_=caller.from_,
        asserted=caller.asserted,
        anonymous=caller.anonymous,
        diversions=diversions_of(request),
        history=history_of(request),
        headers=told_headers(request),
        attempt=f"{request.call_id};{request.from_tag}",
    )
