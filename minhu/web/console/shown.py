"""Rows of the queries in the words of the page: facts in one line, an icon, what a double tap is known by."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from minhu.cases.queries import CallPage, CallRow, PromiseRow, Queue, TextRow, VoiceRow
from minhu.rules.words import (
    COUNTS_AS_ANSWERED,
    CallState,
    Direction,
    Outcome,
    PartyKind,
    PromiseKind,
)
from minhu.web import words
from minhu.web.templatetags.minhu import clock, day, duration, moment, pretty, talk_time

IN_PERSON = frozenset(kind.value for kind in COUNTS_AS_ANSWERED)
NEAR = timedelta(hours=2)
PROMISE_ICONS = {
    PromiseKind.CALL_BACK: "phone",
    PromiseKind.REPLY: "message-square-text",
    PromiseKind.CLARIFY: "circle-question-mark",
    PromiseKind.FORWARD: "send",
    PromiseKind.RECTIFY: "list-checks",
}


@dataclass(frozen=True, slots=True)
class Due:
    """Something owed. key: made with the page, so that a second tap is not a second call.

    cleared_by: the evidence that alone will clear it. question: what an unclear matter's citizen was asked.
    """

    row: PromiseRow
    facts: tuple[str, ...]
    key: str
    may_call: bool
    words: str
    icon: str
    cleared_by: str = ""
    question: str = ""

    @property
    def window(self) -> str:
        """The form in which a time for the call is agreed."""
        return f"window-{self.row.id}"


@dataclass(frozen=True, slots=True)
class Stray:
    """A text to a number that is not published. doing: the form in which staff decide about it."""

    row: TextRow
    doing: str


@dataclass(frozen=True, slots=True)
class LoggedCall:
    """One line of a call log."""

    row: CallRow
    icon: str
    css: str
    says: str


@dataclass(frozen=True, slots=True)
class Button:
    value: str
    label: str


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the staff queue. rows: what the template of this section shows."""

    name: str
    label: str
    heading: str
    hint: str
    template: str
    rows: tuple[object, ...]
    overdue: int = 0

    @property
    def css(self) -> str:
        return "due" if self.rows and self.name == "clarifications" else ""


def outcomes() -> tuple[Button, ...]:
    """The two-tap wrap-up's buttons, the common ones first."""
    return tuple(Button(one.value, words.outcome(one).label) for one in words.OUTCOMES if isinstance(one, Outcome))


def due(row: PromiseRow, *, with_owner: bool) -> Due:
    """A promise for a list. with_owner: whose it is, where a list holds several people's."""
    facts = []
    if with_owner and row.owner:
        facts.append(_("%(kind)s：%(owner)s") % {"kind": words.label(row.kind), "owner": row.owner})
    elif row.kind is not PromiseKind.CALL_BACK:
        facts.append(words.label(row.kind))
    facts.append(_("%(time)s 答应") % {"time": moment(row.made_at)})
    if row.contacts > 1:
        facts.append(_("联系过 %(n)d 次") % {"n": row.contacts})
    if row.attempts:
        facts.append(_("回拨 %(n)d 次未通") % {"n": row.attempts})
    if row.window_from and row.window_until:
        facts.append(
            _("约好 %(from)s–%(until)s 接电话") % {"from": moment(row.window_from), "until": clock(row.window_until)}
        )
    if row.was_due_at:
        facts.append(_("已延期，原定 %(time)s") % {"time": moment(row.was_due_at)})
    may_call = row.may_call and row.line_id is not None and row.kept_at is None
    key, what = uuid.uuid4().hex, promise_words(row)
    return Due(row, tuple(facts), key, may_call, what, PROMISE_ICONS[row.kind], cleared_by(row.kind))


def cleared_by(kind: PromiseKind) -> str:
    """The only thing that clears a promise of this kind."""
    match kind:
        case PromiseKind.CALL_BACK:
            return _("接通的电话")
        case PromiseKind.REPLY:
            return _("送达的答复")
        case PromiseKind.CLARIFY:
            return _("接通的电话或补充短信")
        case PromiseKind.FORWARD:
            return _("转办记录")
        case PromiseKind.RECTIFY:
            return _("回访核验后送达的告知")


