"""What comes in through a modem: read from inbox, stored, and only then marked as processed."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime
from hashlib import blake2b

from minhu.carriers.alphabet import part_of_header, sound
from minhu.carriers.modem.settings import ModemSettings
from minhu.carriers.modem.tables import Received, Tables
from minhu.carriers.text import Inbound, Sink

log = logging.getLogger(__name__)

_NO_LETTERS = "8bit"


class Inbox:
    """Hands rows of inbox to the sink. now: the clock by which texts are said to have come."""

    def __init__(self, gateway: str, tables: Tables, settings: ModemSettings, now: Callable[[], datetime]) -> None:
        self._gateway = gateway
        self._tables = tables
        self._settings = settings
        self._now = now

    def bring(self, sink: Sink) -> None:
        """Hand over what waits. What could not be stored stays, and is brought again with the next call.

        Raises: database_faults().
        """
        rows = self._tables.unprocessed(self._settings.batch)
        texts = [row for row in rows if not row.is_ussd]
        if texts and not self._stored(sink, texts):
            alone = [row for row in texts if self._stored(sink, [row])] if len(texts) > 1 else []
            rows = [row for row in rows if row.is_ussd or row in alone]
        if rows:
            self._tables.mark_processed([row.id for row in rows])

    def _stored(self, sink: Sink, rows: list[Received]) -> bool:
        try:
            sink.inbound([self._text(row) for row in rows])
        except Exception:  # whatever failed, nothing is stored, and the rows stay as they are
            log.exception("%s: %d not stored; they stay in inbox", self._gateway, len(rows))
            return False
        return True

    def _text(self, row: Received) -> Inbound:
        return Inbound(
            gateway=self._gateway,
            key=_key(row),
            sender=row.sender,
            recipient=self._settings.number,
            body=_words(row),
            received_at=self._now(),
            part=sound(part_of_header(row.header)),
        )


def _key(row: Received) -> str:
    """The second in which the network took the text, and a hash of it.

    Not the row's id: ids begin again when the table is made anew, and a daemon that died before it had deleted a text
    from the SIM makes a second row of it.
    """
    content = blake2b(row.octets + row.header, digest_size=16)
    content.update(repr((row.received, row.sender, row.words)).encode())
    return content.hexdigest()


def _words(row: Received) -> str:
    """The letters of this row. TextDecoded of a first segment holds the whole text, that of the others nothing."""
    if row.coding == _NO_LETTERS or not row.octets:
        return row.octets.decode("latin-1").replace("\0", "\ufffd") or row.words
    return row.octets.decode("utf-16-be", "replace").replace("\0", "\ufffd")
