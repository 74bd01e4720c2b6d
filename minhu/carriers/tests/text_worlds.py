"""What the texting contract needs of a world: a gateway, the phones of citizens at its far end, and a notebook.

A further gateway joins the contract by a subclass of ``TextWorld`` added to ``WORLDS`` of the contract.
"""

from __future__ import annotations

import random
import re
import threading
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from pathlib import Path

import psutil

from minhu.carriers.fake import FakeTextGateway
from minhu.carriers.smpp import SmppGateway, SmppSettings
from minhu.carriers.text import Inbound, Outgoing, Part, Receipt, TextGateway
from tests.peers.smsc_handle import UDHI, Smsc, Taken, parts_of, text

DEADLINE_SECONDS = 20.0
UCS2 = 8
BRACKETS = re.compile("\x1b(.)?")
"""Escape sequences of the GSM alphabet, as far as these tests write them."""
OFFICE, CITIZEN = "10639001", "+8613900000001"


def wait_for(condition: Callable[[], bool], what: str = "") -> None:
    """Look again until it is so. Raises AssertionError when it takes too long."""
    pause = threading.Event()
    for _ in range(int(DEADLINE_SECONDS / 0.005)):
        if condition():
            return
        pause.wait(0.005)
    raise AssertionError(f"never came: {what}")


class Notebook:
    """A sink that keeps everything. fails: how many of the coming calls raise."""

    def __init__(self) -> None:
        self.texts: list[Inbound] = []
        self.receipts: list[Receipt] = []
        self.fails = 0
        self.poison = ""
        self.failed = 0

    def inbound(self, batch: Sequence[Inbound]) -> None:
        self._maybe_fail(any(self.poison and one.body == self.poison for one in batch))
        self.texts.extend(batch)

    def receipt(self, batch: Sequence[Receipt]) -> None:
        self._maybe_fail(poisoned=False)
        self.receipts.extend(batch)

    def _maybe_fail(self, poisoned: bool) -> None:
        if self.fails > 0 or poisoned:
            self.fails = max(self.fails - 1, 0)
            self.failed += 1
            raise OSError("the disk is full")


class TextWorld(ABC):
    """One gateway with its link up, and its far end. office, citizen: as the gateway writes their numbers."""

    gateway: TextGateway
    office, citizen = OFFICE, CITIZEN

    def __init__(self) -> None:
        self.notebook = Notebook()
        self._ids = iter(range(1, 1_000_000))

    def outgoing(self, body: str) -> Outgoing:
        return Outgoing(f"text-{next(self._ids)}", OFFICE, CITIZEN, body)

    def until_stored(self, count: int) -> list[Inbound]:
        """Wait until the notebook holds this many texts."""
        wait_for(lambda: len(self.notebook.texts) >= count, f"{count} texts")
        return self.notebook.texts

    def until_receipts(self, count: int) -> list[Receipt]:
        wait_for(lambda: len(self.notebook.receipts) >= count, f"{count} receipts")
        return self.notebook.receipts

    @abstractmethod
    def open(self) -> None:
        """Start, and wait until texts can go."""

    @abstractmethod
    def close(self) -> None:
        """Stop the gateway and its far end."""

    @abstractmethod
    def citizen_texts(self, *bodies: str) -> None:
        """Texts come in, each whole."""

    def gateway_brings_twice(self, body: str) -> None:
        """One text comes in, and again because our word that we have it was lost."""
        self.citizen_texts(body, body)  # where the gateway gives no ids, that is all there is to see

    @abstractmethod
    def citizen_texts_in_parts(self, bodies: Sequence[str]) -> int:
        """One long text comes in, its segments shuffled. Returns how many deliveries that makes."""

    @abstractmethod
    def unacknowledged(self) -> int:
        """Texts that the far end will bring again."""

    @abstractmethod
    def until_all_acknowledged(self) -> None: ...

    @abstractmethod
    def citizen_reads(self) -> list[str]:
        """What the citizen's phone shows, oldest first; long texts joined."""

    @abstractmethod
    def receipts(self, when: str) -> None:
        """From now on: ``early`` (before the answer to submit), or ``after``."""

    @abstractmethod
    def throttles(self, times: int) -> None: ...

    @abstractmethod
    def link_breaks(self) -> None:
        """The far end dies; returns once the gateway knows."""

    @abstractmethod
    def link_returns(self) -> None:
        """It lives again; returns once the gateway is up."""

    def connections(self) -> int:
        """Sockets that this process has open to the far end."""
        return 0

    @abstractmethod
    def dies_on_next_submit(self) -> None:
        """The far end will take one more text, and die before it answers."""


