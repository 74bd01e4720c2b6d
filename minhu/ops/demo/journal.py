"""What the journal and the ledger hold of a call, in words. Reads only."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from minhu.audit import privacy
from minhu.intake.models import Call, CallStep
from minhu.rules.texts import say_time
from minhu.rules.words import COUNTS_AS_ANSWERED, CallState, Direction, PartyKind, StepKind, TextState

STATE_WORDS = {
    CallState.RECEIVED: "已收到",
    CallState.RINGING: "正在振铃",
    CallState.ANSWERED: "已接通",
    CallState.DIVERTED: "没有人接到",
    CallState.ABANDONED: "没等到人就挂了",
    CallState.INTERRUPTED: "中断",
    CallState.WRAPPED_UP: "已接通，已登记结果",
}
PARTY_WORDS = {
    PartyKind.OFFICIAL: "本人",
    PartyKind.DEPUTY: "代接人",
    PartyKind.STAFF: "工作人员",
    PartyKind.DUTY: "值班员",
    PartyKind.RECORDER: "录音",
    PartyKind.CITIZEN: "群众",
}
REASON_WORDS = {
    "available": "本人可接听：先振铃本人，再振铃工作人员，再录音",
    "meeting": "本人在开会：不振铃本人，转工作人员",
    "on_call": "本人正在通话：可以等候",
    "travelling": "本人出差：转工作人员",
    "resting": "本人休息：转工作人员",
    "closed": "不在接听时段：转工作人员",
    "quiet_hours": "夜间：录音，紧急可按 1",
    "backstop": "运营商转来：不再振铃本人，转工作人员",
    "callback_due": "已承诺回电：告知时间，本人有空就接通",
    "budget_used_up": "本人今日接听时长已满：转工作人员",
    "delegate": "有人代接：先振铃代接人",
    "muted": "已静音：只录音",
}
TEXT_WORDS = {
    TextState.QUEUED: "待发送",
    TextState.SENDING: "正在发送",
    TextState.SENT: "已发送",
    TextState.DELIVERED: "已送达",
    TextState.FAILED: "未送达",
    TextState.UNKNOWN: "结果未知",
}


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one inbound call came to. promise: "" when a person answered."""

    answered: bool
    words: str
    promise: str


def calls_from(number: str, line_id: int, since: datetime) -> QuerySet[Call]:
    """The inbound calls of one caller to one line since then, first one first. number: E.164, "" when withheld."""
    calls = Call.objects.filter(direction=Direction.INBOUND.value, line_id=line_id, received_at__gte=since)
    if number:
        calls = calls.filter(citizen__number_key=privacy.lookup_key(number))
    else:
        calls = calls.filter(citizen__number_key__isnull=True)
    return calls.order_by("received_at")


def outcome_of(call: Call) -> Outcome:
    """A finished call in a few words."""
    answered = call.answered_by_kind in {kind.value for kind in COUNTS_AS_ANSWERED}
    if answered:
        who = PARTY_WORDS[PartyKind(call.answered_by_kind)]
        if call.answered_by_name and call.answered_by_kind != PartyKind.OFFICIAL.value:
            who = call.answered_by_name
        return Outcome(
            True, f"{who}接听，振铃 {call.ring_seconds or 0:.0f} 秒，通话 {call.talk_seconds or 0:.0f} 秒", ""
        )
    words = STATE_WORDS[CallState(call.state)]
    spoken = sum(recording.seconds for recording in call.recordings.all())
    if spoken:
        words += f"，留言 {spoken:.0f} 秒"
    return Outcome(answered=False, words=words, promise=promise_of(call))


def promise_of(call: Call) -> str:
    """What the caller holds: 今天12:30前给您回电，编号 K7Q2MX9C."""
    if call.promise_due_at is None:
        return ""
    code = f"，编号 {call.code}" if call.code else ""
    return f"{say_time(call.promise_due_at, call.received_at)}前回电{code}"


def say_steps(steps: Iterable[CallStep], names: dict[tuple[str, int], str]) -> list[str]:
    """Each journaled step as a line for a person, the ones that say nothing new left out."""
    return [words for step in steps if (words := _say(step, _party(step, names)))]


def _party(step: CallStep, names: dict[tuple[str, int], str]) -> str:
    if not step.party_kind:
        return ""
    kind = PARTY_WORDS.get(PartyKind(step.party_kind), step.party_kind)
    name = names.get((step.party_kind, step.party_id or 0), "")
    return f"{name}（{kind}）" if name else kind


def _say(step: CallStep, party: str) -> str:
    make = _SAID.get(StepKind(step.kind))
    return make(party, step.detail) if make else ""


def _why_not(sip: object) -> str:
    match sip:
        case 486 | 600:
            return "占线 · busy"
        case 603:
            return "按掉了 · declined"
        case 487:
            return "停止振铃 · stopped ringing"
        case 408 | 480:
            return "没有接 · no answer"
        case _:
            return f"没有接通 · not reached ({sip})"


Detail = Mapping[str, Any]
_SAID: dict[StepKind, Callable[[str, Detail], str]] = {
    StepKind.RECEIVED: lambda _, detail: "总机收到来电，已落盘 · received, and on disk",
    StepKind.PLANNED: lambda _, detail: f"方案：{REASON_WORDS.get(detail['reason'], '')} · plan: {detail['reason']}",
    StepKind.RINGING: lambda party, _: f"{party} 的电话在响 · ringing",
    StepKind.NOT_ANSWERED: lambda party, detail: f"{party} {_why_not(detail.get('sip'))}",
    StepKind.ANSWERED: lambda party, _: f"{party} 拿起电话 · picked up",
    StepKind.SAID: lambda _, detail: f"播放语音 · prompts: {', '.join(detail.get('prompts', ()))}",
    StepKind.KEY: lambda _, detail: f"按键 {detail.get('digit', '')} · key pressed",
    StepKind.RECORDED: lambda _, detail: f"留言 {detail.get('seconds', 0)} 秒 · message recorded",
    StepKind.PROMISED: lambda _, detail: "承诺已落盘 · the promise is on disk",
    StepKind.BRIDGED: lambda _, detail: "双方通话 · talking",
    StepKind.INTERRUPTED: lambda _, detail: "通话中断 · interrupted",
}
