"""A matter as steps and promises that anybody understands."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from minhu.cases.tracking import TrackedCase, TrackedPromise
from minhu.rules.casework import Act
from minhu.rules.words import CaseState, PromiseKind
from minhu.web.templatetags.minhu import clock, day, duration, moment

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
class Told:
    """Something that was done or decided on the way, in a sentence. says: a reason, as the citizen was told it."""

    at: datetime
    label: str
    icon: str
    css: str = ""
    says: str = ""


@dataclass(frozen=True, slots=True)
class Progress:
    """up: why the citizen may turn to the next higher leader, "" when he may not (yet)."""

    headline: str
    summary: str
    steps: tuple[Step, ...]
    promises: tuple[Owed, ...]
    told: tuple[Told, ...]
    with_whom: str
    may_rate: bool
    up: str


def of(matter: TrackedCase, at: datetime) -> Progress:
    """What stands on the matter's page."""
    return Progress(
        headline=_headline(matter),
        summary=_summary(matter),
        steps=_steps(matter),
        promises=tuple(_owed(one, at) for one in matter.promises if one.kept_at is None),
        told=_told(matter),
        with_whom=_with_whom(matter),
        may_rate=Act.CLOSE in matter.acts,
        up=_up(matter, at),
    )


def _headline(matter: TrackedCase) -> str:
    if matter.door is not None and matter.state in {CaseState.REPLIED, CaseState.CLOSED}:
        return _("这件事要走另外的渠道")
    if matter.state is CaseState.HELD and matter.reopened:
        return _("领导本人重新办理")
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
    if matter.state is CaseState.WITHDRAWN:
        return came + _("按您的意思撤回，不再办理。以后还有事，可以重新提交。")
    if matter.state is CaseState.CLOSED:
        return came + _("已经办完。还有问题，可以重新提交。")
    if matter.door is not None:
        return came + _("按规定不由这里办理，请看下面告诉您的渠道；没有帮上忙，可以评价为没有解决。")
    whom = _with_whom(matter)
    return came + (_("由%(whom)s办理。") % {"whom": whom} if whom else _("工作人员正在转给负责的领导。"))


def _with_whom(matter: TrackedCase) -> str:
    """The post, not the name: the page shows no name."""
    if not matter.office:
        return ""
    return matter.title if matter.title.startswith(matter.office) else matter.office + matter.title


def _told(matter: TrackedCase) -> tuple[Told, ...]:
    """Hand-overs, more time, vain calls and what he added himself, by time."""
    found = [Told(at, _("打给您没有接通"), "phone-missed", "due") for at in matter.attempts]
    found += [Told(at, _("您补充了内容"), "square-pen", "brand") for at in matter.additions]
    for one in matter.transfers:
        found.append(Told(one.handed_at, _("转给%(to)s办理") % {"to": one.to}, "send", "brand"))
        if one.ended_at:
            found.append(Told(one.ended_at, _("由领导收回，本人办理"), "undo-2", "due"))
    if matter.extension:
        label = _("需要更多时间，改为 %(time)s 前答复") % {"time": moment(matter.extension.due_at)}
        found.append(Told(matter.extension.at, label, "hourglass", "due", matter.extension.reason))
    return tuple(sorted(found, key=lambda one: one.at))


def _up(matter: TrackedCase, at: datetime) -> str:
    if not matter.may_go_up:
        return ""
    owed = sorted((one for one in matter.promises if one.kept_at is None), key=lambda one: one.due_at)
    late = next((one for one in owed if one.overdue), None)
    if late is not None:
        words = {"time": moment(late.due_at), "over": duration(at - late.due_at)}
        return _("说好 %(time)s 前给您回音，已经超了 %(over)s。") % words
    said = _("这件事已经重新办过 %(n)d 次。") % {"n": matter.reopened}
    return said + (_("现在说好 %(time)s 前答复您。") % {"time": moment(owed[0].due_at)} if owed else "")


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
        (pgettext("step", "办理"), "square-pen", replied, None, _with_whom(matter) if contacted else ""),
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
