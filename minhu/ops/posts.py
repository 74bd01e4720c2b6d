"""What a sender knows of its gateway: how it fared lately, how fast it may be fed, whose turn it is."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

from django.db.models import Q

from minhu.carriers.text import TextGateway
from minhu.rules.gateways import LOOK_BACK, Channel, allowance, is_ailing

REMEMBERED = 200


class Health:
    """How handing over went lately. Safe from several threads."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lately: deque[tuple[float, bool]] = deque(maxlen=REMEMBERED)
        self._lock = threading.Lock()

    def note(self, *, well: bool) -> None:
        """One more text: taken by the gateway, or not."""
        with self._lock:
            self._lately.append((self._clock(), well))

    @property
    def ailing(self) -> bool:
        since = self._clock() - LOOK_BACK.total_seconds()
        with self._lock:
            lately = [well for at, well in self._lately if at >= since]
        return is_ailing(len(lately), lately.count(False))


class Pace:
    """How many texts may be handed over now, by one process. For one thread."""

    def __init__(self, per_second: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._per_second = per_second
        self._clock = clock
        self._left, self._at = 1.0, clock()

    def room(self, most: int) -> int:
        """At most ``most``."""
        if not self._per_second:
            return most
        now = self._clock()
        self._left = allowance(self._left, elapsed_seconds=now - self._at, per_second=self._per_second)
        self._at = now
        return min(most, int(self._left))

    def spend(self, texts: int) -> None:
        self._left -= texts


@dataclass(frozen=True, slots=True)
class Post:
    """One gateway at work."""

    gateway: TextGateway
    channel: Channel
    sender: str = ""
    window: int = 10
    per_second: float = 0.0
    health: Health = field(default_factory=Health)


class Order(Protocol):
    """What a sender asks at each round."""

    def texts_for(self, name: str) -> Q | None:
        """Which texts a gateway takes now; None: none."""

    def others(self, name: str) -> tuple[Channel, ...]:
        """Who may take what this one refused."""
