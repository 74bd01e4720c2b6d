"""What must go out. Every outgoing text is a row first; its state is committed before a gateway is called.

queue()          in the transaction of the act that says it; once per key
claim()          queued -> sending, committed, each row by one worker and for one gateway
submitted_all() rejected() in_doubt() not_handed_over()     what the gateway said
settle_in_doubt()    sending, and its worker is dead -> unknown: shown to staff, never sent again
give_up_uncarriable()    what no gateway there is can carry -> failed

A text goes by another gateway only when the first said that it did not send it, or was never given it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.db.models.functions import Coalesce
from django.utils import timezone

from minhu.audit import privacy
from minhu.intake import quick
from minhu.intake.gateways import any_can_take
from minhu.intake.models import Citizen, Segment, Text, Thread
from minhu.intake.receipts import ReceiptLike, own_id, settle_early
from minhu.intake.receipts import store as store_receipts
from minhu.rules import numbers
from minhu.rules.access import Viewer
from minhu.rules.gateways import Channel
from minhu.rules.plain import storable
from minhu.rules.texts import MAX_BODY, MAX_PER_CASE_PER_DAY, may_send_at, render
from minhu.rules.words import Direction, TextState

ONE_DAY = timedelta(days=1)
FIRST_RETRY, LAST_RETRY = timedelta(seconds=30), timedelta(hours=1)
LINK_RETRY = timedelta(seconds=1)
MOST_ATTEMPTS = 12
MOST_ASKED = 100
NO_FREE_TEXT = "no_free_text: gateways of this line take templates only"
NO_GATEWAY = "no_gateway: none of the gateways serves this line with this template"
WORKER_IS_DEAD_AFTER = timedelta(minutes=10)
_IN_HAND = (TextState.SENDING, TextState.UNKNOWN)


@dataclass(frozen=True, slots=True)
class Draft:
    """A text to be queued: a template with its variables, or free words (``body``).

    code: of the matter it is about. urgency: smaller goes first; 0 goes in the quiet hours too. asked_for: the citizen
    is waiting for it, so it goes although he opted out. call_id: the call it follows.
    """

    body: str = ""
    template: str = ""
    variables: dict[str, str] = field(default_factory=dict)
    code: str = ""
    urgency: int = 5
    asked_for: bool = False
    call_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class ToSend:
    """A text that this worker, and no other, now hands to a gateway. id: ours, for the gateway; at most 36 characters.

    sender, recipient: E.164. sender "": the text belongs to no line. at: when it was written, from which its times are
    seen.
    """

    text_id: int
    id: str
    sender: str
    recipient: str
    body: str
    template: str
    variables: dict[str, str]
    attempt: int
    at: datetime


def queue(thread: Thread, draft: Draft, *, key: str, by: Viewer, at: datetime, first: bool = False) -> Text:
    """Queue a text in the caller's transaction; with a key used before, the text of that time is returned.

    first: nothing was ever texted about this matter, so the day's limit need not be asked.

    What may not go at all (opted out, no mobile number) is kept as FAILED with the reason, for staff to see.
    """
    if not first:
        Thread.objects.filter(pk=thread.pk).update(last_at=at)  # and who counts the day's texts waits for who adds one
    text = compose(thread, draft, key=key, by=by, at=at, first=first)
    return text if quick.insert(text, conflict="(key)") else Text.objects.get(key=key)


def compose(thread: Thread, draft: Draft, *, key: str, by: Viewer, at: datetime, first: bool = False) -> Text:
    """The row that ``queue`` inserts, not saved. first: as in ``queue``."""
    refused = why_not(thread.citizen, asked_for=draft.asked_for)
    ready = may_send_at(at, urgent=draft.urgency == 0)
    if not (refused or first):
        ready = max(ready, room_at(thread.pk, draft.code, at))
    text = row(thread.city_id, thread.pk, draft, key=key, at=at, ready=ready)
    text.written_by_id = by.account_id
    if refused:
        text.state, text.fault, text.settled_at = TextState.FAILED, refused, at
    return text


def row(city_id: int, thread_id: int, draft: Draft, *, key: str, at: datetime, ready: datetime) -> Text:
    """A queued text of the software's own, not saved, for a caller who has seen to it that it may go."""
    body = render(draft.template, draft.variables, at=at) if draft.template else draft.body
    return Text(
        city_id=city_id,
        thread_id=thread_id,
        direction=Direction.OUTBOUND,
        state=TextState.QUEUED,
        body=storable(body, MAX_BODY),
        code=draft.code,
        template=draft.template,
        variables=draft.variables,
        at=at,
        key=key,
        urgency=draft.urgency,
        send_after=ready,
        call_id=draft.call_id,
    )


