"""The four transaction machines of RFC 3261 §17, with the Accepted states of RFC 6026, as tables.

A table says, for a state and an input, the next state and what to do on the way. What is not in the table is ignored.
Nothing here knows what a call is: the transaction's *user* gets what the tables pass up.

Source: RFC 3261 §17.1–17.2, RFC 6026 §7–8.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum, auto
from typing import Any, NamedTuple, Protocol

from minhu.carriers.sip.clock import Clock, Timer
from minhu.carriers.sip.message import Peer, Request, Response

T1_SECONDS = 0.5
T2_SECONDS = 4.0
T4_SECONDS = 5.0
GIVE_UP_SECONDS = 64 * T1_SECONDS


class State(StrEnum):
    START = auto()
    CALLING = auto()
    TRYING = auto()
    PROCEEDING = auto()
    ACCEPTED = auto()
    COMPLETED = auto()
    CONFIRMED = auto()
    TERMINATED = auto()


class Input(StrEnum):
    """What can happen to a transaction."""

    START = auto()
    REQUEST = auto()
    """The same request again."""
    ACK = auto()
    R1XX = auto()
    R2XX = auto()
    R3XX_6XX = auto()
    SEND_1XX = auto()
    SEND_2XX = auto()
    SEND_3XX_6XX = auto()
    RESEND_DUE = auto()
    """Timer A, E or G."""
    GIVE_UP_DUE = auto()
    """Timer B, F or H."""
    LINGER_DUE = auto()
    """Timer D, I, J, K, L or M."""
    TRANSPORT_FAILED = auto()


class Do(StrEnum):
    """What a step makes the transaction do."""

    SEND = auto()
    """Send (again) the last message of ours."""
    ACK = auto()
    PASS = auto()
    """Hand the message to the user."""
    STOP = auto()
    """Stop all timers."""
    TIMER_A = auto()
    TIMER_E = auto()
    TIMER_E_SLOW = auto()
    TIMER_G = auto()
    GIVE_UP = auto()
    """Start timer B, F or H."""
    TIMER_D = auto()
    TIMER_I = auto()
    TIMER_J = auto()
    TIMER_K = auto()
    TIMER_L = auto()
    TIMER_M = auto()
    TIMED_OUT = auto()
    FAILED = auto()


class Step(NamedTuple):
    next: State
    do: tuple[Do, ...] = ()


Table = dict[tuple[State, Input], Step]
S, I = State, Input  # noqa: E741 - the tables are read as tables

INVITE_CLIENT: Table = {
    (S.START, I.START): Step(S.CALLING, (Do.GIVE_UP, Do.TIMER_A, Do.SEND)),
    (S.CALLING, I.RESEND_DUE): Step(S.CALLING, (Do.TIMER_A, Do.SEND)),
    (S.CALLING, I.GIVE_UP_DUE): Step(S.TERMINATED, (Do.TIMED_OUT,)),
    (S.CALLING, I.TRANSPORT_FAILED): Step(S.TERMINATED, (Do.FAILED,)),
    (S.CALLING, I.R1XX): Step(S.PROCEEDING, (Do.STOP, Do.PASS)),
    (S.CALLING, I.R2XX): Step(S.ACCEPTED, (Do.STOP, Do.TIMER_M, Do.PASS)),
    (S.CALLING, I.R3XX_6XX): Step(S.COMPLETED, (Do.STOP, Do.TIMER_D, Do.ACK, Do.PASS)),
    (S.PROCEEDING, I.R1XX): Step(S.PROCEEDING, (Do.PASS,)),
    (S.PROCEEDING, I.R2XX): Step(S.ACCEPTED, (Do.STOP, Do.TIMER_M, Do.PASS)),
    (S.PROCEEDING, I.R3XX_6XX): Step(S.COMPLETED, (Do.STOP, Do.TIMER_D, Do.ACK, Do.PASS)),
    (S.PROCEEDING, I.TRANSPORT_FAILED): Step(S.TERMINATED, (Do.FAILED,)),
    (S.PROCEEDING, I.GIVE_UP_DUE): Step(S.TERMINATED, (Do.TIMED_OUT,)),  # only after a CANCEL: RFC 3261 §9.1
    (S.COMPLETED, I.R3XX_6XX): Step(S.COMPLETED, (Do.ACK,)),
    (S.COMPLETED, I.LINGER_DUE): Step(S.TERMINATED),
    (S.ACCEPTED, I.R2XX): Step(S.ACCEPTED, (Do.PASS,)),
    (S.ACCEPTED, I.LINGER_DUE): Step(S.TERMINATED),
}

OTHER_CLIENT: Table = {
    (S.START, I.START): Step(S.TRYING, (Do.GIVE_UP, Do.TIMER_E, Do.SEND)),
    (S.TRYING, I.RESEND_DUE): Step(S.TRYING, (Do.TIMER_E, Do.SEND)),
    (S.TRYING, I.GIVE_UP_DUE): Step(S.TERMINATED, (Do.STOP, Do.TIMED_OUT)),
    (S.TRYING, I.TRANSPORT_FAILED): Step(S.TERMINATED, (Do.STOP, Do.FAILED)),
    (S.TRYING, I.R1XX): Step(S.PROCEEDING, (Do.PASS,)),
    (S.TRYING, I.R2XX): Step(S.COMPLETED, (Do.STOP, Do.TIMER_K, Do.PASS)),
    (S.TRYING, I.R3XX_6XX): Step(S.COMPLETED, (Do.STOP, Do.TIMER_K, Do.PASS)),
    (S.PROCEEDING, I.RESEND_DUE): Step(S.PROCEEDING, (Do.TIMER_E_SLOW, Do.SEND)),
    (S.PROCEEDING, I.GIVE_UP_DUE): Step(S.TERMINATED, (Do.STOP, Do.TIMED_OUT)),
    (S.PROCEEDING, I.TRANSPORT_FAILED): Step(S.TERMINATED, (Do.STOP, Do.FAILED)),
    (S.PROCEEDING, I.R1XX): Step(S.PROCEEDING, (Do.PASS,)),
    (S.PROCEEDING, I.R2XX): Step(S.COMPLETED, (Do.STOP, Do.TIMER_K, Do.PASS)),
    (S.PROCEEDING, I.R3XX_6XX): Step(S.COMPLETED, (Do.STOP, Do.TIMER_K, Do.PASS)),
    (S.COMPLETED, I.LINGER_DUE): Step(S.TERMINATED),
}

INVITE_SERVER: Table = {
    (S.START, I.START): Step(S.PROCEEDING, (Do.PASS,)),
    (S.PROCEEDING, I.REQUEST): Step(S.PROCEEDING, (Do.SEND,)),
    (S.PROCEEDING, I.SEND_1XX): Step(S.PROCEEDING, (Do.SEND,)),
    (S.PROCEEDING, I.SEND_2XX): Step(S.ACCEPTED, (Do.TIMER_L, Do.SEND)),
    (S.PROCEEDING, I.SEND_3XX_6XX): Step(S.COMPLETED, (Do.GIVE_UP, Do.TIMER_G, Do.SEND)),
    (S.PROCEEDING, I.TRANSPORT_FAILED): Step(S.TERMINATED, (Do.FAILED,)),
    (S.COMPLETED, I.REQUEST): Step(S.COMPLETED, (Do.SEND,)),
    (S.COMPLETED, I.RESEND_DUE): Step(S.COMPLETED, (Do.TIMER_G, Do.SEND)),
    (S.COMPLETED, I.ACK): Step(S.CONFIRMED, (Do.STOP, Do.TIMER_I)),
    (S.COMPLETED, I.GIVE_UP_DUE): Step(S.TERMINATED, (Do.STOP, Do.TIMED_OUT)),
    (S.COMPLETED, I.TRANSPORT_FAILED): Step(S.TERMINATED, (Do.STOP, Do.FAILED)),
    (S.CONFIRMED, I.LINGER_DUE): Step(S.TERMINATED),
    (S.ACCEPTED, I.SEND_2XX): Step(S.ACCEPTED, (Do.SEND,)),
    (S.ACCEPTED, I.TRANSPORT_FAILED): Step(S.ACCEPTED, (Do.FAILED,)),
    (S.ACCEPTED, I.LINGER_DUE): Step(S.TERMINATED),
}

OTHER_SERVER: Table = {
    (S.START, I.START): Step(S.TRYING, (Do.PASS,)),
    (S.TRYING, I.SEND_1XX): Step(S.PROCEEDING, (Do.SEND,)),
    (S.TRYING, I.SEND_2XX): Step(S.COMPLETED, (Do.TIMER_J, Do.SEND)),
    (S.TRYING, I.SEND_3XX_6XX): Step(S.COMPLETED, (Do.TIMER_J, Do.SEND)),
    (S.PROCEEDING, I.REQUEST): Step(S.PROCEEDING, (Do.SEND,)),
    (S.PROCEEDING, I.SEND_1XX): Step(S.PROCEEDING, (Do.SEND,)),
    (S.PROCEEDING, I.SEND_2XX): Step(S.COMPLETED, (Do.TIMER_J, Do.SEND)),
    (S.PROCEEDING, I.SEND_3XX_6XX): Step(S.COMPLETED, (Do.TIMER_J, Do.SEND)),
    (S.PROCEEDING, I.TRANSPORT_FAILED): Step(S.TERMINATED, (Do.FAILED,)),
    (S.COMPLETED, I.REQUEST): Step(S.COMPLETED, (Do.SEND,)),
    (S.COMPLETED, I.TRANSPORT_FAILED): Step(S.TERMINATED, (Do.STOP, Do.FAILED)),
    (S.COMPLETED, I.LINGER_DUE): Step(S.TERMINATED),
}

_LINGER_SECONDS = {
    Do.TIMER_D: GIVE_UP_SECONDS,
    Do.TIMER_I: T4_SECONDS,
    Do.TIMER_J: GIVE_UP_SECONDS,
    Do.TIMER_K: T4_SECONDS,
    Do.TIMER_L: GIVE_UP_SECONDS,
    Do.TIMER_M: GIVE_UP_SECONDS,
}
_LINGERS_ON_ANY_TRANSPORT = frozenset({Do.TIMER_L, Do.TIMER_M})
_RESENDS = frozenset({Do.TIMER_A, Do.TIMER_E, Do.TIMER_E_SLOW, Do.TIMER_G})


class Wire(Protocol):
    """What a transaction needs of the layer below."""

    @property
    def clock(self) -> Clock: ...

    def transmit(self, data: bytes, peer: Peer, sender: Transaction) -> None: ...

    def ended(self, transaction: Transaction) -> None: ...


@dataclass(slots=True)
class User:
    """Who is told. message: the request, or a response; failed: 408 after a time-out, 503 when it cannot be sent."""

    message: Callable[[Any], None]
    failed: Callable[[int], None]


class Transaction:
    """One transaction: a table, a state, and the last message of ours.

    key: how the layer finds it. local_tag: our To tag, once a server transaction has one. acknowledge: makes the ACK
    of a final failure (client INVITE only).
    """

    __slots__ = (
        "_give_up", "_interval", "_linger", "_resend", "_user", "_wire", "acknowledge", "key", "last", "local_tag",
        "peer", "state", "table",
    )  # fmt: skip

    def __init__(self, table: Table, key: tuple[str, ...], peer: Peer, wire: Wire, user: User | None = None) -> None:
        self.table = table
        self.key = key
        self.peer = peer
        self.state = State.START
        self.last = b""
        self.local_tag = ""
        self.acknowledge: Callable[[Response], bytes] | None = None
        self._wire = wire
        self._user = user
        self._interval = 0.0
        self._resend: Timer | None = None
        self._give_up: Timer | None = None
        self._linger: Timer | None = None

    @property
    def over(self) -> bool:
        return self.state is State.TERMINATED

    @property
    def acked_by_core(self) -> bool:
        """Whether a 2xx was sent, whose ACK belongs to the call and not to the transaction (RFC 6026)."""
        return self.state is State.ACCEPTED

    def abandon(self) -> None:
        """Stop without telling anybody."""
        self.state = State.TERMINATED
        self._user = None
        self._stop()

    def adopt(self, user: User) -> None:
        """Let ``user`` be told from now on."""
        self._user = user

    def start(self, data: bytes) -> None:
        """Client: send the request."""
        self.last = data
        self.feed(Input.START)

    def receive(self, response: Response) -> None:
        """Client: a response has come."""
        status = response.status
        self.feed(Input.R1XX if status < 200 else Input.R2XX if status < 300 else Input.R3XX_6XX, response)

    def send(self, status: int, data: bytes) -> bool:
        """Server: send a response. False when the transaction is past that."""
        what = Input.SEND_1XX if status < 200 else Input.SEND_2XX if status < 300 else Input.SEND_3XX_6XX
        if (self.state, what) not in self.table:
            return False
        self.last = data
        self.feed(what)
        return True

    def feed(self, what: Input, message: Request | Response | None = None) -> None:
        """Take one step of the table."""
        step = self.table.get((self.state, what))
        if step is None:
            return
        self.state = step.next
        for do in step.do:
            self._perform(do, message)
        if self.state is State.TERMINATED:
            self._stop()
            self._wire.ended(self)

    def give_up_later(self) -> None:
        """After a CANCEL: wait no longer than 64 T1 for the final response (RFC 3261 §9.1)."""
        if self._give_up is None:
            self._give_up = self._wire.clock.call_later(GIVE_UP_SECONDS, self._due, Input.GIVE_UP_DUE)

    def _perform(self, do: Do, message: Request | Response | None) -> None:
        match do:
            case Do.SEND:
                if self.last:
                    self._wire.transmit(self.last, self.peer, self)
            case Do.ACK:
                self._acknowledge(message)
            case Do.STOP:
                self._stop()
            case Do.PASS | Do.TIMED_OUT | Do.FAILED:
                self._tell(do, message)
            case _:
                self._start_timer(do)

    def _acknowledge(self, message: Request | Response | None) -> None:
        if self.acknowledge is not None and isinstance(message, Response):
            self._wire.transmit(self.acknowledge(message), self.peer, self)

    def _tell(self, do: Do, message: Request | Response | None) -> None:
        user = self._user
        if user is None:
            return
        if do is not Do.PASS:
            user.failed(408 if do is Do.TIMED_OUT else 503)
        elif message is not None:
            user.message(message)

    def _start_timer(self, do: Do) -> None:
        clock = self._wire.clock
        if do is Do.GIVE_UP:
            self._give_up = clock.call_later(GIVE_UP_SECONDS, self._due, Input.GIVE_UP_DUE)
        elif do in _RESENDS:
            if self.peer.transport.reliable:
                return
            self._interval = self._interval * 2 if self._interval else T1_SECONDS
            if do is not Do.TIMER_A:
                self._interval = min(T2_SECONDS, self._interval)
            if do is Do.TIMER_E_SLOW:
                self._interval = T2_SECONDS
            self._resend = clock.call_later(self._interval, self._due, Input.RESEND_DUE)
        else:
            lingers = do in _LINGERS_ON_ANY_TRANSPORT or not self.peer.transport.reliable
            self._linger = clock.call_later(_LINGER_SECONDS[do] if lingers else 0.0, self._due, Input.LINGER_DUE)

    def _due(self, what: Input) -> None:
        self.feed(what)

    def _stop(self) -> None:
        for timer in (self._resend, self._give_up, self._linger):
            if timer is not None:
                timer.cancel()
        self._resend = self._give_up = self._linger = None
