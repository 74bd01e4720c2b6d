"""The modem adapter: TextGateway over the tables of gammu-smsd.

A text counts as handed over when the modem has sent it, not when it is in the queue: as long as the daemon has not
begun it can be taken back, and is known not to have gone.
"""

from __future__ import annotations

import itertools
import logging
import random
import re
import threading
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta

from minhu.carriers.alphabet import TooLong, segments
from minhu.carriers.errors import CarrierError
from minhu.carriers.modem.inbox import Inbox
from minhu.carriers.modem.settings import ModemSettings
from minhu.carriers.modem.tables import Sent, Tables, database_faults
from minhu.carriers.text import Accepted, Caps, Fate, Outgoing, Receipt, Rejected, Sink, Submitted, Unknown

log = logging.getLogger(__name__)

LOOK_SECONDS = 0.2
"""Between looks at a text that the modem has in hand."""

REPORTS_FOR = timedelta(days=3)
"""How long after its day a delivery report is looked for again when we start; repeats are welcome to the sink."""

FAILED = frozenset({"SendingError", "Error"})
PERMANENT = frozenset({"1", "8", "10", "21", "28", "29", "30", "50", "69"})
"""Numbers of 3GPP TS 24.011 annex E that trying again does not change: unassigned, barred, unknown, not subscribed."""

_FATES = {
    "DeliveryOK": Fate.DELIVERED,
    "DeliveryFailed": Fate.FAILED,
    "SendingError": Fate.FAILED,
    "Error": Fate.FAILED,
}


class ModemGateway:
    """TextGateway over a GSM modem. Its one thread looks at the tables from ``start`` to ``stop``."""

    caps = Caps(per_part_receipts=True, idempotent_submit=True, can_query=True, inbound_ids=True)

    def __init__(
        self, name: str, settings: ModemSettings, *, now: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        """now: the clock by which texts are said to have come."""
        self.trouble = "not started"
        self._name = name
        self._settings = settings
        self._now = now
        self._tables = Tables(settings.database, settings.phone_id)
        self._inbox = Inbox(name, self._tables, settings, now)
        # Not from zero: a restart must not number the next long text like the last one.
        self._references = itertools.count(random.randrange(0x100))  # noqa: S311 - no secret
        self._told: set[Sent] = set()
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None

    @property
    def name(self) -> str:
        return self._name

    def start(self, sink: Sink) -> None:
        self._stopping.clear()
        self._thread = threading.Thread(target=self._run, args=(sink,), name=f"{self._name}-tables", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Take back what the modem has not begun, and look no more."""
        self._stopping.set()
        if self._thread is not None:
            self._thread.join()
        self._thread = None
        self.trouble = "stopped"

    def up(self) -> bool:
        return self._thread is not None and not self.trouble

    def submit(self, text: Outgoing) -> Submitted:
        """Hand a text over, and wait until the modem has sent it. The same id is sent once."""
        if self._stopping.is_set() or not self.up():
            raise CarrierError(f"{self._name}: the link is down: {self.trouble}", permanent=False)
        if not re.fullmatch(r"\+?[0-9]{3,19}", text.recipient):
            return Rejected("bad-number", retryable=False)
        try:
            parts = segments(text.body, reference=next(self._references))
        except TooLong:
            return Rejected("too-long", retryable=False)
        try:
            row = self._tables.put(text.id, text.recipient, parts)
            return self._sent(row, len(parts))
        except database_faults() as fault:
            # It may be queued. Tried again, it is found by its id.
            raise CarrierError(f"{self._name}: {fault}", permanent=False) from fault

    def query(self, text_id: str) -> Fate | None:
        sent = self._tables.sent_of(text_id)
        if not sent:
            return Fate.PENDING if self._tables.row_of(text_id) is not None else None
        last = [one for one in sent if one.outbox_id == sent[-1].outbox_id]
        fates = {_FATES.get(one.status, Fate.PENDING) for one in last}
        return Fate.FAILED if Fate.FAILED in fates else fates.pop() if len(fates) == 1 else Fate.PENDING

    # ---- outbound

    def _sent(self, row: int, count: int) -> Submitted:
        """Wait until a queued text has met its fate. Raises CarrierError: it was taken back."""
        until = time.monotonic() + self._settings.response_seconds
        while True:
            outcome = _outcome(self._tables.sent(row), count)
            if outcome is not None:
                return outcome
            if not self.up():
                return self._given_up(row, f"the modem fell silent: {self.trouble}", begun=True)
            if self._stopping.is_set():
                return self._given_up(row, "stopping")
            if time.monotonic() > until:
                return self._given_up(row, f"not sent in {self._settings.response_seconds:g} s")
            self._stopping.wait(LOOK_SECONDS)

    def _given_up(self, row: int, why: str, *, begun: bool = False) -> Submitted:
        """Take a text back. Raises CarrierError when the modem had not begun; else nobody knows.

        begun: take it back even then, because a daemon that comes back would send it again.
        """
        if self._tables.take_back(row, begun=False):
            raise CarrierError(f"{self._name}: {why}", permanent=False)
        if begun:
            self._tables.take_back(row, begun=True)
        return Unknown(why)

    # ---- on the thread

    def _run(self, sink: Sink) -> None:
        while not self._stopping.is_set():
            try:
                trouble = self._look(sink)
            except database_faults() as fault:
                trouble = str(fault) or type(fault).__name__
            except Exception:
                log.exception("%s: a fault of ours", self._name)
                trouble = "a fault of ours, see the log"
            if trouble != self.trouble and trouble:
                log.warning("%s: the link is down: %s", self._name, trouble)
            self.trouble = trouble
            self._stopping.wait(self._settings.poll_seconds)

    def _look(self, sink: Sink) -> str:
        """Bring in what waits. Why the link is down; "" when it is not."""
        self._inbox.bring(sink)
        self._bring_reports(sink)
        silence_seconds = self._tables.silence_seconds()
        if silence_seconds is None:
            return "gammu-smsd has never written to phones"
        if silence_seconds > self._settings.fresh_seconds:
            return f"gammu-smsd is silent for more than {self._settings.fresh_seconds:g} s"
        return ""

    def _bring_reports(self, sink: Sink) -> None:
        since = f"{self._now() - REPORTS_FOR:%Y-%m-%d %H:%M:%S}"
        fresh = [one for one in self._tables.reported_since(since) if one not in self._told]
        if not fresh:
            return
        try:
            sink.receipt([self._receipt(one) for one in fresh])
        except Exception:  # whatever failed, they are looked for again
            log.exception("%s: %d receipts not stored", self._name, len(fresh))
        else:
            self._told |= set(fresh)

    def _receipt(self, one: Sent) -> Receipt:
        return Receipt(self._name, _id(one), _FATES.get(one.status, Fate.PENDING), one.code)


def _outcome(sent: Sequence[Sent], count: int) -> Submitted | None:
    """What the daemon's rows say of a text of so many segments; None while it is under way.

    A failure without a number of the network's is a modem that did not answer in time: the text may have gone.
    """
    failed = next((one for one in sent if one.status in FAILED), None)
    if failed is not None:
        number = failed.code.removeprefix(failed.status).strip()
        if not number or failed.number > 1:
            return Unknown(f"segment {failed.number} of {count}: {failed.code}")
        return Rejected(failed.code, retryable=number not in PERMANENT)
    return Accepted(tuple(_id(one) for one in sent)) if len(sent) >= count else None


def _id(one: Sent) -> str:
    return f"{one.outbox_id}.{one.number}:{one.creator}"