def why_not(citizen: Citizen, *, asked_for: bool) -> str:
    """Why a citizen cannot be texted: ``opted_out``, ``no_number``, ``not_mobile``; "" when he can."""
    if citizen.number_sealed is None:
        return "no_number"
    if citizen.opted_out_at is not None and not asked_for:
        return "opted_out"
    return "" if numbers.is_mobile(privacy.unseal(citizen.number_sealed)) else "not_mobile"


def room_at(thread_id: int, code: str, at: datetime) -> datetime:
    """When the next text about a matter may go, so that a citizen gets no more than the day's few of them."""
    sent = Text.objects.filter(
        thread_id=thread_id, direction=Direction.OUTBOUND, code=code, at__gt=at - 7 * ONE_DAY
    ).exclude(state=TextState.FAILED)
    goes = sent.annotate(goes_at=Coalesce("send_after", "at")).order_by("-goes_at").values_list("goes_at", flat=True)
    latest = list(goes[:MAX_PER_CASE_PER_DAY])
    if len(latest) < MAX_PER_CASE_PER_DAY:
        return at
    return max(at, may_send_at(latest[-1] + ONE_DAY, urgent=False))


@transaction.atomic
def claim(
    worker: str, limit: int = 50, *, gateway: str = "", among: Q | None = None, at: datetime | None = None
) -> list[ToSend]:
    """Take texts whose time has come; no other worker and no other gateway gets them. Committed when this returns.

    among: which of them (gateways.texts_for); None: any.
    """
    at = at or timezone.now()
    due = _due(at) if among is None else _due(at).filter(among)
    ids = list(
        due.order_by("urgency", "send_after", "id")
        .select_for_update(skip_locked=True, no_key=True)
        .values_list("pk", flat=True)[:limit]
    )
    Text.objects.filter(pk__in=ids, state=TextState.QUEUED).update(
        state=TextState.SENDING,
        claimed_by=worker[:40],
        gateway=gateway[:40],
        attempt_at=at,
        attempts=F("attempts") + 1,
    )
    texts = Text.objects.filter(pk__in=ids).select_related("thread__citizen", "thread__line").order_by("urgency", "pk")
    return [one for text in texts if (one := _to_send(text, at)) is not None]


def anything_due(*, at: datetime | None = None) -> bool:
    """Whether there is a text whose time has come."""
    return _due(at or timezone.now()).exists()


def _due(at: datetime) -> QuerySet[Text]:
    return Text.objects.filter(Q(send_after__isnull=True) | Q(send_after__lte=at), state=TextState.QUEUED)


@dataclass(frozen=True, slots=True)
class Submission:
    """A text that a gateway has. gateway_ids: its own ids, one per segment. billed: segments it charges.

    sent_as: shorter template that went in place of the words.
    """

    text_id: int
    gateway_ids: Sequence[str]
    billed: int = 1
    sent_as: str = ""


def submitted(
    text_id: int,
    gateway: str,
    gateway_ids: Sequence[str],
    *,
    billed: int = 1,
    sent_as: str = "",
    at: datetime | None = None,
) -> None:
    """The gateway has this one text; see ``Submission``."""
    submitted_all(gateway, [Submission(text_id, gateway_ids, billed, sent_as)], at=at)


@transaction.atomic
def submitted_all(gateway: str, batch: Sequence[Submission], *, at: datetime | None = None) -> None:
    """The gateway has these texts; a few statements for all of them."""
    name = gateway[:40]
    alike: dict[tuple[int, str], list[int]] = {}
    segments: dict[tuple[int, str], Segment] = {}
    for one in batch:
        alike.setdefault((one.billed, one.sent_as), []).append(one.text_id)
        for gateway_id in (storable(given, 80) for given in one.gateway_ids):
            segments[one.text_id, gateway_id] = Segment(text_id=one.text_id, gateway=name, gateway_id=gateway_id)
    for (billed, sent_as), ids in alike.items():
        rows = Text.objects.filter(pk__in=ids, state__in=_IN_HAND)
        rows.update(state=TextState.SENT, gateway=name, fault="", segments_billed=billed, sent_as=sent_as)
    Segment.objects.bulk_create(segments.values(), ignore_conflicts=True)
    known = [gateway_id for _, gateway_id in segments]
    # robust: a receipt can wait for the next sweep; what was claimed in the same commit must not be lost over it
    transaction.on_commit(lambda: settle_early(name, known, at=at or timezone.now()), robust=True)


