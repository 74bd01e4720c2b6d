"""What the gateways over links share: their life, the way to a session, and what a lost answer means."""

from __future__ import annotations

import itertools
import random
import threading
from collections.abc import Callable, Hashable, Sequence
from typing import Generic, TypeVar

from minhu.carriers.errors import CarrierError
from minhu.carriers.links.intake import Intake
from minhu.carriers.links.link import Link
from minhu.carriers.links.outbound import hand_over, let_answers_come
from minhu.carriers.links.session import AnswerOverdue, LinkLost, Session
from minhu.carriers.text import Fate, Submitted, Unknown

Delivered = TypeVar("Delivered")
Reply = TypeVar("Reply")
Piece = TypeVar("Piece")


class LinkedGateway(Generic[Delivered, Reply]):
    """A TextGateway whose threads, one a link and one that stores, live from ``start`` to ``stop``.

    Delivered: what comes in; Reply: what answers us. The first link is the one that sends.
    """

    def __init__(self, name: str, response_seconds: float) -> None:
        self._name = name
        self._response_seconds = response_seconds
        # Not from zero: a restart must not number the next long text like the last one.
        self._references = itertools.count(random.randrange(0x10000))  # noqa: S311 - no secret
        self._stopped = threading.Event()
        self._intake: Intake[Delivered] | None = None
        self._links: tuple[Link[Reply], ...] = ()

    @property
    def name(self) -> str:
        return self._name

    def stop(self) -> None:
        """Take no more, let answers come for a few seconds, store and answer what has arrived, take leave."""
        self._stopped.set()
        let_answers_come(self._links[0].session if self._links else None)
        if self._intake is not None:
            self._intake.stop()
        for link in self._links:
            link.stop()
        self._links, self._intake = (), None

    def up(self) -> bool:
        links = self._links
        return bool(links) and all(link.session is not None for link in links)

    @property
    def trouble(self) -> str:
        """Why the link is down, in the words of the socket or of the standard; "" when all is well."""
        return next((link.trouble for link in self._links if link.trouble), "")

    def query(self, text_id: str) -> Fate | None:
        """These protocols cannot be asked by our id of a text; receipts tell."""
        return None

    def _begin(self, intake: Intake[Delivered], links: Sequence[Link[Reply]]) -> None:
        self._stopped.clear()
        self._intake, self._links = intake, tuple(links)
        intake.start()
        for link in self._links:
            link.start()

    def _in_pieces(self, pieces: Sequence[Piece], send: Callable[[Piece], Submitted]) -> Submitted:
        """Hand over a text's segments as one. Raises: CarrierError when nothing was handed over."""
        return hand_over(pieces, send, patience_seconds=self._response_seconds, stopped=self._stopped)

    def _session(self) -> Session[Reply]:
        """Raises: CarrierError."""
        if self._stopped.is_set():
            raise CarrierError(f"{self._name}: stopping", permanent=False)
        link = self._links[0] if self._links else None
        if link is None or link.session is None:
            why = link.trouble if link is not None else "not started"
            raise CarrierError(f"{self._name}: the link is down: {why}", permanent=False)
        return link.session

    def _asked(self, session: Session[Reply], octets: bytes, key: Hashable) -> Reply | Unknown:
        """The answer, or why there is none although the text may have gone."""
        try:
            return session.ask(octets, key)
        except LinkLost:
            return Unknown("the link was lost before the answer")
        except AnswerOverdue:
            return Unknown(f"no answer in {self._response_seconds:g} s")
