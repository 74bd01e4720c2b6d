"""The jobs process: takes in what has come, sends what is due, reads calendars, seals the journal."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import structlog
from django.conf import settings
from django.utils import timezone

from minhu.audit import pulse
from minhu.carriers.smpp import SmppGateway
from minhu.carriers.text import TextGateway
from minhu.cases import actions as cases
from minhu.cases import tracking
from minhu.directory import calendars
from minhu.directory.models import Office
from minhu.intake import inbound, outbox, receipts, seal
from minhu.ops.rounds import Rounds, Work
from minhu.ops.slots import worker_name
from minhu.ops.texting import Sender, StoringSink

log = structlog.get_logger(__name__)

SOON, MINUTE = 0.2, 60.0
"""Seconds between looks: for what people wait for, and for housekeeping."""


def run() -> None:
    """Work until SIGTERM or SIGINT, then let what is in hand end."""
    stopping = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopping.set())
    with worker_name("jobs", settings.DATA_DIR / "run") as worker, _gateway() as gateway:
        left = outbox.settle_in_doubt(worker, started_at=timezone.now())
        if left:
            log.warning("texts_in_doubt", texts=left)
        sender = _sender(gateway, worker)
        rounds = Rounds([*_texting(sender), *_casework(), *_housekeeping(worker, gateway)])
        rounds.start()
        log.info("jobs_started", worker=worker, gateway=gateway.name if gateway else "none")
        stopping.wait()
        rounds.stop()
        if gateway and sender:
            gateway.stop()  # takes the last answers, and lets nobody wait for more
            sender.stop()


@contextmanager
def _gateway() -> Iterator[TextGateway | None]:
    if settings.SMPP is None:
        yield None
        return
    gateway = SmppGateway("smpp", settings.SMPP, now=lambda: timezone.now())  # asked anew: a demo has its own clock
    gateway.start(StoringSink())
    try:
        yield gateway
    finally:
        gateway.stop()


def _sender(gateway: TextGateway | None, worker: str) -> Sender | None:
    if gateway is None or settings.SMPP is None:
        log.warning("no_gateway", cure="set SMPP_HOST, or texts will wait")
        return None
    return Sender(gateway, worker=worker, default_sender=settings.SMPP_SENDER, window=settings.SMPP.window)


def _texting(sender: Sender | None) -> list[Work]:
    works = [
        Work("take_in_texts", inbound.take_in, SOON),
        Work("settle_in_doubt", lambda: len(outbox.settle_in_doubt()), MINUTE),
        Work("sweep_receipts", _quietly(receipts.sweep), MINUTE),
    ]
    return [*works, Work("send_texts", sender.send_some, SOON)] if sender else works


def _casework() -> list[Work]:
    return [
        Work("take_in_contacts", lambda: cases.take_in(at=timezone.now()), SOON),
        Work("settle_evidence", lambda: cases.settle_evidence(at=timezone.now()), 1.0),
        Work("escalate", lambda: cases.sweep(at=timezone.now()), 5.0),
        Work("set_missing_clocks", cases.set_missing_clocks, MINUTE),
        Work("close_due", lambda: cases.close_due(timezone.now()), MINUTE),
        Work("forget_lookups", _quietly(lambda: tracking.forget_lookups(at=timezone.now())), MINUTE),
    ]


def _housekeeping(worker: str, gateway: TextGateway | None) -> list[Work]:
    def beat() -> None:
        link = {"gateway_up": gateway.up(), "gateway_trouble": gateway.trouble[:200]} if gateway else {}
        pulse.beat("jobs", worker, at=timezone.now(), **link)

    return [
        Work("pulse", _quietly(beat), pulse.BEAT_SECONDS),
        Work("calendars", lambda: calendars.read_due(timezone.now()), MINUTE),
        Work("seal_journal", _seal, MINUTE),
    ]


def _seal() -> int:
    cities = Office.objects.filter(parent=None).values_list("pk", flat=True)
    return sum(seal.seal_journal(city) for city in cities)


def _quietly(do: Callable[[], object]) -> Callable[[], int]:
    """A round that never asks for another at once."""

    def once() -> int:
        do()
        return 0

    return once
