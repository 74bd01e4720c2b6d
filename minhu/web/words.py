"""The page's word, picture and colour for each closed word of the domain. Chinese here; English in the catalogue."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as n

from minhu.rules.words import (
    CallState,
    CaseKind,
    CaseState,
    Channel,
    OfficeKind,
    Outcome,
    PartyKind,
    Presence,
    PresenceSource,
    PromiseKind,
    Role,
    StepKind,
    TextState,
    Urgency,
)


@dataclass(frozen=True, slots=True)
class Shown:
    """label: in the reader's language. css: ok, due, over, brand or ""."""

    label: str
    icon: str = "circle"
    css: str = ""


PRESENCE: dict[str, Shown] = {
    Presence.AVAILABLE: Shown(n("可接听"), "phone", "ok"),
    Presence.MEETING: Shown(n("会议中"), "presentation", "due"),
    Presence.TRAVELLING: Shown(n("外出"), "car", "due"),
    Presence.RESTING: Shown(n("休息"), "coffee"),
    Presence.ON_CALL: Shown(n("通话中"), "phone-call", "brand"),
}
STATES: dict[str, Shown] = {
    CallState.RECEIVED: Shown(n("来电"), "phone-incoming", "brand"),
    CallState.RINGING: Shown(n("振铃中"), "phone-incoming", "brand"),
    CallState.ANSWERED: Shown(n("已接"), "phone", "ok"),
    CallState.DIVERTED: Shown(n("未接，已留承诺"), "phone-missed", "due"),
    CallState.ABANDONED: Shown(n("对方先挂断"), "phone-missed", "due"),
    CallState.INTERRUPTED: Shown(n("线路中断"), "phone-off", "due"),
    CallState.WRAPPED_UP: Shown(n("已登记"), "circle-check", "ok"),
    TextState.QUEUED: Shown(n("待发送"), "clock"),
    TextState.SENDING: Shown(n("发送中"), "send"),
    TextState.SENT: Shown(n("已发出"), "send"),
    TextState.DELIVERED: Shown(n("已送达"), "circle-check", "ok"),
    TextState.FAILED: Shown(n("未送达"), "circle-x", "due"),
    TextState.UNKNOWN: Shown(n("送达不明"), "circle-question-mark", "due"),
    CaseState.NEW: Shown(n("已登记"), "inbox", "brand"),
    CaseState.CLARIFYING: Shown(n("核实中"), "circle-question-mark", "due"),
    CaseState.HELD: Shown(n("办理中"), "square-pen", "brand"),
    CaseState.REPLIED: Shown(n("已答复"), "message-square-text", "ok"),
    CaseState.REOPENED: Shown(n("重新办理"), "undo-2", "due"),
    CaseState.CLOSED: Shown(n("已办结"), "circle-check", "ok"),
    CaseState.WITHDRAWN: Shown(n("已撤回"), "circle-x"),
    Urgency.URGENT: Shown(n("紧急"), "triangle-alert", "due"),
}
LABELS: dict[str, str] = {
    CaseKind.ENQUIRY: n("咨询"),
    CaseKind.REQUEST: n("求助"),
    CaseKind.COMPLAINT: n("投诉"),
    CaseKind.REPORT: n("举报"),
    CaseKind.SUGGESTION: n("建议"),
    Urgency.NORMAL: n("一般"),
    Channel.CALL: n("电话"),
    Channel.TEXT: n("短信"),
    Channel.WEB: n("网页"),
    Channel.HOTLINE: n("12345 热线"),
    PromiseKind.CALL_BACK: n("回电"),
    PromiseKind.REPLY: n("答复"),
    PromiseKind.CLARIFY: n("核实"),
    PartyKind.OFFICIAL: n("本人"),
    PartyKind.DEPUTY: n("分管副职"),
    PartyKind.STAFF: n("工作人员"),
    PartyKind.DUTY: n("值班人员"),
    PartyKind.RECORDER: n("语音留言"),
    PartyKind.CITIZEN: n("来电人"),
    PresenceSource.MANUAL: n("本人设置"),
    PresenceSource.CALENDAR: n("日程"),
    PresenceSource.SWITCHBOARD: n("总机"),
    PresenceSource.DEFAULT: n("默认"),
    OfficeKind.CITY: n("市领导"),
    OfficeKind.DEPARTMENT: n("市直部门"),
    OfficeKind.COUNTY: n("县区"),
    OfficeKind.TOWNSHIP: n("乡镇街道"),
}
ROLES: dict[str, str] = {
    Role.OFFICIAL: n("领导干部"),
    Role.STAFF: n("工作人员"),
    Role.UNIT: n("承办单位"),
    Role.SUPERVISOR: n("督查人员"),
    Role.INSPECTOR: n("抽查人员"),
    Role.LEADERSHIP: n("市领导"),
    Role.OPERATOR: n("系统管理员"),
    Role.AUDITOR: n("审计人员"),
}
OUTCOMES: dict[str, Shown] = {
    Outcome.SOLVED: Shown(n("当场解决"), "circle-check"),
    Outcome.FOLLOW_UP: Shown(n("我来跟进"), "square-pen"),
    Outcome.ENQUIRY: Shown(n("咨询答复"), "info"),
    Outcome.TO_DEPUTY: Shown(n("交分管副职"), "users"),
    Outcome.TO_COUNTY: Shown(n("交县区"), "landmark"),
    Outcome.TO_HOTLINE: Shown(n("转 12345"), "phone-forwarded"),
    Outcome.NUISANCE: Shown(n("骚扰来电"), "ban"),
}
STEPS: dict[str, Shown] = {
    StepKind.RECEIVED: Shown(n("来电接入"), "phone-incoming", "brand"),
    StepKind.PLANNED: Shown(n("确定接听安排"), "list-checks"),
    StepKind.RINGING: Shown(n("振铃"), "bell"),
    StepKind.NOT_ANSWERED: Shown(n("无人接听"), "phone-missed", "due"),
    StepKind.ANSWERED: Shown(n("接听"), "phone", "ok"),
    StepKind.SAID: Shown(n("播放提示音"), "megaphone"),
    StepKind.KEY: Shown(n("按键"), "hash"),
    StepKind.RECORDED: Shown(n("录下留言"), "voicemail", "brand"),
    StepKind.PROMISED: Shown(n("作出承诺"), "clock", "due"),
    StepKind.BRIDGED: Shown(n("双方通话"), "phone-call", "ok"),
    StepKind.ENDED: Shown(n("通话结束"), "phone-off"),
    StepKind.INTERRUPTED: Shown(n("线路中断"), "phone-off", "due"),
}
REASONS: dict[str, str] = {
    "available": n("本人可接听"),
    "meeting": n("在开会，由工作人员接"),
    "on_call": n("正在通话，请来电人稍等"),
    "travelling": n("外出，由工作人员接"),
    "resting": n("休息，由工作人员接"),
    "quiet_hours": n("夜间，先留言；急事转值班"),
    "callback_due": n("已经答应回电，先告诉他时间"),
    "backstop": n("运营商转来，不再响本人"),
    "delegate": n("代接人接听"),
    "closed": n("不在接听时间"),
    "budget_used_up": n("今天的接听时间已满"),
    "muted": n("限制来电，只能留言"),
    "unknown_number": n("拨打的号码没有公布"),
}
_KNOWN: dict[str, Shown] = PRESENCE | STATES


def status(word: str) -> Shown:
    """How a state is shown, its label in the reader's language."""
    known = _KNOWN.get(word, Shown(word))
    return Shown(_(known.label) if known.label else "", known.icon, known.css)


def label(word: str) -> str:
    known = _KNOWN.get(word)
    plain = known.label if known else LABELS.get(word, word)
    return _(plain) if plain else ""


def step(kind: str) -> Shown:
    """How a line of a call's journal is shown."""
    known = STEPS.get(kind, Shown(kind))
    return Shown(_(known.label), known.icon, known.css)


def outcome(word: str) -> Shown:
    """How what came of a call is shown."""
    known = OUTCOMES.get(word, Shown(word))
    return Shown(_(known.label), known.icon, known.css)


def role(word: str) -> str:
    return _(ROLES.get(word, word))


def reason(word: str) -> str:
    """Why a call was handled as it was, in words; "" for what only machines need."""
    return _(REASONS[word]) if word in REASONS else ""
