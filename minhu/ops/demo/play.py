"""The process ``minhu demo play``: the telephone network and the texting centre, with the city's people behind them."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
from pathlib import Path
from random import Random

from minhu.carriers.sip.config import SipConfig, Trunk
from minhu.carriers.sip.engine import SipEngine
from minhu.carriers.sip.media import Media
from minhu.directory.queries import the_city
from minhu.ops.demo import place, speech
from minhu.ops.demo.life import City, World
from minhu.ops.demo.network import TelephoneNetwork
from minhu.ops.demo.people import Crowd, read_phone_book
from minhu.ops.demo.place import LOOPBACK, Place
from minhu.ops.demo.story import Story

SPEED_VARIABLE, SEED_VARIABLE = "MINHU_DEMO_SPEED", "MINHU_DEMO_SEED"


def run() -> None:
    """Play until SIGTERM or SIGINT."""
    folder = place.folder_from(os.environ)
    seed = os.environ.get(SEED_VARIABLE, "")
    random = Random(int(seed)) if seed else Random()  # noqa: S311 - a play, not a secret
    world = World(
        folder=folder,
        book=read_phone_book(),
        crowd=Crowd(random),
        city_id=the_city().pk,
        story=Story(),
        random=random,
        speed=float(os.environ.get(SPEED_VARIABLE, "4")),
    )
    asyncio.run(_play(folder, world))


async def _play(folder: Path, world: World) -> None:
    stopping = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stopping.set)
    here = place.read(folder)
    if here is None:
        return
    media = Media(address=LOOPBACK, ports=place.NETWORK_RTP)
    media.prepare([*speech.citizens(), *speech.officials()])
    engine = far_end("city", here, here.network, media)
    city = City(world, lambda manners: TelephoneNetwork(engine, manners, world.random), here.texting)
    await city.network.start()
    centre = asyncio.create_task(city.centre.run())
    life = asyncio.create_task(_live(folder, city))
    ended = asyncio.create_task(stopping.wait())
    await asyncio.wait({centre, life, ended}, return_when=asyncio.FIRST_COMPLETED)
    for task in (life, centre):
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task
    await city.network.stop()


async def _live(folder: Path, city: City) -> None:
    """Nobody rings before the switch answers."""
    while (here := place.read(folder)) is None or not here.ready:  # noqa: ASYNC110 - another process says so
        await asyncio.sleep(0.1)
    await city.run()


def far_end(node: str, here: Place, port: int, media: Media) -> SipEngine:
    """A telephone engine whose trunk is the demo's switch."""
    trunk = Trunk("minhu", LOOPBACK, here.sip)
    return SipEngine(SipConfig(node, (trunk,), listen_udp=(LOOPBACK, port), user_agent="Demo"), media)
