"""The ladder in words: its steps, events, excuses and outcomes, each with its picture and colour."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, pgettext

from minhu.rules.ladder import EventKind, Outcome, Reason, Standing, Step
from minhu.supervision.ladder_rows import EventRow, GroundRow, ProposalRow
from minhu.web.excuse_words import excuse
from minhu.web.words import Shown

STEPS = {
    Step.REMINDER: Shown("提醒", "bell", "brand"),
    Step.INTERVIEW: Shown("约谈", "users", "due"),
    Step.REFERRAL: Shown("移交", "landmark", "due"),
}
"""Words of one step; elsewhere the same words stand for many."""

MEANINGS = {
    Step.REMINDER: gettext_noop("把情况告诉本人，请本人改正；本人确认已阅读即办结。"),
    Step.INTERVIEW: gettext_noop("由督查人员当面谈，时间地点事先告知，谈后登记要点。"),
    Step.REFERRAL: gettext_noop("连同依据移交纪检监察机关，登记去向、文号和日期。"),
}
KINDS = {
    EventKind.FAILED_CHECK: gettext_noop("抽查不合格"),
    EventKind.COMPLAINT: gettext_noop("群众反映属实"),
    EventKind.PERFUNCTORY: gettext_noop("群众反映敷衍属实"),
    EventKind.MISSED_INTERVIEW: gettext_noop("约谈未到"),
}
STANDINGS = {
    Standing.STANDS: Shown(gettext_noop("计入"), "circle-dot", "due"),
    Standing.DISPUTED: Shown(gettext_noop("还不计入"), "hourglass", "brand"),
    Standing.EXCUSED: Shown(gettext_noop("免责，不计入"), "circle-check", "ok"),
}
OUTCOMES = {
    Outcome.OPEN: Shown(gettext_noop("等待决定"), "hourglass", "brand"),
    Outcome.TAKEN: Shown(gettext_noop("已采纳"), "check", "due"),
    Outcome.DISMISSED: Shown(gettext_noop("未采纳，不处理"), "circle-check", "ok"),
    Outcome.ON_APPEAL: Shown(gettext_noop("申诉中，暂不执行"), "hourglass", "brand"),
    Outcome.OVERTURNED: Shown(gettext_noop("申诉成立，已撤销"), "circle-check", "ok"),
}


@dataclass(frozen=True, slots=True)
class ShownEvent:
    row: EventRow
    kind: str
    standing: Shown
    claimed: str
    excuse: str


@dataclass(frozen=True, slots=True)
class ShownGround:
    """event: None for what is shown on a page of its own, at ``address``."""

    row: GroundRow
    kind: str
    event: ShownEvent | None
    address: str


@dataclass(frozen=True, slots=True)
class ShownStep:
    row: ProposalRow
    step: Shown
    means: str
    outcome: Shown
    why: str
    grounds: tuple[ShownGround, ...]


def event(row: EventRow) -> ShownEvent:
    """An event in the reader's language."""
    return ShownEvent(row, _(KINDS[row.kind]), spoken(STANDINGS[row.standing]), excuse(row.claimed), excuse(row.excuse))


def step(row: ProposalRow, window: timedelta) -> ShownStep:
    """A proposal in the reader's language."""
    return ShownStep(
        row=row,
        step=step_word(row.step),
        means=_(MEANINGS[row.step]),
        outcome=spoken(OUTCOMES[row.outcome]),
        why=_why(row, window),
        grounds=tuple(
            ShownGround(one, _(KINDS[one.kind]), event(one.event) if one.event else None, page_of(one.key))
            for one in row.grounds
        ),
    )


def page_of(key: str) -> str:
    """Where a ground is read that has a page of its own, as a complaint has; "" for what is shown in place."""
    kind, _sep, number = key.partition(":")
    return reverse("complaint", args=[number]) if kind == "complaint" else ""


def step_word(one: Step) -> Shown:
    """A step in the reader's language."""
    known = STEPS[one]
    return Shown(pgettext("ladder", known.label), known.icon, known.css)


def steps(rows: Iterable[ProposalRow], window: timedelta) -> tuple[ShownStep, ...]:
    """In the order given."""
    return tuple(step(row, window) for row in rows)


def spoken(shown: Shown) -> Shown:
    """With its label in the reader's language."""
    return Shown(_(shown.label), shown.icon, shown.css)


def _why(row: ProposalRow, window: timedelta) -> str:
    numbers = {"days": window.days, "n": len(row.grounds)}
    match row.why:
        case Reason.COUNT:
            return _("%(days)d 天内有 %(n)d 项计入") % numbers
        case Reason.ONE_AT_A_TIME:
            return _("%(days)d 天内有 %(n)d 项计入，一次只升一级") % numbers
        case Reason.PERFUNCTORY:
            return _("有一次敷衍群众属实，直接约谈")
        case Reason.NOT_ATTENDED:
            return _("约谈没有到场")
