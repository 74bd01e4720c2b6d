"""An SMS gateway in memory: it brings texts again until they are stored, and sends receipts when the scene says so.

Its far end is the list of texts it was given (``sent``) and what a scene lets it do: ``citizen_texts``,
``reports``, ``refuses``, ``breaks_after_taking``, ``goes_down``. No thread of its own: what comes in, comes in on the
thread of the scene, at the moment the scene says it.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime
from hashlib import sha256
from itertools import count

from minhu.carriers.errors import CarrierError
from minhu.carriers.text import (
    Accepted,
    Caps,
    Fate,
    Inbound,
    Outgoing,
    Part,
    Receipt,
    Rejected,
    Sink,
    Submitted,
    Unknown,
)


class FakeTextGateway:
    """TextGateway without a network.

    sent: every text the far end took, in order, also those whose taking we were not told of.
    """

    def __init__(self, name: str = "fake", *, caps: Caps | None = None) -> None:
        self.sent: list[Outgoing] = []
        self.waiting: deque[Inbound] = deque()
        self._name = name
        self._caps = caps or Caps(can_query=True)
        self._sink: Sink | None = None
        self._link_up = True
        self._answers: deque[Submitted] = deque()
        self._ids = count(1)
        self._fates: dict[str, Fate] = {}
        self._texts: dict[str, str] = {}
        self._receipts_come = "when told"
        self._lock = threading.RLock()

    # ---- TextGateway

    @property
    def name(self) -> str:
        return self._name

    @property
    def caps(self) -> Caps:
        return self._caps

    def start(self, sink: Sink) -> None:
        self._sink = sink
        self.brings_again()

    def stop(self) -> None:
        self._sink = None

    def up(self) -> bool:
        return self._sink is not None and self._link_up

    @property
    def trouble(self) -> str:
        return "" if self.up() else "the link is down"

    def submit(self, text: Outgoing) -> Submitted:
        with self._lock:
            if not self.up():
                raise CarrierError(f"{self._name}: the link is down", permanent=False)
            answer = self._answers.popleft() if self._answers else None
            if isinstance(answer, Rejected):
                return answer
            self.sent.append(text)
            gateway_id = f"{self._name}-{next(self._ids)}"
            self._texts[gateway_id] = text.id
            self._fates[text.id] = Fate.PENDING
            if isinstance(answer, Unknown):
                self._link_up = False
            elif self._receipts_come != "when told":
                self.reports(gateway_id)
            return answer or Accepted((gateway_id,))

    def query(self, text_id: str) -> Fate | None:
        return self._fates.get(text_id) if self._caps.can_query else None

    # ---- what a scene does at the far end

    def citizen_texts(
        self,
        body: str,
        *,
        sender: str,
        recipient: str,
        at: datetime | None = None,
        part: Part | None = None,
        key: str = "",
    ) -> Inbound:
        """A text comes in. When the sink refuses it, it waits and is brought again by ``brings_again``."""
        text = Inbound(
            gateway=self._name,
            key=key or sha256(repr((sender, recipient, part, body, next(self._ids))).encode()).hexdigest()[:32],
            sender=sender,
            recipient=recipient,
            body=body,
            received_at=at or datetime.now(UTC),
            part=part,
        )
        self.waiting.append(text)
        self.brings_again()
        return text

    def brings_again(self) -> bool:
        """Bring everything that was not acknowledged. Returns whether it was stored."""
        with self._lock:
            batch = list(self.waiting)
            if self._sink is None or not self._link_up or not batch:
                return not batch
            try:
                self._sink.inbound(batch)
            except Exception:  # whatever went wrong in the store, the answer to a gateway is "not accepted"
                return False
            for _ in batch:
                self.waiting.popleft()
            return True

    def repeats(self, text: Inbound, *, at: datetime | None = None) -> None:
        """The gateway brings a text that was acknowledged already, as if the answer had been lost."""
        self.waiting.append(replace(text, received_at=at or text.received_at))
        self.brings_again()

    def gateway_ids(self, text_id: str) -> tuple[str, ...]:
        """The gateway's own ids of a text, by ours."""
        return tuple(gateway_id for gateway_id, ours in self._texts.items() if ours == text_id)

    def reports(self, gateway_id: str, fate: Fate = Fate.DELIVERED, *, code: str = "") -> None:
        """Send a receipt; ``gateway_id`` may be one that submit has yet to answer with."""
        if gateway_id in self._texts:
            self._fates[self._texts[gateway_id]] = fate
        if self._sink is not None:
            self._sink.receipt([Receipt(self._name, gateway_id, fate, code)])

    def reports_all(self, fate: Fate = Fate.DELIVERED) -> None:
        """Send a receipt for everything that still awaits one."""
        for gateway_id in [one for one, ours in self._texts.items() if self._fates[ours] is Fate.PENDING]:
            self.reports(gateway_id, fate)

    def receipts_come(self, when: str) -> None:
        """``early`` or ``after``: every text is reported as delivered, before submit returns; or ``when told``."""
        self._receipts_come = when

    def answers(self, *answers: Submitted) -> None:
        """What the coming submits are answered with, one each; afterwards everything is accepted again."""
        self._answers.extend(answers)

    def refuses(self, code: str = "throttled", *, retryable: bool = True, times: int = 1) -> None:
        self.answers(*[Rejected(code, retryable)] * times)

    def breaks_after_taking(self) -> None:
        """Take the text, then lose the link before the answer: Unknown for us, sent for the citizen.

        The link stays down until ``comes_back``.
        """
        self.answers(Unknown("link lost before the answer"))

    def goes_down(self) -> None:
        self._link_up = False

    def comes_back(self) -> None:
        self._link_up = True
        self.brings_again()

    def bodies(self, recipient: str) -> Iterable[str]:
        """What a citizen's phone has shown so far, oldest first."""
        return [text.body for text in self.sent if text.recipient == recipient]
