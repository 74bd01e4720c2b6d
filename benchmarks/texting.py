"""Texts a second through every kind of SMS gateway, out and in, each durable, beside the adapter that stores nothing.

The far ends are those of the contract suite (an SMSC, an ISMG, Kannel's bearerbox, gammu-smsd, HTTP services of the
vendors' documented payloads), on the same cores. Out: rows of the outbox go through claim, submit and note as in
``minhu jobs``, the attempt committed before the gateway is called and its answer after. In: each text is on disk before
the far end hears that we have it. Beside: the adapter alone with the same window, and for SMPP the bare smpplib, one
text after the other as its documentation shows it. What arrived is counted at the far end.

    python -m benchmarks.texting --texts 2000 [--only smpp,http]
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from smpplib import consts
from smpplib.client import Client

from benchmarks import alone
from minhu.carriers.tests import text_worlds
from minhu.carriers.tests.http_worlds import HTTP_WORLDS, CloudTextWorld
from minhu.carriers.tests.more_text_worlds import MORE_WORLDS
from minhu.carriers.tests.text_worlds import CITIZEN, OFFICE, WORLDS, SmppTextWorld, TextWorld
from minhu.carriers.text import Accepted, Inbound, Receipt

KINDS = {name: made for name, made in sorted({**WORLDS, **MORE_WORLDS, **HTTP_WORLDS}.items()) if name != "fake"}
SLOW = {"modem": 20, "kannel": 1000}
"""Fewer texts where the far end is slow by itself: a dummy telephone; a spool."""
WINDOW = 10
TEMPLATE = "matter_received"


def out_alone(world: TextWorld, texts: int) -> float:
    """Texts a second that the adapter hands over, nothing stored."""
    outgoing = [world.outgoing(f"您反映的事项已收到，编号{n:06}") for n in range(texts)]
    began = time.perf_counter()
    with ThreadPoolExecutor(WINDOW) as pool:
        answers = list(pool.map(world.gateway.submit, outgoing))
    seconds = time.perf_counter() - began
    assert all(isinstance(answer, Accepted) for answer in answers), answers[:3]
    return texts / seconds


def out_smpplib(world: TextWorld, texts: int) -> float:
    """The bare library: one text, one answer, and the next."""
    assert isinstance(world, SmppTextWorld)
    client = Client("127.0.0.1", world.smsc.port, allow_unknown_opt_params=True)
    client.connect()
    client.bind_transmitter(system_id="minhu", password="secret")  # noqa: S106 - of the loopback SMSC
    began = time.perf_counter()
    for n in range(texts):
        client.send_message(
            source_addr=OFFICE,
            destination_addr=CITIZEN.removeprefix("+"),
            short_message=f"您反映的事项已收到，编号{n:06}".encode("utf-16-be"),
            data_coding=consts.SMPP_ENCODING_ISO10646,
        )
        client.read_once()
    seconds = time.perf_counter() - began
    client.disconnect()
    return texts / seconds


def out_of_the_outbox(world: TextWorld, texts: int) -> float:
    """Texts a second from the outbox to the note of what the gateway said."""
    from django.db import transaction
    from django.utils import timezone

    from minhu.intake import outbox
    from minhu.intake.citizens import thread_of
    from minhu.intake.models import Text
    from minhu.ops.gateways import Posts
    from minhu.ops.posts import Post
    from minhu.ops.rounds import Rounds, Work
    from minhu.ops.texting import Sender
    from minhu.rules.access import system
    from minhu.rules.gateways import Channel
    from tests import make
    from tests.texting.town import make_town

    town = make_town(lambda: timezone.now())
    at = timezone.now()
    with transaction.atomic():
        for n in range(texts):
            thread = thread_of(make.citizen(town.city, f"+861390{n:07}", at=at), town.line.pk, at)
            variables = {"code": f"K{n:07}", "due": at.isoformat()}
            draft = outbox.Draft(template=TEMPLATE, variables=variables, urgency=0)
            outbox.queue(thread, draft, key=f"bench:{n}", by=system(town.city.pk), at=at)
    templates = {TEMPLATE: world.registered} if isinstance(world, CloudTextWorld) else {}
    channel = Channel("bench", templates_only=world.gateway.caps.templates_only, templates=templates)
    post = Post(world.gateway, channel, sender=OFFICE, window=WINDOW)
    sender = Sender(post, Posts([post]), worker="bench")
    rounds = Rounds([Work("send", sender.send_some, 0.01)])
    began = time.perf_counter()
    rounds.start()
    while Text.objects.filter(state__in=["queued", "sending"]).exists():
        time.sleep(0.02)
    seconds = time.perf_counter() - began
    rounds.stop()
    sender.stop()
    assert Text.objects.filter(state__in=["sent", "delivered"]).count() == texts
    return texts / seconds


def into_the_tables(world: TextWorld, texts: int) -> float:
    """Texts a second from the far end to its hearing that each is on disk."""
    from minhu.intake.models import RawText

    began = time.perf_counter()
    world.citizen_texts(*[f"新华路{n}号的路灯不亮，请派人看看" for n in range(texts)])
    while world.unacknowledged():
        time.sleep(0.01)
    seconds = time.perf_counter() - began
    assert RawText.objects.values("body").distinct().count() == texts
    return texts / seconds


def into_nothing(world: TextWorld, texts: int) -> float:
    """The same with a notebook in memory in place of the tables."""
    began = time.perf_counter()
    world.citizen_texts(*[f"新华路{n}号的路灯不亮，请派人看看" for n in range(texts)])
    while world.unacknowledged():
        time.sleep(0.01)
    return texts / (time.perf_counter() - began)


class _Tables(text_worlds.Notebook):
    """A notebook that writes into the product's tables, as the jobs process does."""

    def __init__(self, *, keys_are_ids: bool) -> None:
        super().__init__()
        from minhu.intake.sink import ThreadSink

        self._sink = ThreadSink(keys_are_ids=keys_are_ids)

    def inbound(self, batch: Sequence[Inbound]) -> None:
        self._sink.inbound(batch)

    def receipt(self, batch: Sequence[Receipt]) -> None:
        self._sink.receipt(batch)