class FakeTextWorld(TextWorld):
    """The gateway in memory."""

    def __init__(self, _: Path) -> None:
        super().__init__()
        self.fake = FakeTextGateway()
        self.gateway = self.fake
        self._repeats: list[Inbound] = []

    def open(self) -> None:
        self.gateway.start(self.notebook)

    def close(self) -> None:
        self.gateway.stop()

    def citizen_texts(self, *bodies: str) -> None:
        for body in bodies:
            self.fake.citizen_texts(body, sender=CITIZEN, recipient=OFFICE, key=f"key of {body}")

    def citizen_texts_in_parts(self, bodies: Sequence[str]) -> int:
        parts = [(body, Part(7, number, len(bodies))) for number, body in enumerate(bodies, start=1)]
        random.Random(1).shuffle(parts)
        for body, part in parts:
            self.fake.citizen_texts(body, sender=CITIZEN, recipient=OFFICE, part=part)
        return len(parts)

    def unacknowledged(self) -> int:
        return len(self.fake.waiting)

    def until_all_acknowledged(self) -> None:
        wait_for(self.fake.brings_again, "all acknowledged")

    def citizen_reads(self) -> list[str]:
        return list(self.fake.bodies(CITIZEN))

    def receipts(self, when: str) -> None:
        self.fake.receipts_come(when)

    def throttles(self, times: int) -> None:
        self.fake.refuses(times=times)

    def link_breaks(self) -> None:
        self.fake.goes_down()

    def link_returns(self) -> None:
        self.fake.comes_back()

    def dies_on_next_submit(self) -> None:
        self.fake.breaks_after_taking()


class PeerTextWorld(TextWorld):
    """A gateway of ours against a centre in its own process, driven as ``smsc_handle`` has it."""

    smsc: Smsc

    def open(self) -> None:
        self.smsc.start()
        self.gateway.start(self.notebook)
        self._until_up()

    def _until_up(self) -> None:
        wait_for(self.gateway.up, "the link")
        self.smsc.until("bound", 1)

    def close(self) -> None:
        self.gateway.stop()
        self.smsc.kill()

    def citizen_texts(self, *bodies: str) -> None:
        self.smsc.inject(*[text(CITIZEN, OFFICE, body) for body in bodies])

    def citizen_texts_in_parts(self, bodies: Sequence[str]) -> int:
        parts = parts_of(CITIZEN, OFFICE, bodies)
        random.Random(1).shuffle(parts)
        self.smsc.inject(*parts)
        return len(parts)

    def unacknowledged(self) -> int:
        return self.smsc.figures()["unacked"]

    def until_all_acknowledged(self) -> None:
        wait_for(lambda: self.unacknowledged() == 0, "all acknowledged")

    def citizen_reads(self) -> list[str]:
        return joined(self.smsc.submitted())

    def receipts(self, when: str) -> None:
        self.smsc.manners(receipts=when)

    def throttles(self, times: int) -> None:
        self.smsc.manners(refuse_times=times)

    def link_breaks(self) -> None:
        self.smsc.kill()
        wait_for(lambda: not self.gateway.up(), "the break")

    def link_returns(self) -> None:
        self.smsc.has_died()
        self.smsc.start()
        self._until_up()

    def connections(self) -> int:
        far_ends = [tuple(one.raddr) for one in psutil.Process().net_connections()]
        return far_ends.count(("127.0.0.1", self.smsc.port))

    def dies_on_next_submit(self) -> None:
        self.smsc.manners(die_on_submit=True)


class SmppTextWorld(PeerTextWorld):
    """SMPP against an SMSC in its own process."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self.smsc = Smsc(folder)
        self.gateway = SmppGateway(
            "smpp",
            SmppSettings(
                "127.0.0.1",
                self.smsc.port,
                "minhu",
                "secret",
                response_seconds=5.0,
                back_off_seconds=(0.02, 0.1),
            ),
        )


def joined(taken: Sequence[Taken]) -> list[str]:
    """Texts as a phone joins them: by reference, when all segments are there."""
    texts: list[str] = []
    open_texts: dict[int, dict[int, Taken]] = {}
    for one in taken:
        if not one.esm_class & UDHI:
            texts.append(decoded([one]))
            continue
        reference, total, number = one.octets[3:6]
        segments = open_texts.setdefault(reference, {})
        segments[number] = one
        if len(segments) == total:
            texts.append(decoded([segments[number] for number in sorted(segments)]))
            del open_texts[reference]
    return texts


def decoded(taken: Sequence[Taken]) -> str:
    """Strict on purpose: a surrogate pair or an escape sequence cut in two raises."""
    return "".join(
        one.content.decode("utf-16-be")
        if one.data_coding == UCS2
        else BRACKETS.sub(_bracket, one.content.decode("ascii"))
        for one in taken
    )


def _bracket(found: re.Match[str]) -> str:
    return {"(": "{", "<": "[", ">": "]"}[found[1]]


WORLDS: dict[str, Callable[[Path], TextWorld]] = {
    "fake": FakeTextWorld,
    "smpp": SmppTextWorld,
}
"""Without the HTTP gateways, whose worlds are in http_worlds.py."""
