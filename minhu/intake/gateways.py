"""Which texts a gateway may take, who holds one back, and what each has done.

texts_for() may_say() own_words_go()    who takes what
pause() resume() paused()               an operator's act, in the trail
figures()                               what the operator sees: no words, no numbers
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import reduce
from operator import or_
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Count, Min, Q, QuerySet, Sum
from django.utils import timezone

from minhu.audit import trail
from minhu.intake.models import GatewayPause, Text, Thread
from minhu.intake.scope import NotYours
from minhu.rules.access import Viewer
from minhu.rules.clock import local
from minhu.rules.errors import Refusal
from minhu.rules.gateways import Channel, carried_templates
from minhu.rules.plain import storable
from minhu.rules.words import Role, TextState


class NoSuchGateway(Refusal):
    code = "no_such_gateway"
    words = "没有这个短信通道。"


class SayWhyPaused(Refusal):
    code = "say_why_paused"
    words = "请写明暂停的原因，二百字以内。"


class NoFreeText(Refusal):
    code = "no_free_text"
    words = "短信通道只能发送报备过的模板，不能发送自拟的话。请打电话，或使用答复。"


def texts_for(channel: Channel, before: Sequence[Channel]) -> Q:
    """Texts that go by this gateway, because it can take them and none of those before it can.

    Officials' phones may be a hundred: for a gateway of all lines they are one question. A text that some gateway has
    refused is then not held for its phone, which is a matter of preference only: no text is ever claimed twice.
    """
    found = can_take(channel)
    own_lines: set[str] = set()
    for other in before:
        if other.lines and channel.lines and other.lines.isdisjoint(channel.lines):
            continue
        if other.lines and not channel.lines and not other.templates_only:
            own_lines |= other.lines
        else:
            found &= ~can_take(other)
    return found & ~Q(refused_by="", thread_id__in=_threads_of(own_lines)) if own_lines else found


def can_take(channel: Channel) -> Q:
    """Texts that a gateway serves and has not refused, as far as the database can tell (lengths it cannot)."""
    found = ~Q(refused_by__contains=f",{channel.name},")
    if channel.lines:
        found &= Q(thread_id__in=_threads_of(channel.lines))
    if channel.templates_only:
        found &= Q(template__in=sorted(carried_templates(channel)))
    return found


def _threads_of(lines: Collection[str]) -> QuerySet[Thread, Any]:
    return Thread.objects.filter(line__number__in=sorted(lines)).values("pk")


def any_can_take(channels: Sequence[Channel]) -> Q:
    """Texts that at least one of them can take. There must be one."""
    return reduce(or_, (can_take(channel) for channel in channels))


def may_say(line: str) -> bool:
    """Whether somebody's own words can be texted in the name of a line; also while there is no gateway yet."""
    channels: Sequence[Channel] = settings.CHANNELS
    serving = [channel for channel in channels if channel.serves(line)]
    return not channels or any(not channel.templates_only for channel in serving)


def own_words_go() -> bool:
    """Whether anybody's own words can be texted at all, so that prepared replies are worth offering."""
    channels: Sequence[Channel] = settings.CHANNELS
    return not channels or any(not channel.templates_only for channel in channels)


def paused() -> frozenset[str]:
    """Names of the gateways that an operator holds back now."""
    return frozenset(GatewayPause.objects.filter(resumed_at=None).values_list("name", flat=True))


@transaction.atomic
def pause(name: str, reason: str, *, by: Viewer, at: datetime | None = None) -> GatewayPause:
    """Hold a gateway back; again while it is held changes nothing. Raises: NotYours, NoSuchGateway, SayWhyPaused."""
    _must_run(name, by)
    reason = storable(reason.strip())
    if not 0 < len(reason) <= 200:
        raise SayWhyPaused
    row, fresh = GatewayPause.objects.get_or_create(
        name=name,
        resumed_at=None,
        defaults={"reason": reason, "paused_by_id": by.account_id, "paused_at": at or timezone.now()},
    )
    if fresh:
        trail.record(by, "pause_gateway", row, reason, gateway=name)
    return row


@transaction.atomic
def resume(name: str, *, by: Viewer, at: datetime | None = None) -> None:
    """Let a gateway go on; one that is not held stays as it is. Raises: NotYours, NoSuchGateway."""
    _must_run(name, by)
    row = GatewayPause.objects.select_for_update().filter(name=name, resumed_at=None).first()
    if row is not None:
        row.resumed_at = at or timezone.now()
        row.save(update_fields=["resumed_at"])
        trail.record(by, "resume_gateway", row, gateway=name)


def _must_run(name: str, by: Viewer) -> None:
    if not by.has(Role.OPERATOR):
        raise NotYours
    if name not in {channel.name for channel in settings.CHANNELS}:
        raise NoSuchGateway


@dataclass(frozen=True, slots=True)
class Figures:
    """What a gateway has to do and has done. failures: how many texts of this month came to which bad end, most first.

    waiting, oldest_at: what is due and would go by it, and since when the first of them waits.
    """

    waiting: int
    oldest_at: datetime | None
    segments_today: int
    segments_this_month: int
    failures: tuple[tuple[str, int], ...]


MOST_FAILURES_SHOWN = 8


def figures(channel: Channel, before: Sequence[Channel], *, at: datetime) -> Figures:
    """For the operator. before: gateways that go first now, as in ``texts_for``."""
    due = Text.objects.filter(
        texts_for(channel, before), Q(send_after=None) | Q(send_after__lte=at), state=TextState.QUEUED
    ).aggregate(count=Count("pk"), oldest=Min("send_after"))
    today = local(at).replace(hour=0, minute=0, second=0, microsecond=0)
    given = Text.objects.filter(gateway=channel.name, attempt_at__gte=today.replace(day=1))
    cost = given.aggregate(month=Sum("segments_billed"), today=Sum("segments_billed", filter=Q(attempt_at__gte=today)))
    failed = given.filter(state__in=[TextState.FAILED, TextState.UNKNOWN, TextState.QUEUED]).exclude(fault="")
    by_fault = failed.values_list("fault").annotate(count=Count("pk")).order_by("-count", "fault")
    return Figures(
        waiting=due["count"],
        oldest_at=due["oldest"],
        segments_today=cost["today"] or 0,
        segments_this_month=cost["month"] or 0,
        failures=tuple((fault, count) for fault, count in by_fault[:MOST_FAILURES_SHOWN]),
    )
