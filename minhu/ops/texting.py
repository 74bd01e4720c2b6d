"""Sends what is queued: one sender for each gateway.

A text's attempt is committed before a gateway is called, and what the gateway said is committed after; in between no
transaction is open. Threads speak with the gateway and know no database; one round notes what they heard and takes the
next texts in hand, in one commit.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from concurrent.futures import FIRST_COMPLETED, Executor, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from typing import assert_never

import structlog
from django.db import DatabaseError, InterfaceError, OperationalError, transaction
from django.db.models import Q
from prometheus_client import Counter

from minhu.carriers.errors import CarrierError
from minhu.carriers.text import Accepted, Outgoing, Receipt, Rejected, Submitted, Unknown
from minhu.intake import outbox, receipts
from minhu.ops.posts import Order, Pace, Post
from minhu.rules.gateways import Fitted, Unfit, billed_segments, fit
from minhu.rules.texts import render, shown

log = structlog.get_logger(__name__)

SENT = Counter("minhu_texts_submitted", "Texts handed to a gateway, by what it said", ["gateway", "answer"])

PATIENCE_SECONDS = 0.2
"""How long a round waits for the first answer when nothing else can be done; a phone's, which is one of many, waits for
none."""
GATHER_SECONDS = 0.01
"""How long it then waits for the others, so that they share a commit."""


@dataclass(frozen=True, slots=True)
class Answered:
    """What came of handing a text over. sent_as: the shorter template that went in place of its words."""

    text: outbox.ToSend
    answer: Submitted | CarrierError
    sent_as: str = ""


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
        self._under_way: set[Future[Answered]] = set()
        self._answered: list[Answered] = []

    @property
    def name(self) -> str:
        return self._post.channel.name

    @property
    def is_phone(self) -> bool:
        """Whether it serves a few lines only, an official's own phone as a rule."""
        return bool(self._post.channel.lines)

    def send_some(self) -> int:
        """Note what the gateway said, and take in hand what is due and goes by it, as far as window and pace have room.

        Returns how many texts that moved on.
        """
        self._gather()
        answered = list(self._answered)
        among = self._order.texts_for(self.name)
        room = self._pace.room(self._post.window - len(self._under_way)) if among is not None else 0
        claimed = self._note_and_claim(answered, room, among)
        del self._answered[: len(answered)]
        for one in answered:
            self._count(one)
        self._pace.spend(len(claimed))
        self._under_way |= {self._pool.submit(self._hand_over, text) for text in claimed}
        return len(answered) + len(claimed)

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
        self._pool.shutdown()
        self._take(self._under_way)
        try:
            self._note_and_claim(self._answered, 0, None)
        except DatabaseError:  # they stay in hand, and are shown as doubtful later
            log.exception("answers_lost", texts=[one.text.text_id for one in self._answered])

    def _gather(self) -> None:
        if self._under_way:
            done, _ = wait(self._under_way, 0.0 if self.is_phone else PATIENCE_SECONDS, FIRST_COMPLETED)
            if done:
                done, _ = wait(self._under_way, 0.0 if self.is_phone else GATHER_SECONDS)
            self._take(done)

    def _take(self, done: Iterable[Future[Answered]]) -> None:
        """What the gateway said is known to nobody else, so it is kept until the database takes it."""
        taken = set(done)
        self._answered += [one.result() for one in taken]
        self._under_way -= taken

    def _note_and_claim(self, answered: Sequence[Answered], room: int, among: Q | None) -> list[outbox.ToSend]:
        """In one commit; an answer that the database refuses does not hold up the others. Raises: DatabaseError."""
        try:
            with transaction.atomic():
                self._note(answered)
                return outbox.claim(self._worker, room, gateway=self.name, among=among) if room > 0 else []
        except (OperationalError, InterfaceError):
            raise
        except DatabaseError:
            for one in answered:
                self._note_alone(one)
            return []

    def _note_alone(self, one: Answered) -> None:
        try:
            self._note([one])
        except (OperationalError, InterfaceError):
            raise
        except DatabaseError:
            log.exception("answer_lost", text=one.text.text_id)  # it stays in hand, and is shown as doubtful later

    def _hand_over(self, text: outbox.ToSend) -> Answered:
        try:
            return self._offer(text)
        except Exception:
            log.exception("submit_failed", text=text.text_id)
            return Answered(text, Unknown("a fault of ours while it was handed over"))

    def _offer(self, text: outbox.ToSend) -> Answered:
        said = fit(self._post.channel, text.template, shown(text.variables, at=text.at))
        if isinstance(said, Unfit):
            return Answered(text, Rejected(said.value, retryable=False))
        answer = self._handed_over(text, said)
        self._post.health.note(well=isinstance(answer, Accepted))
        return Answered(text, answer, said.template if said.template != text.template else "")

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

    def _note(self, answered: Iterable[Answered]) -> None:
        has = []
        for one in answered:
            text_id = one.text.text_id
            match one.answer:
                case CarrierError():
                    outbox.not_handed_over(text_id, str(one.answer))
                case Accepted(ids=ids):
                    billed = max(len(ids), self._billed(one.text, one.sent_as))
                    has.append(outbox.Submission(text_id, ids, billed, one.sent_as))
                case Rejected(code=code, retryable=retryable):
                    others = self._order.others(self.name)
                    outbox.rejected(text_id, self.name, code, retryable=retryable, others=others)
                case Unknown(why=why):
                    outbox.in_doubt(text_id, self.name, why)
                case unknown:
                    assert_never(unknown)
        if has:
            outbox.submitted_all(self.name, has)

    def _count(self, one: Answered) -> None:
        match one.answer:
            case Rejected(code=code, retryable=retryable):
                log.warning("text_rejected", text=one.text.text_id, code=code, retryable=retryable)
            case Unknown(why=why):
                log.warning("text_in_doubt", text=one.text.text_id, why=why)
            case _:
                pass
        said = "not_handed_over" if isinstance(one.answer, CarrierError) else type(one.answer).__name__.lower()
        SENT.labels(self.name, said).inc()

    def _billed(self, text: outbox.ToSend, sent_as: str) -> int:
        """Where a gateway answers with one id for all segments, what the carrier will count."""
        if self._gateway.caps.per_part_receipts:
            return 1
        words = render(sent_as, text.variables, at=text.at) if sent_as else text.body
        return billed_segments(self._post.channel.signature + words)
