"""A million queued texts: that they leave in order of urgency, at a steady pace, in no more memory at the end.

A part is held back until later, as in quiet hours, and must neither leave nor slow down the others. The far end takes
every text at once; all that is measured is ours: claim, commit, hand over, note, on SQLite (synchronous=FULL) and on
PostgreSQL (fsync).

    python -m benchmarks.queue_drain --texts 1000000 [--drain 1000000]
"""

from __future__ import annotations

import argparse
import sys
import threading
import time
from collections.abc import Sequence
from datetime import datetime, timedelta

import psutil

from benchmarks import alone
from minhu.carriers.fake import FakeTextGateway
from minhu.carriers.text import Accepted, Outgoing, Submitted

CITIZENS, URGENCIES, WINDOW, PARTS = 1_000, 5, 100, 5
HELD = 5 * URGENCIES
"""Of so many texts, one of each urgency is held back."""
GROWTH_MB = 30
"""What a process may grow by while it drains: less than a hundred thousand texts would take."""
_NUMBERS = {
    "postgresql": "SELECT n FROM generate_series(1, %s) AS n",
    "sqlite": "WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r WHERE n < %s) SELECT n FROM r",
}
_COPIES = (
    "INSERT INTO intake_text ({names}) SELECT {values} FROM ({numbers}) AS numbers, intake_text t WHERE t.id = {pk}"
)


class FarEnd(FakeTextGateway):
    """Takes everything at once, and remembers nothing but whether the order was kept.

    out_of_order: texts that came more than a window after the first one that could have waited for them.
    """

    def __init__(self) -> None:
        super().__init__()
        self.taken = self.out_of_order = 0
        self._latest, self._since = 0, 0
        self._count = threading.Lock()

    def submit(self, text: Outgoing) -> Submitted:
        urgency = int(text.body[-1])
        with self._count:
            if urgency > self._latest:
                self._latest, self._since = urgency, self.taken
            self.out_of_order += urgency < self._latest and self.taken - self._since > WINDOW
            self.taken += 1
        return Accepted((text.id,))


def fill(texts: int) -> int:
    """Queue so many copies of one text, of all urgencies and many threads; returns how many of them are due."""
    from django.db import connection, transaction
    from django.utils import timezone

    from minhu.intake import outbox
    from minhu.intake.citizens import thread_of
    from minhu.intake.models import Text, Thread
    from minhu.rules.access import system
    from tests import make
    from tests.texting.town import make_town

    town, at = make_town(lambda: timezone.now()), timezone.now()
    with transaction.atomic():
        threads = [
            thread_of(make.citizen(town.city, f"+861390{n:07}", at=at), town.line.pk, at) for n in range(CITIZENS)
        ]
        draft = outbox.Draft(body="您反映的事项正在办理，请放心", urgency=0)
        one = outbox.queue(threads[0], draft, key="bench", by=system(town.city.pk), at=at)
        first = Thread.objects.order_by("id").values_list("pk", flat=True)[0]
        replaced = {
            "key": "'bench' || n", "urgency": f"n %% {URGENCIES}", "thread_id": f"{first} + n %% {CITIZENS}",
            "body": f"t.body || (n %% {URGENCIES})",
            "send_after": f"CASE WHEN n %% {HELD} < {URGENCIES} THEN {_later(at)} ELSE t.send_after END",
        }  # fmt: skip
        names = [str(one.column) for one in Text._meta.local_concrete_fields if not one.primary_key]
        values = [replaced.get(name, f"t.{name}") for name in names]
        with connection.cursor() as cursor:
            sql = _COPIES.format(
                names=", ".join(f'"{name}"' for name in names), values=", ".join(values),
                numbers=_NUMBERS[connection.vendor], pk=one.pk,
            )  # fmt: skip
            cursor.execute(sql, [texts])
        Text.objects.filter(pk=one.pk).update(state="failed", fault="bench")
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return Text.objects.filter(state="queued", send_after__lte=timezone.now()).count()


def _later(at: datetime) -> str:
    from django.db import connection

    moment = connection.ops.adapt_datetimefield_value(at + timedelta(days=1))
    return f"TIMESTAMPTZ '{moment}'" if connection.vendor == "postgresql" else f"'{moment}'"


def measure(texts: int, drain: int) -> bool:
    """Drain so many; whether the order was kept and memory stayed."""
    alone.empty_tables()
    from django.db import connection

    from minhu.intake.sink import StoringSink
    from minhu.ops.gateways import Posts
    from minhu.ops.posts import Post
    from minhu.ops.texting import Sender
    from minhu.rules.gateways import Channel

    drain = min(drain, fill(texts))
    far = FarEnd()
    far.start(StoringSink())
    post = Post(far, Channel("far"), sender="10639001", window=WINDOW)
    sender = Sender(post, Posts([post]), worker="bench")
    process, rates, sizes = psutil.Process(), [], []
    for part in range(1, PARTS + 1):
        before, began = far.taken, time.perf_counter()
        while far.taken < drain * part // PARTS and sender.send_some():
            pass
        rates.append((far.taken - before) / (time.perf_counter() - began))
        sizes.append(process.memory_info().rss / 2**20)
    sender.stop()
    grown = sizes[-1] - sizes[0]
    print(
        f"{connection.vendor:11} {texts:9,} queued, {far.taken:9,} sent   texts/s "
        f"{' '.join(f'{rate:6,.0f}' for rate in rates)}   MB {' '.join(f'{size:5.0f}' for size in sizes)}   "
        f"out of order {far.out_of_order}",
        flush=True,
    )
    return far.taken >= drain and not far.out_of_order and grown < GROWTH_MB


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--texts", type=int, default=1_000_000)
    parser.add_argument("--drain", type=int, default=50_000, help="how many of them are sent")
    parser.add_argument("--here", action="store_true", help=argparse.SUPPRESS)
    asked = parser.parse_args(arguments)
    if asked.here:
        return 0 if measure(asked.texts, asked.drain) else 1
    words = ["--texts", str(asked.texts), "--drain", str(asked.drain)]
    return max(alone.measured("benchmarks.queue_drain", engine, *words) for engine in alone.ENGINES)


if __name__ == "__main__":
    sys.exit(main())
