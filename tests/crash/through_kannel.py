"""The jobs process with Kannel as its gateway: what it does with texts, for a fork of ``zygote.py``.

KANNEL_PORT: where bearerbox takes boxes. One text is under way at a time, so that a kill leaves at most one in doubt.
"""

from __future__ import annotations

import os
import threading

from django.conf import settings
from django.utils import timezone

from minhu.carriers.kannel import KannelGateway, KannelSettings
from minhu.cases import actions as cases
from minhu.intake import inbound, outbox, receipts
from minhu.ops.rounds import Rounds, Work
from minhu.ops.slots import worker_name
from minhu.ops.texting import Sender, StoringSink
from tests.texting.process import SENDER

SOON = 0.2


def run() -> None:
    """Work until killed."""
    chosen = KannelSettings("127.0.0.1", int(os.environ["KANNEL_PORT"]), window=1, back_off_seconds=(0.05, 0.5))
    gateway = KannelGateway("kannel", chosen, now=lambda: timezone.now())
    with worker_name("jobs", settings.DATA_DIR / "run") as worker:
        outbox.settle_in_doubt(worker, started_at=timezone.now())
        gateway.start(StoringSink(keys_are_ids=gateway.caps.inbound_ids))
        sender = Sender(gateway, worker=worker, default_sender=SENDER, window=chosen.window)
        Rounds(
            [
                Work("take_in_texts", inbound.take_in, SOON),
                Work("send_texts", sender.send_some, SOON),
                Work("take_in_contacts", lambda: cases.take_in(at=timezone.now()), SOON),
                Work("settle_evidence", lambda: cases.settle_evidence(at=timezone.now()), 1.0),
                Work("sweep_receipts", _swept, 1.0),
            ]
        ).start()
        threading.Event().wait()


def _swept() -> int:
    receipts.sweep()
    return 0
