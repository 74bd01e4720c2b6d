"""An SMPP gateway of ours for a test: its settings, its life, a text to send."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

from minhu.carriers.smpp import SmppGateway, SmppSettings
from minhu.carriers.tests.text_worlds import CITIZEN, OFFICE, Notebook, wait_for
from minhu.carriers.text import Outgoing


def settings(port: int, **changes: Any) -> SmppSettings:
    chosen: dict[str, Any] = {"back_off_seconds": (0.02, 0.1), "response_seconds": 5.0} | changes
    return SmppSettings("127.0.0.1", port, "minhu", "secret", **chosen)


@contextlib.contextmanager
def running(chosen: SmppSettings, notebook: Notebook | None = None) -> Iterator[SmppGateway]:
    gateway = SmppGateway("smpp", chosen)
    gateway.start(notebook or Notebook())
    try:
        yield gateway
    finally:
        gateway.stop()


def up(gateway: SmppGateway) -> SmppGateway:
    wait_for(gateway.up, "the link")
    return gateway


def outgoing(body: str = "会后回电", recipient: str = CITIZEN) -> Outgoing:
    return Outgoing("text-1", OFFICE, recipient, body)