def promise_words(row: PromiseRow) -> str:
    """What was promised, in a sentence; and who sees to it, where that is somebody else by now."""
    said = _promised(row.kind, row.maker or row.owner)
    if row.maker in {"", row.owner}:
        return said
    return _("%(promised)s，%(owner)s来办") % {"promised": said, "owner": row.owner}


def _promised(kind: PromiseKind, maker: str) -> str:
    who = {"maker": maker}
    match kind:
        case PromiseKind.CALL_BACK:
            return _("%(maker)s答应回电") % who
        case PromiseKind.REPLY:
            return _("%(maker)s答应答复") % who
        case PromiseKind.CLARIFY:
            return _("%(maker)s要打电话核实") % who
        case PromiseKind.FORWARD:
            return _("%(maker)s答应转办") % who
        case PromiseKind.RECTIFY:
            return _("%(maker)s答应整改") % who


def logged(row: CallRow, *, with_official: bool = False) -> LoggedCall:
    """A call for a log: who answered and how long, or what the caller holds instead."""
    outbound = row.direction == Direction.OUTBOUND.value
    answered = row.answered_by_kind in IN_PERSON or (outbound and row.answered_at is not None)
    icon = "phone-outgoing" if outbound else "phone-incoming" if answered else "phone-missed"
    alive = row.state in {CallState.RECEIVED.value, CallState.RINGING.value}
    css = "" if answered or alive or outbound else "missed"
    says = _says(row, answered=answered, alive=alive, outbound=outbound)
    if with_official and row.official:
        says = f"{row.official} · {says}"
    return LoggedCall(row, icon, css, says)


def _says(row: CallRow, *, answered: bool, alive: bool, outbound: bool) -> str:
    if row.ended_at is None:
        return _("正在振铃") if alive else _("正在通话")
    said = []
    if outbound:
        said.append(_("回电 %(time)s") % {"time": talk_time(row.talk_seconds)} if answered else _("回电未通"))
    elif answered:
        who = words.label(row.answered_by_kind) if row.answered_by_kind == PartyKind.OFFICIAL else row.answered_by
        said.append(_("%(who)s接听 %(time)s") % {"who": who or _("工作人员"), "time": talk_time(row.talk_seconds)})
    else:
        said.append(_("未接"))
        if row.promise_due_at:
            said.append(_("答应 %(time)s 前回电") % {"time": moment(row.promise_due_at)})
        if row.recording_id:
            said.append(_("有留言"))
    if row.outcome:
        said.append(words.outcome(row.outcome).label)
    return " · ".join(said)


def sections(queue: Queue, questions: Mapping[str, str], alike: tuple[object, ...]) -> tuple[Section, ...]:
    """The staff queue in the order of work; empty parts are left out except the first two.

    questions: what was asked by text about unclear matters, by code. alike: cases that may be one matter.
    """

    def owed(rows: Iterable[PromiseRow]) -> tuple[Due, ...]:
        return tuple(due(row, with_owner=True) for row in rows)

    def late(rows: Iterable[PromiseRow]) -> int:
        return sum(row.overdue for row in rows)

    promise, text, call = "console/queue_promise.html", "console/queue_text.html", "console/queue_call.html"
    strays = tuple(Stray(one, f"text-{one.id}") for one in queue.unknown_texts)
    late_calls = tuple(logged(row, with_official=True) for row in queue.to_wrap_up)
    said: tuple[tuple[str, str, str, str, str, tuple[object, ...]], ...] = (
        ("callbacks", _("待回电"), _("先回这些电话"), _("接通了才算回过"), promise, owed(queue.callbacks)),
        (
            "clarifications",
            _("待核实"),
            _("打电话问清楚"),
            _("事由、地点不清楚的"),
            promise,
            tuple(replace(one, question=questions.get(one.row.code, "")) for one in owed(queue.clarifications)),
        ),
        ("unassigned", _("待分派"), _("交给谁办"), _("没有写明给哪位领导"), promise, owed(queue.unassigned)),
        ("alike", _("可能重复"), _("这些是不是同一件事"), _("合并以后一起答复"), "console/queue_alike.html", alike),
        ("voice", _("语音留言"), _("听留言，写清事由"), "", "console/queue_voice.html", queue.voice_messages),
        (
            "unknown",
            _("来路不明的短信"),
            _("这些短信发给谁的"),
            _("收信号码没有公布"),
            "console/queue_unknown.html",
            strays,
        ),
        ("doubt", _("送达不明"), _("不知道送到没有"), _("系统不会重发，请打电话确认"), text, queue.in_doubt),
        ("wrap", _("待登记"), _("问问这些来电结果怎样"), _("接听后四个工作小时没有登记"), call, late_calls),
    )
    overdue = {"callbacks": late(queue.callbacks), "clarifications": late(queue.clarifications)}
    parts = [Section(*one, overdue.get(one[0], 0)) for one in said]
    return tuple(part for part in parts if part.rows or part.name in {"callbacks", "clarifications", "voice"})


