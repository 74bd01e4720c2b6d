"""The gateways of this jobs process: started together, and asked at each round who may go first.

Health is what this process has seen in the last minutes. A pause is in the database, for all processes.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

import structlog
from django.conf import settings
from django.db.models import Q
from django.utils import timezone

from minhu.carriers.kinds import GatewaySettings
from minhu.environment import BadSetting
from minhu.environment.gateways import channel_of
from minhu.intake import gateways as intake
from minhu.intake import outbox
from minhu.intake.sink import ThreadSink
from minhu.ops.posts import Post
from minhu.rules.gateways import Channel, in_order, missing_templates

log = structlog.get_logger(__name__)

PAUSES_SECONDS, LOOK_SECONDS = 1.0, 0.05
"""How old an answer of the database may be: who is paused, whether anything is due."""


class Posts:
    """All gateways of this process."""

    def __init__(
        self,
        posts: Sequence[Post],
        paused: Callable[[], frozenset[str]] = intake.paused,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._posts = tuple(posts)
        self._ask_paused = paused
        self._clock = clock
        self._paused: frozenset[str] = frozenset()
        self._asked_at = self._looked_at = float("-inf")
        self._due = False
        self._lock = threading.Lock()

    def __iter__(self) -> Iterator[Post]:
        return iter(self._posts)

    def texts_for(self, name: str) -> Q | None:
        if not self._anything_due():
            return None
        held = self._held()
        open_now = [post for post in self._posts if post.channel.name not in held and post.gateway.up()]
        ailing = {post.channel.name for post in open_now if post.health.ailing}
        before: list[Channel] = []
        for channel in in_order([post.channel for post in open_now], ailing):
            if channel.name == name:
                return intake.texts_for(channel, before)
            before.append(channel)
        return None

    def others(self, name: str) -> tuple[Channel, ...]:
        return tuple(post.channel for post in self._posts if post.channel.name != name)

    def state(self) -> dict[str, dict[str, object]]:
        """For the sign of life: who is up, and why not."""
        held = self._held()
        return {
            post.channel.name: {
                "up": post.gateway.up(),
                "trouble": post.gateway.trouble[:200],
                "ailing": post.health.ailing,
                "paused": post.channel.name in held,
            }
            for post in self._posts
        }

    def stop(self) -> None:
        for post in self._posts:
            post.gateway.stop()

    def _anything_due(self) -> bool:
        """Asked once for all gateways and without a transaction: a hundred phones do not queue for nothing."""
        with self._lock:
            if self._clock() - self._looked_at > LOOK_SECONDS:
                self._due, self._looked_at = outbox.anything_due(), self._clock()
            return self._due

    def _held(self) -> frozenset[str]:
        with self._lock:
            if self._clock() - self._asked_at > PAUSES_SECONDS:
                self._paused, self._asked_at = self._ask_paused(), self._clock()
            return self._paused


def refuse_missing_templates(channels: Sequence[Channel]) -> None:
    """Raises: BadSetting, naming what a gateway that takes nothing but templates would have to say and cannot."""
    for channel in channels:
        if missing := missing_templates(channel):
            cure = f"lacks the registered template of: {', '.join(missing)}; see docs/how-to/connect-cloud.md"
            raise BadSetting(f"SMS_{channel.name.upper()}_TEMPLATES", cure)


@contextmanager
def running() -> Iterator[Posts]:
    """The gateways of the settings, started, and stopped at the end. Raises: BadSetting."""
    refuse_missing_templates(settings.CHANNELS)
    posts = Posts([_post(gateway) for gateway in settings.GATEWAYS])
    try:
        for post in posts:
            post.gateway.start(ThreadSink(keys_are_ids=post.gateway.caps.inbound_ids))
        yield posts
    finally:
        posts.stop()


def _post(given: GatewaySettings) -> Post:
    return Post(
        gateway=given.make(now=lambda: timezone.now()),  # asked anew: a demo has its own clock
        channel=channel_of(given),
        sender=given.sender,
        window=given.window,
        per_second=given.per_second,
    )