@transaction.atomic
def rejected(
    text_id: int,
    gateway: str,
    code: str,
    *,
    retryable: bool,
    others: Sequence[Channel] = (),
    at: datetime | None = None,
) -> None:
    """The gateway refused it and did not send it. retryable: throttled or full; tried again later, by any gateway.

    Refused for good, it goes by one of the others that can take it; where there is none, it has failed.
    """
    at = at or timezone.now()
    text = Text.objects.select_for_update(no_key=True).filter(pk=text_id, state=TextState.SENDING).first()
    if text is None:
        return
    text.fault, text.gateway = storable(f"rejected: {code}", 120), gateway[:40]
    if retryable and text.attempts < MOST_ATTEMPTS:
        text.state = TextState.QUEUED
        text.send_after = at + min(FIRST_RETRY * 2 ** (text.attempts - 1), LAST_RETRY)
    else:
        text.refused_by = f"{text.refused_by or ','}{gateway[:40]},"[:200]
        text.state, text.settled_at = TextState.FAILED, at
    text.save(update_fields=["state", "fault", "gateway", "refused_by", "send_after", "settled_at"])
    if text.state == TextState.FAILED and others:
        left = Text.objects.filter(any_can_take(others), pk=text_id)
        left.update(state=TextState.QUEUED, attempts=0, send_after=at, settled_at=None)


@transaction.atomic
def not_handed_over(text_id: int, why: str, *, at: datetime | None = None) -> None:
    """Nothing reached the gateway (link down): it is tried again soon, however often."""
    at = at or timezone.now()
    Text.objects.filter(pk=text_id, state=TextState.SENDING).update(
        state=TextState.QUEUED, fault=storable(why, 120), gateway="", attempts=0, send_after=at + LINK_RETRY
    )


@transaction.atomic
def in_doubt(text_id: int, gateway: str, why: str, *, at: datetime | None = None) -> None:
    """It may have gone or not. Never sent again; a receipt may still tell."""
    _in_hand(text_id).update(state=TextState.UNKNOWN, gateway=gateway[:40], fault=storable(why, 120))


def receipts(batch: Sequence[ReceiptLike], *, at: datetime | None = None) -> None:
    """Keep what the gateway says became of texts; see ``receipts.py``."""
    store_receipts(batch, at=at)


@transaction.atomic
def settle_in_doubt(worker: str = "", *, started_at: datetime | None = None, at: datetime | None = None) -> list[int]:
    """Texts whose worker died between claim and answer become UNKNOWN; returns their ids.

    A worker calls it when it starts, with its own name and the time of its start; and everybody now and then, for
    workers that never came back.
    """
    at = at or timezone.now()
    left = Q(attempt_at__lt=at - WORKER_IS_DEAD_AFTER)
    if worker:
        left |= Q(claimed_by=worker[:40], attempt_at__lt=started_at or at)
    rows = Text.objects.filter(left, state=TextState.SENDING)
    ids = list(rows.order_by("id").select_for_update(no_key=True).values_list("pk", flat=True))
    Text.objects.filter(pk__in=ids).update(
        state=TextState.UNKNOWN, fault="the sending process ended before the gateway answered"
    )
    return ids


def give_up_uncarriable(channels: Sequence[Channel], *, at: datetime | None = None, limit: int = 500) -> int:
    """Texts that none of the gateways there are can carry fail, with the reason; returns how many."""
    if not channels or any(not channel.lines and not channel.templates_only for channel in channels):
        return 0  # they wait for the first gateway; or one takes whatever it has not refused, which rejected() sees to
    at = at or timezone.now()
    stuck = _due(at).filter(~any_can_take(channels))
    ids = list(stuck.order_by("id").values_list("pk", flat=True)[:limit])
    rows = Text.objects.filter(pk__in=ids, state=TextState.QUEUED)
    words = rows.filter(template="").update(state=TextState.FAILED, settled_at=at, fault=NO_FREE_TEXT)
    return words + rows.update(state=TextState.FAILED, settled_at=at, fault=NO_GATEWAY)


def doubtful(gateway: str, *, at: datetime | None = None) -> list[str]:
    """Our ids of the texts of the last day whose fate only the gateway knows, the latest first."""
    since = (at or timezone.now()) - ONE_DAY
    rows = Text.objects.filter(gateway=gateway, attempt_at__gte=since, state=TextState.UNKNOWN).order_by("-attempt_at")
    return [own_id(text) for text in rows[:MOST_ASKED]]


def _in_hand(text_id: int) -> QuerySet[Text]:
    return Text.objects.filter(pk=text_id, state__in=_IN_HAND)


def _to_send(text: Text, at: datetime) -> ToSend | None:
    line, citizen = text.thread.line, text.thread.citizen
    try:
        recipient = privacy.unseal(citizen.number_sealed or b"")
    except privacy.PrivacyError as fault:
        Text.objects.filter(pk=text.pk).update(state=TextState.FAILED, settled_at=at, fault=str(fault)[:120])
        return None
    return ToSend(
        text_id=text.pk,
        id=own_id(text),
        sender=line.number if line else "",
        recipient=recipient,
        body=text.body,
        template=text.template,
        variables=dict(text.variables),
        attempt=text.attempts,
        at=text.at,
    )