def part_names() -> tuple[tuple[str, str], ...]:
    """The parts of the queue, to choose one."""
    return (
        ("callbacks", _("待回电")),
        ("clarifications", _("待核实")),
        ("unassigned", _("待分派")),
        ("alike", _("可能重复")),
        ("voice", _("语音留言")),
        ("unknown", _("来路不明的短信")),
        ("doubt", _("送达不明")),
        ("wrap", _("待登记")),
    )


@dataclass(frozen=True, slots=True)
class ShownStep:
    at: datetime
    label: str
    icon: str
    css: str
    says: str


@dataclass(frozen=True, slots=True)
class Fact:
    label: str
    value: str


def steps(page: CallPage) -> tuple[ShownStep, ...]:
    """The journal of a call, readable."""
    found = []
    for one in page.steps:
        how = words.step(one.kind)
        found.append(ShownStep(one.at, how.label, how.icon, how.css, _step_says(one.party_kind, one.detail)))
    return tuple(found)


def _step_says(party_kind: str, detail: dict[str, object]) -> str:
    said = [words.label(party_kind)] if party_kind else []
    for name, value in detail.items():
        if told := _told(name, value):
            said.append(told)
    return " · ".join(said)


def _told(name: str, value: object) -> str:
    """One entry of a step's detail; what only machines need is left out."""
    match name, value:
        case (("seconds" | "talk_seconds" | "ring_seconds"), (int() | float())):
            return talk_time(float(value))
        case (("reason" | "why"), str()):
            return words.reason(value)
        case (("due" | "due_at"), str()):
            return _due(value)
        case (("digit" | "key"), str()):
            return _("按了 %(digit)s") % {"digit": value}
    return ""


def _due(value: str) -> str:
    try:
        return _("%(time)s 前") % {"time": moment(datetime.fromisoformat(value))}
    except ValueError:
        return ""


def facts(page: CallPage) -> tuple[Fact, ...]:
    """What somebody wants to know of a call first."""
    row = page.call
    found = [
        Fact(_("打给"), " ".join(filter(None, (row.official, pretty(row.line))))),
        Fact(_("时间"), f"{day(row.at)} {moment(row.at)}" if moment(row.at) == moment(row.at)[-5:] else moment(row.at)),
    ]
    if row.ring_seconds is not None:
        found.append(Fact(_("振铃"), duration(row.ring_seconds)))
    if row.answered_at:
        found.append(Fact(_("接听"), " ".join(filter(None, (words.label(row.answered_by_kind), row.answered_by)))))
    if row.talk_seconds:
        found.append(Fact(_("通话"), talk_time(row.talk_seconds)))
    if row.promise_due_at:
        found.append(Fact(pgettext("one", "承诺"), _("%(time)s 前回电") % {"time": moment(row.promise_due_at)}))
    if page.diversion:
        found.append(Fact(_("转来"), _("运营商转接")))
    if row.outcome:
        found.append(Fact(_("结果"), words.outcome(row.outcome).label))
    if page.note:
        found.append(Fact(_("说明"), page.note))
    return tuple(found)


__all__ = [
    "Due",
    "Fact",
    "LoggedCall",
    "Section",
    "VoiceRow",
    "due",
    "facts",
    "logged",
    "outcomes",
    "sections",
    "steps",
]
