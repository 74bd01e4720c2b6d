"""Worlds of the texting contract in which somebody else's program stands between us and the phones."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import psutil

from minhu.carriers.cmpp import CmppGateway, CmppSettings, CmppVersion
from minhu.carriers.kannel import KannelGateway, KannelSettings
from minhu.carriers.modem import ModemGateway, ModemSettings
from minhu.carriers.tests.text_worlds import CITIZEN, OFFICE, PeerTextWorld, TextWorld, wait_for
from tests.peers.ismg_handle import ACCOUNT, SECRET, Ismg
from tests.peers.kannel import Bearerbox, Wire
from tests.peers.modem import Modem
from tests.peers.smsc_handle import Smsc

CONGESTION = 42
"""What a network answers that has too much to do (3GPP TS 24.011 annex E)."""


class CmppTextWorld(PeerTextWorld):
    """CMPP against an ISMG in its own process."""

    version = CmppVersion.V2

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self.smsc = Ismg(folder, version=self.version)
        self.gateway = CmppGateway("cmpp", cmpp_settings(self.smsc.port, version=self.version))

    def gateway_brings_twice(self, body: str) -> None:
        self.smsc.manners(lost_answers=1)
        self.citizen_texts(body)


class Cmpp3TextWorld(CmppTextWorld):
    version = CmppVersion.V3


def cmpp_settings(port: int, **changes: Any) -> CmppSettings:
    chosen: dict[str, Any] = {"back_off_seconds": (0.02, 0.1), "response_seconds": 5.0} | changes
    return CmppSettings("127.0.0.1", port, ACCOUNT, SECRET, OFFICE, **chosen)


class KannelTextWorld(PeerTextWorld):
    """Kannel's bearerbox between us and the SMSC."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self.smsc = Smsc(folder)
        self.bearerbox = Bearerbox(folder, self.smsc.port)
        self.wire = Wire(self.bearerbox)
        self.gateway = KannelGateway("kannel", kannel_settings(self.wire.port))
        self._injected = 0
        self._dying: threading.Thread | None = None
        self._reporting: threading.Thread | None = None
        self._closing = threading.Event()

    def open(self) -> None:
        self.smsc.start()
        self._connect()
        self.gateway.start(self.notebook)
        self._until_up()

    def _connect(self) -> None:
        self.bearerbox.start()
        self.smsc.until("bound", 1)
        self.wire.plug()

    def close(self) -> None:
        self._closing.set()
        if self._reporting is not None:
            self._reporting.join()
        self.gateway.stop()
        self.wire.pull()
        self.bearerbox.kill()
        self.smsc.kill()

    def citizen_texts(self, *bodies: str) -> None:
        self._injected += len(bodies)
        super().citizen_texts(*bodies)

    def citizen_texts_in_parts(self, bodies: Sequence[str]) -> int:
        self._injected += len(bodies)
        return super().citizen_texts_in_parts(bodies)

    def gateway_brings_twice(self, body: str) -> None:
        self.wire.lost_acks = 1
        self.citizen_texts(body)

    def unacknowledged(self) -> int:
        """Kannel tells the carrier that it has a text as soon as it is in its spool; what counts is what we told it."""
        return self._injected - len(self.wire.kept)

    def citizen_reads(self) -> list[str]:
        wait_for(lambda: self.bearerbox.spool_is_empty(), "Kannel to pass on what it has")
        return super().citizen_reads()

    def receipts(self, when: str) -> None:
        """Late whatever is asked: Kannel answers us before it sends, and loses what overtakes the carrier's answer."""
        self.smsc.manners(receipts="late")
        self._reporting = threading.Thread(target=self._report)
        self._reporting.start()

    def _report(self) -> None:
        while not self._closing.wait(0.02):
            if self.bearerbox.spool_is_empty():
                self.smsc.send_receipts()

    def throttles(self, times: int) -> None:
        self.wire.refuse_times = times

    def link_breaks(self) -> None:
        self.wire.pull()
        self.bearerbox.kill()
        wait_for(lambda: not self.gateway.up(), "the break")

    def link_returns(self) -> None:
        if self._dying is not None:
            self._dying.join()
        self.wire.mute = False
        self._connect()
        self._until_up()

    def connections(self) -> int:
        far_ends = [(one.laddr, tuple(one.raddr)) for one in psutil.Process().net_connections()]
        return [far for _, far in far_ends].count(("127.0.0.1", self.wire.port))

    def dies_on_next_submit(self) -> None:
        self.wire.mute = True
        self._dying = threading.Thread(target=self._die_when_sent, args=(self.smsc.figures()["submitted"] + 1,))
        self._dying.start()

    def _die_when_sent(self, submitted: int) -> None:
        self.smsc.until("submitted", submitted)
        wait_for(self.bearerbox.spool_is_empty, "Kannel to note that it has sent it")
        self.bearerbox.kill()
        self.wire.pull()