def rate(kind: str, measure: Callable[[TextWorld, int], float], texts: int, *, tables: bool = False) -> float:
    """One measurement in a world of its own."""
    text_worlds.DEADLINE_SECONDS = 120.0
    with tempfile.TemporaryDirectory(prefix="minhu-bench-far-", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o755)
        world = KINDS[kind](Path(folder))
        if tables:
            world.notebook = _Tables(keys_are_ids=world.gateway.caps.inbound_ids)
        world.open()
        try:
            found = measure(world, texts)
            if measure in (out_alone, out_of_the_outbox):
                assert len(world.citizen_reads()) == texts
            return found
        finally:
            world.close()


def row(kind: str, engine: str, texts: int) -> None:
    """In a process of its own, on an empty database; prints one line of the table."""
    alone.empty_tables()
    texts = min(texts, SLOW.get(kind, texts))
    out, bare_out = rate(kind, out_of_the_outbox, texts), rate(kind, out_alone, texts)
    into, bare_in = rate(kind, into_the_tables, texts, tables=True), rate(kind, into_nothing, texts)
    library = f"{rate(kind, out_smpplib, texts):,.0f}" if kind == "smpp" else "–"
    sys.stdout.write(
        f"| {kind} | {engine} | {texts:,} | {out:,.0f} | {bare_out:,.0f} | {out / bare_out:.2f} | {library} "
        f"| {into:,.0f} | {bare_in:,.0f} | {into / bare_in:.2f} |\n"
    )


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--texts", type=int, default=2_000)
    parser.add_argument("--only", default=",".join(KINDS), help="kinds, with commas between")
    parser.add_argument("--here", nargs=2, metavar=("KIND", "ENGINE"), help=argparse.SUPPRESS)
    asked = parser.parse_args(arguments)
    if asked.here:
        kind, engine = asked.here
        row(kind, engine, asked.texts)
        return 0
    sys.stdout.write(
        "| gateway | database | texts | out /s | adapter alone | ratio | bare smpplib "
        "| in /s | adapter alone | ratio |\n"
        "|---|---|---|---|---|---|---|---|---|---|\n"
    )
    sys.stdout.flush()
    failed = 0
    for kind in asked.only.split(","):
        for engine in alone.ENGINES:
            failed |= alone.measured("benchmarks.texting", engine, kind, engine, "--texts", str(asked.texts))
    return failed


if __name__ == "__main__":
    sys.exit(main())
