"""What the official, or who may act for him, says to proposed windows; and the address of his calendar feed.

Refusal
├── NothingProposed    the proposal was answered already, or a newer one stands
└── WindowsUnusable    what was typed cannot come into force
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from django.db import transaction
from django.utils import timezone

from minhu.audit import privacy, trail
from minhu.cases.pending import Args
from minhu.directory.actions.lines import change_hours
from minhu.directory.actions.own_time import set_own_time
from minhu.directory.authority import require_himself_or_help
from minhu.directory.models import Line, Official
from minhu.directory.naming import hours_from_words
from minhu.intake.scope import NotYours
from minhu.planner.models import HoldFeed, WindowProposal
from minhu.rules.access import Viewer
from minhu.rules.errors import Refusal
from minhu.rules.hours import DAYS, Hours, HoursUnreadable
from minhu.rules.planning import LONGEST_HOURS, Answer, Spans, stricter, written
from minhu.rules.quiet import QUIET_FROM, QUIET_UNTIL

_TOKEN_BYTES = 32
_NAMES = "一二三四五六日"


@dataclass(frozen=True, slots=True)
class OwnTime:
    """What comes into force besides the windows. minutes: of his own a day, None for no limit; slot: he calls back in
    the slot that was proposed, or that he has.
    """

    minutes: int | None
    slot: bool


class NothingProposed(Refusal):
    """There is nothing to answer."""

    code = "nothing_proposed"
    words = "这份建议已经处理过，或者有了更新的建议，请刷新页面再看。"


class WindowsUnusable(Refusal):
    """The windows cannot come into force as they were typed."""

    code = "windows_unusable"
    words = "接听时段不能用，请检查后再试。"


def answer_later(args: Args, by: Viewer) -> object:
    """What was said on Today, once the ten seconds in which it can be taken back are over (cases.pending)."""
    say = accept if args["say"] == "accept" else decline
    return say(int(args["proposal"]), by=by)


@transaction.atomic
def accept(proposal_id: int, *, by: Viewer) -> WindowProposal:
    """The proposed windows become the line's opening hours; the limit of minutes a day and the callback slot that the
    plan reckoned with become the official's.

    Raises: NotYours, NotAllowed, NothingProposed.
    """
    proposal = _locked(proposal_id, by)
    return _take(proposal, proposal.hours, Answer.ACCEPTED, by, _own_time(proposal))


@transaction.atomic
def accept_changed(proposal_id: int, days: Sequence[str], own: OwnTime, *, by: Viewer) -> WindowProposal:
    """Others come into force instead. days: seven, Monday first, as ``8:00-8:40 17:30-18:00``; "" for none.

    Raises: NotYours, NotAllowed, NothingProposed, WindowsUnusable, LimitUnusable.
    """
    proposal = _locked(proposal_id, by)
    hours = hours_typed(days)
    as_proposed = hours == proposal.hours and own == _own_time(proposal)
    return _take(proposal, hours, Answer.ACCEPTED if as_proposed else Answer.CHANGED, by, own)


@transaction.atomic
def decline(proposal_id: int, *, by: Viewer, reason: str = "") -> WindowProposal:
    """Nothing changes; the same windows are not proposed again for a while. Raises: as ``accept``."""
    proposal = _locked(proposal_id, by)
    _answer(proposal, Answer.DECLINED, "", by)
    trail.record(by, "decline_windows", proposal, reason.strip()[:200], line=proposal.line_id)
    return proposal


@transaction.atomic
def change_own_time(official_id: int, own: OwnTime, *, by: Viewer) -> None:
    """Another limit, or no callback slot any more. Raises: NotYours, LimitUnusable."""
    official = _himself(official_id, by)
    slot = official.callback_hours if own.slot else ""
    set_own_time(official_id, by=by, minutes=own.minutes, callback_hours=slot)


@transaction.atomic
def new_feed(official_id: int, *, by: Viewer) -> str:
    """A fresh secret address; the one before is dead from now on. Returns its token. Raises: NotYours."""
    official = _himself(official_id, by)
    _revoke(official)
    token = secrets.token_urlsafe(_TOKEN_BYTES)
    feed = HoldFeed.objects.create(
        official=official, key=key_of(token), token_sealed=privacy.seal(token), made_at=timezone.now()
    )
    trail.record(by, "make_hold_feed", feed, official=official.pk)
    return token


@transaction.atomic
def revoke_feed(official_id: int, *, by: Viewer) -> None:
    """Nobody reads the calendar at its address any more. Raises: NotYours."""
    official = _himself(official_id, by)
    if _revoke(official):
        trail.record(by, "revoke_hold_feed", official)


def key_of(token: str) -> bytes:
    """What a feed is found by."""
    return hashlib.sha256(token.encode()).digest()


def _himself(official_id: int, by: Viewer) -> Official:
    """Only he: whoever has the address reads his days."""
    if by.official_id != official_id:
        raise NotYours
    return Official.objects.select_for_update().get(pk=official_id, city_id=by.city_id)


def _revoke(official: Official) -> int:
    return HoldFeed.objects.filter(official=official, revoked_at=None).update(revoked_at=timezone.now())


def _locked(proposal_id: int, by: Viewer) -> WindowProposal:
    found = WindowProposal.objects.filter(pk=proposal_id, city_id=by.city_id).values_list("line_id", flat=True).first()
    if found is None:
        raise NotYours
    # the line first, as everywhere: a job that proposes anew waits for us, and we for it
    line = Line.objects.select_for_update().get(pk=found)
    require_himself_or_help(by, line.official)
    proposal = WindowProposal.objects.select_for_update().get(pk=proposal_id)
    if proposal.answer:
        raise NothingProposed
    return proposal


def _own_time(proposal: WindowProposal) -> OwnTime:
    """What the plan says; a stricter limit of his own stays."""
    minutes = stricter(proposal.line.official.daily_call_minutes, proposal.budget_minutes)
    return OwnTime(minutes, bool(proposal.callbacks))


def _take(proposal: WindowProposal, hours: str, answer: Answer, by: Viewer, own: OwnTime) -> WindowProposal:
    change_hours(proposal.line_id, hours, by=by)
    slot = proposal.callbacks if own.slot else ""
    set_own_time(proposal.line.official_id, by=by, minutes=own.minutes, callback_hours=slot)
    _answer(proposal, answer, hours, by)
    trail.record(
        by, "take_windows", proposal, line=proposal.line_id, hours=hours, proposed=proposal.hours, minutes=own.minutes,
        callbacks=slot,
    )  # fmt: skip
    return proposal


def _answer(proposal: WindowProposal, answer: Answer, taken: str, by: Viewer) -> None:
    proposal.answer, proposal.taken, proposal.answered_at = answer.value, taken, timezone.now()
    proposal.answered_by_id = by.account_id
    proposal.save(update_fields=["answer", "taken", "answered_at", "answered_by"])


def hours_typed(days: Sequence[str]) -> str:
    """Seven days as typed, as opening hours. Raises: WindowsUnusable."""
    hours = written([_day(number, text) for number, text in enumerate(days)])
    if not hours:
        raise WindowsUnusable("一个时段也没有：请至少写一段，例如 8:00-8:40；不想改就选“不采用”。")
    if len(hours) > LONGEST_HOURS:
        raise WindowsUnusable("时段太多，记不下：请减少一些，或者让几天的时段一样。")
    return hours


def _day(number: int, text: str) -> Spans:
    plain = hours_from_words(text[:200])
    if not plain:
        return ()
    day = f"周{_NAMES[number]}"
    try:
        week = Hours.parse(f"{DAYS[number]} {plain}").spans
    except HoursUnreadable:
        raise WindowsUnusable(f"{day}的时段“{text[:40]}”看不懂，请写成 8:00-8:40 17:30-18:00。") from None
    spans = week[number] if week else ()
    if any(start < QUIET_UNTIL.hour * 60 or end > QUIET_FROM.hour * 60 for start, end in spans):
        raise WindowsUnusable(f"{day}的时段在夜间（23:00 到 6:00）：夜间来电不响您的手机，请改到白天。")
    if any(one[1] > other[0] for one, other in pairwise(spans)):
        raise WindowsUnusable(f"{day}的时段有重叠，请改成先后不重叠的几段。")
    return spans