def kannel_settings(port: int, **changes: Any) -> KannelSettings:
    chosen: dict[str, Any] = {"back_off_seconds": (0.02, 0.1), "response_seconds": 15.0} | changes
    return KannelSettings("127.0.0.1", port, **chosen)


class ModemTextWorld(TextWorld):
    """A modem: gammu-smsd in its own process, with a dummy phone."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self.modem = Modem(folder)
        self.gateway = ModemGateway("modem", modem_settings(self.modem))

    def open(self) -> None:
        self.modem.start()
        self.gateway.start(self.notebook)
        wait_for(self.gateway.up, "the daemon")

    def close(self) -> None:
        self.gateway.stop()
        self.modem.kill()

    def citizen_texts(self, *bodies: str) -> None:
        for body in bodies:
            self.modem.receives(CITIZEN, body)

    def gateway_brings_twice(self, body: str) -> None:
        self.citizen_texts(body)
        self.until_all_acknowledged()
        with self.modem.tables() as tables:
            tables.execute("UPDATE inbox SET Processed = 'false'")

    def citizen_texts_in_parts(self, bodies: Sequence[str]) -> int:
        numbers = list(range(len(bodies)))
        random.Random(1).shuffle(numbers)
        for number in numbers:
            self.modem.receives(CITIZEN, bodies[number], header=bytes((5, 0, 3, 7, len(bodies), number + 1)))
        return len(bodies)

    def unacknowledged(self) -> int:
        return self.modem.on_the_sim() + self.modem.unprocessed()

    def until_all_acknowledged(self) -> None:
        wait_for(lambda: self.unacknowledged() == 0, "all acknowledged")

    def citizen_reads(self) -> list[str]:
        texts: dict[str, str] = {}
        for row in [*self.modem.unrecorded, *self.modem.sent()]:
            texts[row.text_id] = texts.get(row.text_id, "") + row.words
        return list(texts.values())

    def receipts(self, when: str) -> None:
        if when == "early":
            self.modem.reports_at_once()
        else:
            threading.Thread(target=self._report_when_sent).start()

    def _report_when_sent(self) -> None:
        wait_for(lambda: bool(self.modem.sent()) and self.modem.queued() == 0, "the sending")
        self.modem.reports()

    def throttles(self, times: int) -> None:
        self.modem.fails_to_send(CONGESTION, times=times)

    def link_breaks(self) -> None:
        wait_for(lambda: self.modem.on_the_sim() == 0, "the daemon to take what is on the SIM")
        self.modem.kill()
        wait_for(lambda: not self.gateway.up(), "the silence")

    def link_returns(self) -> None:
        self.modem.start()
        wait_for(self.gateway.up, "the daemon")

    def dies_on_next_submit(self) -> None:
        self.modem.dies_after_sending()


def modem_settings(modem: Modem, **changes: Any) -> ModemSettings:
    chosen: dict[str, Any] = {"poll_seconds": 0.05, "fresh_seconds": 3.0, "response_seconds": 15.0} | changes
    return ModemSettings(modem.database, OFFICE, **chosen)


MORE_WORLDS: dict[str, Callable[[Path], TextWorld]] = {
    "cmpp 2.0": CmppTextWorld,
    "cmpp 3.0": Cmpp3TextWorld,
    "kannel": KannelTextWorld,
    "modem": ModemTextWorld,
}
