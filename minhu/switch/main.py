"""The switch process: one telephone engine, one switchboard, one store, until SIGTERM; then calls may end first."""

from __future__ import annotations

import asyncio
import gc
import signal
import sys
from datetime import datetime
from pathlib import Path

import structlog
from django.conf import settings
from django.utils import timezone

from minhu.audit import privacy
from minhu.carriers import chance
from minhu.carriers.errors import CarrierError
from minhu.carriers.sip.config import Transport
from minhu.carriers.sip.engine import SipEngine
from minhu.switch import metrics, speech
from minhu.switch.engine import Switchboard
from minhu.switch.messages import Messages
from minhu.switch.pages import Pages
from minhu.switch.ports import Surroundings
from minhu.switch.spool import Sealer, Spool
from minhu.switch.store import JournalStore
from minhu.switch.trunk import engine_of

log = structlog.get_logger(__name__)

ORDERS_SECONDS = 0.3
GC_THRESHOLDS = (50_000, 20, 50)
"""A call makes some thousand short-lived objects: looking for cycles every 700, the default, is wasted work."""
THREAD_TURN_SECONDS = 0.0005
"""How long one thread may keep the interpreter while another waits: a commit must not hold up a ring."""


def run() -> None:
    """Work until SIGTERM or SIGINT. Ends the process with one clear line when the line cannot be opened."""
    sys.setswitchinterval(THREAD_TURN_SECONDS)
    try:
        asyncio.run(_serve())
    except (CarrierError, ValueError, OSError) as fault:
        log.critical("switch_not_started", fault=str(fault), cure="see SIP_* in .env.example; minhu doctor tells more")
        sys.exit(1)


async def _serve() -> None:
    began_at = timezone.now()
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopping.set)
    node = settings.SWITCH_NODE
    engine = engine_of(settings.SIP, node)
    pages = Pages(node, lambda: {"calls": engine.calls, "ports": _ports(engine)})
    home_city = await pages.first()
    store = _store(node, home_city, began_at)
    around = Surroundings(
        pages.latest,
        prompt=speech.Recordings().file_of,
        now=lambda: timezone.now(),
        entropy=chance.take,
        policy=settings.CALL_POLICY,
    )
    board = Switchboard(engine, store, around)
    await store.start()
    await engine.start(board.sink)
    log.info("switch_started", node=node, lines=len(pages.latest().lines), ports=_ports(engine))
    _write_ports(engine)
    if settings.SWITCH_METRICS_PORT:
        metrics.serve(settings.SWITCH_METRICS_PORT, metrics.SwitchFigures(board, store, engine))
    gc.set_threshold(*GC_THRESHOLDS)
    gc.collect()
    gc.freeze()  # what is there now stays for good: no pause of a call to look at it again
    errands = [loop.create_task(pages.follow()), loop.create_task(_place_orders(board, store))]
    await stopping.wait()
    log.info("switch_stopping", calls=board.calls)
    errands[1].cancel()
    await engine.stop(drain_seconds=float(settings.SWITCH_DRAIN_SECONDS))
    await board.finish()
    await store.stop()
    errands[0].cancel()
    pages.close()


async def _place_orders(board: Switchboard, store: JournalStore) -> None:
    while True:
        board.place(await store.claim_orders())
        await asyncio.sleep(ORDERS_SECONDS)


def _store(node: str, home_city: int, began_at: datetime) -> JournalStore:
    spool = Spool(settings.SPOOL_DIR / f"{node}.spool", Sealer(privacy.seal, privacy.unseal))
    messages = Messages(settings.SPOOL_DIR / f"{node}.messages")
    return JournalStore(node, home_city, spool, messages, began_at=began_at)


def _ports(engine: SipEngine) -> dict[str, int]:
    return {transport.value: port for transport, port in engine.ports.items()}


def _write_ports(engine: SipEngine) -> None:
    """Tell where we listen (port 0 takes a free one), for tests and the demo."""
    folder: Path = settings.DATA_DIR / "run"
    folder.mkdir(parents=True, exist_ok=True)
    port = engine.ports.get(Transport.UDP, 0)
    (folder / f"{settings.SWITCH_NODE}.sip").write_text(f"{port}\n", encoding="ascii")
