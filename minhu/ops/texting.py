"""Sends what is queued: one sender for each gateway.

A text's attempt is committed before a gateway is called, and what the gateway said is committed after; in between no
transaction is open.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Executor, Future, ThreadPoolExecutor, wait
from typing import assert_never

import structlog
from django.db import DatabaseError, InterfaceError, OperationalError, close_old_connections, connection
from prometheus_client import Counter

from minhu.carriers.errors import CarrierError
from minhu.carriers.text import Accepted, Outgoing, Receipt, Rejected, Submitted, Unknown
from minhu.intake import outbox, receipts
from minhu.ops.posts import Order, Pace, Post
from minhu.rules.gateways import Fitted, Unfit, billed_segments, fit
from minhu.rules.texts import render, shown

log = structlog.get_logger(__name__)

SENT = Counter("minhu_texts_submitted", "Texts handed to a gateway, by what it said", ["gateway", "answer"])

GATHER_SECONDS = 0.05
"""How long a whole window may take to be answered before its free places are filled again."""

NOTE_AGAIN_SECONDS = 1.0


class Sender:
    """Hands queued texts to one gateway, several at a time. One that waits for its answer holds up no other.

    worker: a name that no other running process has, and that a restarted one has again. pool: where texts are handed
    over; threads of its own unless given.
    """

    def __init__(self, post: Post, order: Order, *, worker: str, pool: Executor | None = None) -> None:
        self._gateway = post.gateway
        self._post = post
        self._order = order
        self._worker = worker
        self._pace = Pace(post.per_second)
        self._pool = pool or ThreadPoolExecutor(post.window, thread_name_prefix=f"send-{post.channel.name}")
        self._under_way: set[Future[None]] = set()
        self._stopping = threading.Event()

    @property
    def name(self) -> str:
        return self._post.channel.name

    @property
    def is_phone(self) -> bool:
        """Whether it serves a few lines only, an official's own phone as a rule."""
        return bool(self._post.channel.lines)

    def send_some(self) -> int:
        """Take in hand what is due and goes by this gateway, as far as window and pace have room; returns how many."""
        name = self.name
        among = self._order.texts_for(name)
        if among is None:
            return 0
        _, self._under_way = wait(self._under_way, GATHER_SECONDS)
        room = self._pace.room(self._post.window - len(self._under_way))
        claimed = outbox.claim(self._worker, room, gateway=name, among=among) if room else []
        self._pace.spend(len(claimed))
        self._under_way |= {self._pool.submit(self._send, text) for text in claimed}
        return len(claimed)

    def ask_doubtful(self) -> int:
        """Ask the gateway what became of texts in doubt, where it can tell; returns how many it knew."""
        name, gateway = self.name, self._gateway
        if not gateway.caps.can_query or not gateway.up():
            return 0
        fates = [(one, gateway.query(one)) for one in outbox.doubtful(name)]
        known = [Receipt(name, one, fate) for one, fate in fates if fate is not None]
        receipts.store(known)
        return len(known)

    def stop(self) -> None:
        """Let what is under way end. The gateway is stopped before, so that no answer is waited for any more."""
        self._stopping.set()
        self._pool.shutdown()

    def _send(self, text: outbox.ToSend) -> None:
        said = fit(self._post.channel, text.template, shown(text.variables, at=text.at))
        if isinstance(said, Unfit):
            answer: Submitted | CarrierError = Rejected(said.value, retryable=False)
        else:
            answer = self._handed_over(text, said)
            self._post.health.note(well=isinstance(answer, Accepted))
        sent_as = said.template if isinstance(said, Fitted) and said.template != text.template else ""
        try:
            self._until_noted(text.text_id, lambda: self._note(text, answer, sent_as))
        except DatabaseError:
            log.exception("answer_lost", text=text.text_id)  # it stays in hand, and is shown as doubtful later
        finally:
            if self.is_phone:
                connection.close()  # it sends a few texts a day, and there may be a hundred of them

    def _handed_over(self, text: outbox.ToSend, said: Fitted) -> Submitted | CarrierError:
        outgoing = Outgoing(
            id=text.id,
            sender=text.sender or self._post.sender,
            recipient=text.recipient,
            body=text.body,
            template=said.registered,
            variables=said.variables,
        )
        try:
            return self._gateway.submit(outgoing)
        except CarrierError as error:
            return error
        except Exception:
            log.exception("submit_failed", text=text.text_id)
            return Unknown("a fault of ours while it was handed over")

    def _until_noted(self, text_id: int, note: Callable[[], None]) -> None:
        """What the gateway said is known to nobody else, so it is kept until the database takes it."""
        while True:
            close_old_connections()
            try:
                return note()
            except (OperationalError, InterfaceError) as fault:
                log.warning("answer_not_noted", text=text_id, fault=type(fault).__name__)
                if self._stopping.wait(NOTE_AGAIN_SECONDS):
                    raise

    def _note(self, text: outbox.ToSend, answer: Submitted | CarrierError, sent_as: str) -> None:
        name, text_id = self.name, text.text_id
        match answer:
            case CarrierError():
                outbox.not_handed_over(text_id, str(answer))
            case Accepted(ids=ids):
                billed = max(len(ids), self._billed(text, sent_as))
                outbox.submitted(text_id, name, ids, billed=billed, sent_as=sent_as)
            case Rejected(code=code, retryable=retryable):
                log.warning("text_rejected", text=text_id, code=code, retryable=retryable)
                others = self._order.others(name)
                outbox.rejected(text_id, name, code, retryable=retryable, others=others)
            case Unknown(why=why):
                log.warning("text_in_doubt", text=text_id, why=why)
                outbox.in_doubt(text_id, name, why)
            case unknown:
                assert_never(unknown)
        said = "not_handed_over" if isinstance(answer, CarrierError) else type(answer).__name__.lower()
        SENT.labels(name, said).inc()

    def _billed(self, text: outbox.ToSend, sent_as: str) -> int:
        """Where a gateway answers with one id for all segments, what the carrier will count."""
        if self._gateway.caps.per_part_receipts:
            return 1
        words = render(sent_as, text.variables, at=text.at) if sent_as else text.body
        return billed_segments(self._post.channel.signature + words)
