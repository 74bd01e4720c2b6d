"""A town with one official, his line, his staff, and citizens who text."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from django.db import connection, transaction

from minhu.cases import queries
from minhu.directory.models import Line, Office
from minhu.intake import outbox
from minhu.intake.citizens import thread_of
from minhu.intake.models import Text
from minhu.rules.access import Viewer, system
from minhu.rules.words import Direction, Role
from tests import make
from tests.peers.smsc_handle import UDHI, Smsc, Taken

GATEWAY_UCS2 = 8


@dataclass
class Town:
    """now: what time it is there, which need not be what time it really is."""

    city: Office
    line: Line
    staff: Viewer
    now: Callable[[], datetime]

    def queue(self, body: str, to: str = "", *, key: str = "") -> Text:
        """A text to a citizen; to: E.164, a new citizen unless given."""
        with transaction.atomic():
            at = self.now()
            thread = thread_of(make.citizen(self.city, to, at=at), self.line.pk, at)
            draft = outbox.Draft(body=body, urgency=0)
            return outbox.queue(thread, draft, key=key or f"test:{body[:60]}", by=system(self.city.pk), at=at)

    def queue_many(self, count: int, words: str = "您反映的事项已办结") -> list[str]:
        """So many texts to so many citizens; their bodies."""
        bodies = [f"{words}，第{n}号" for n in range(count)]
        for body in bodies:
            self.queue(body)
        return bodies

    def arrived(self) -> list[str]:
        """Bodies of the texts that citizens sent, in the order in which we took them in."""
        return list(Text.objects.filter(direction=Direction.INBOUND).order_by("id").values_list("body", flat=True))

    def states(self) -> dict[str, str]:
        """State of each outgoing text, by its body."""
        return dict(Text.objects.filter(direction=Direction.OUTBOUND).values_list("body", "state"))

    def in_doubt(self) -> list[str]:
        """What the staff's queue shows as texts whose fate is not known."""
        return [row.body for row in queries.staff_queue(self.staff, self.now()).in_doubt]


def make_town(now: Callable[[], datetime]) -> Town:
    city = make.city()
    office = make.office(city)
    line = make.line(make.official(office))
    return Town(city, line, make.viewer(city, Role.STAFF), now)


def said_by(smsc: Smsc) -> list[str]:
    """The texts that the SMSC took from us, long ones put together from their segments, in order."""
    return joined(smsc.submitted())


def joined(taken: list[Taken]) -> list[str]:
    texts: list[str] = []
    parts: dict[tuple[str, bytes], dict[int, str]] = {}
    for one in taken:
        words = _words(one)
        if not one.esm_class & UDHI:
            texts.append(words)
            continue
        reference, total, number = one.octets[3:4], one.octets[4], one.octets[5]
        found = parts.setdefault((one.recipient, reference), {})
        found[number] = words
        if len(found) == total:
            texts.append("".join(found[n] for n in sorted(found)))
    return texts


def _words(one: Taken) -> str:
    return one.content.decode("utf-16-be" if one.data_coding == GATEWAY_UCS2 else "ascii")


@contextmanager
def database_held() -> Iterator[None]:
    """Nobody else can store a text meanwhile."""
    if connection.vendor == "postgresql":
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("LOCK TABLE intake_rawtext IN ACCESS EXCLUSIVE MODE")
            yield
    else:
        with transaction.atomic():  # IMMEDIATE: the one writer
            yield
