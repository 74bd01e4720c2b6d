"""A matter as steps and promises that anybody understands."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from minhu.cases.tracking import TrackedCase, TrackedPromise
from minhu.rules.words import CaseState, PromiseKind
from minhu.web.templatetags.minhu import clock, day, moment

SOON = timedelta(hours=2)
ICONS = {PromiseKind.CALL_BACK: "phone", PromiseKind.REPLY: "message-square-text", PromiseKind.CLARIFY: "phone"}
ICONS |= {PromiseKind.FORWARD: "send", PromiseKind.RECTIFY: "list-checks"}


@dataclass(frozen=True, slots=True)
class Step:
    """css: done, now or "" for what is to come. note: said when there is no time yet."""

    label: str
    icon: str
    css: str
    at: datetime | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Owed:
    """A promise that is still open. near: within two hours, or over."""

    words: str
    icon: str
    due_at: datetime
    near: bool
    css: str
    attempts: int


@dataclass(frozen=True, slots=True)
class Progress:
    headline: str
    summary: str
    steps: tuple[Step, ...]
    promises: tuple[Owed, ...]
    with_whom: str
    may_rate: bool


def of(matter: TrackedCase, at: datetime) -> Progress:
    """What stands on the matter's page."""
    return Progress(
        headline=_headline(matter),
        summary=_summary(matter),
        steps=_steps(matter),
        promises=tuple(_owed(one, at) for one in matter.promises if one.kept_at is None),
        with_whom=_with_whom(matter),
        may_rate=matter.state is CaseState.REPLIED,
    )


def _headline(matter: TrackedCase) -> str:
    return {
        CaseState.NEW: _("已经登记，会联系您"),
        CaseState.CLARIFYING: _("还要问您几句"),
        CaseState.HELD: _("正在办理"),
        CaseState.REPLIED: _("已经答复，等您评价"),
        CaseState.REOPENED: _("重新办理"),
        CaseState.CLOSED: _("已经办结"),
        CaseState.WITHDRAWN: _("已经撤回"),
    }[matter.state]


def _summary(matter: TrackedCase) -> str:
    came = _("%(time)s 收到。") % {"time": f"{day(matter.opened_at)} {clock(matter.opened_at)}"}
    if matter.state in {CaseState.CLOSED, CaseState.WITHDRAWN}:
        return came
    whom = _with_whom(matter)
    return came + (_("由%(whom)s办理。") % {"whom": whom} if whom else _("工作人员正在转给负责的领导。"))


def _with_whom(matter: TrackedCase) -> str:
    """The post, not the name: the page shows no name."""
    if not matter.office:
        return ""
    return matter.title if matter.title.startswith(matter.office) else matter.office + matter.title


def _owed(promise: TrackedPromise, at: datetime) -> Owed:
    words = {
        PromiseKind.CALL_BACK: _("答应给您回电"),
        PromiseKind.REPLY: _("答应给您答复"),
        PromiseKind.CLARIFY: _("工作人员会打电话问清楚"),
        PromiseKind.FORWARD: _("答应转交承办单位"),
        PromiseKind.RECTIFY: _("答应整改"),
    }[promise.kind]
    near = promise.due_at - at < SOON
    css = "over" if promise.overdue else ""
    return Owed(words, ICONS[promise.kind], promise.due_at, near, css, promise.attempts)


def _steps(matter: TrackedCase) -> tuple[Step, ...]:
    if matter.state is CaseState.WITHDRAWN:
        return (
            Step(_("已登记"), "inbox", "done", matter.opened_at),
            Step(_("已撤回"), "circle-x", "now", matter.closed_at),
        )
    replied = matter.state in {CaseState.REPLIED, CaseState.CLOSED}
    contacted = matter.first_contact_at is not None
    due = {one.kind: one.due_at for one in matter.promises if one.kept_at is None}
    contact_note = _before(due.get(PromiseKind.CALL_BACK) or due.get(PromiseKind.CLARIFY))
    found = (
        (_("已登记"), "inbox", True, matter.opened_at, ""),
        (_("联系您"), "phone", contacted or replied, matter.first_contact_at, contact_note),
        (_("办理"), "square-pen", replied, None, _with_whom(matter) if contacted else ""),
        (_("答复"), "message-square-text", replied, matter.replied_at, _before(due.get(PromiseKind.REPLY))),
        (_("您评价"), "star", matter.state is CaseState.CLOSED, matter.closed_at, ""),
    )
    now = next((number for number, step in enumerate(found) if not step[2]), len(found))
    return tuple(
        Step(
            label, icon, "done" if number < now else "now" if number == now else "", at if number < now else None, note
        )
        for number, (label, icon, _done, at, note) in enumerate(found)
    )


def _before(due_at: datetime | None) -> str:
    return _("%(time)s 前") % {"time": moment(due_at)} if due_at else ""
