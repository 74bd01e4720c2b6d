"""The page's word, picture and colour for each closed word of the domain. Chinese here; English in the catalogue."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from minhu.rules.words import (
    CallState,
    CaseKind,
    CaseState,
    Channel,
    Door,
    OfficeKind,
    Outcome,
    PartyKind,
    Presence,
    PresenceSource,
    PromiseKind,
    Role,
    Stage,
    StepKind,
    TextState,
    TransferEnd,
    Urgency,
)


@dataclass(frozen=True, slots=True)
class Shown:
    """label: in the reader's language. css: ok, due, over, brand or ""."""

    label: str
    icon: str = "circle"
    css: str = ""


PRESENCE: dict[str, Shown] = {
    Presence.AVAILABLE: Shown(gettext_noop("可接听"), "phone", "ok"),
    Presence.MEETING: Shown(gettext_noop("会议中"), "presentation", "due"),
    Presence.TRAVELLING: Shown(gettext_noop("外出"), "car", "due"),
    Presence.RESTING: Shown(gettext_noop("休息"), "coffee"),
    Presence.ON_CALL: Shown(gettext_noop("通话中"), "phone-call", "brand"),
}
STATES: dict[str, Shown] = {
    CallState.RECEIVED: Shown(gettext_noop("来电"), "phone-incoming", "brand"),
    CallState.RINGING: Shown(gettext_noop("振铃中"), "phone-incoming", "brand"),
    CallState.ANSWERED: Shown(gettext_noop("已接"), "phone", "ok"),
    CallState.DIVERTED: Shown(gettext_noop("未接，已留承诺"), "phone-missed", "due"),
    CallState.ABANDONED: Shown(gettext_noop("对方先挂断"), "phone-missed", "due"),
    CallState.INTERRUPTED: Shown(gettext_noop("线路中断"), "phone-off", "due"),
    CallState.WRAPPED_UP: Shown(gettext_noop("已登记"), "circle-check", "ok"),
    TextState.QUEUED: Shown(gettext_noop("待发送"), "clock"),
    TextState.SENDING: Shown(gettext_noop("发送中"), "send"),
    TextState.SENT: Shown(gettext_noop("已发出"), "send"),
    TextState.DELIVERED: Shown(gettext_noop("已送达"), "circle-check", "ok"),
    TextState.FAILED: Shown(gettext_noop("未送达"), "circle-x", "due"),
    TextState.UNKNOWN: Shown(gettext_noop("送达不明"), "circle-question-mark", "due"),
    CaseState.NEW: Shown(gettext_noop("已登记"), "inbox", "brand"),
    CaseState.CLARIFYING: Shown(gettext_noop("核实中"), "circle-question-mark", "due"),
    CaseState.HELD: Shown(gettext_noop("办理中"), "square-pen", "brand"),
    CaseState.REPLIED: Shown(gettext_noop("已答复"), "message-square-text", "ok"),
    CaseState.REOPENED: Shown(gettext_noop("重新办理"), "undo-2", "due"),
    CaseState.CLOSED: Shown(gettext_noop("已办结"), "circle-check", "ok"),
    CaseState.WITHDRAWN: Shown(gettext_noop("已撤回"), "circle-x"),
    Urgency.URGENT: Shown(gettext_noop("紧急"), "triangle-alert", "due"),
}
LABELS: dict[str, str] = {
    CaseKind.ENQUIRY: gettext_noop("咨询"),
    CaseKind.REQUEST: gettext_noop("求助"),
    CaseKind.COMPLAINT: gettext_noop("投诉"),
    CaseKind.REPORT: gettext_noop("举报"),
    CaseKind.SUGGESTION: gettext_noop("建议"),
    Urgency.NORMAL: gettext_noop("一般"),
    Channel.CALL: gettext_noop("电话"),
    Channel.TEXT: gettext_noop("短信"),
    Channel.WEB: gettext_noop("网页"),
    Channel.HOTLINE: gettext_noop("12345 热线"),
    PromiseKind.CALL_BACK: gettext_noop("回电"),
    PromiseKind.REPLY: gettext_noop("答复"),
    PromiseKind.CLARIFY: gettext_noop("核实"),
    PromiseKind.FORWARD: gettext_noop("转办"),
    PromiseKind.RECTIFY: gettext_noop("整改"),
    PartyKind.OFFICIAL: gettext_noop("本人"),
    PartyKind.DEPUTY: gettext_noop("分管副职"),
    PartyKind.STAFF: gettext_noop("工作人员"),
    PartyKind.DUTY: gettext_noop("值班人员"),
    PartyKind.RECORDER: gettext_noop("语音留言"),
    PartyKind.CITIZEN: gettext_noop("来电人"),
    PresenceSource.MANUAL: gettext_noop("本人设置"),
    PresenceSource.CALENDAR: gettext_noop("日程"),
    PresenceSource.SWITCHBOARD: gettext_noop("总机"),
    PresenceSource.DEFAULT: gettext_noop("默认"),
    TransferEnd.NOT_OURS: gettext_noop("不是他们的，退回"),
    TransferEnd.PASSED_ON: gettext_noop("又转给别人"),
    TransferEnd.CONFLICT: gettext_noop("需要回避，收回"),
    TransferEnd.CAME_BACK: gettext_noop("群众选择回本线路办理"),
    Door.COURT: gettext_noop("诉讼、仲裁、执行"),
    Door.RECONSIDERATION: gettext_noop("行政复议"),
    Door.DISCIPLINE: gettext_noop("纪检监察"),
    Door.PETITION: gettext_noop("信访程序"),
    OfficeKind.CITY: gettext_noop("市领导"),
    OfficeKind.DEPARTMENT: gettext_noop("市直部门"),
    OfficeKind.COUNTY: gettext_noop("县区"),
    OfficeKind.TOWNSHIP: gettext_noop("乡镇街道"),
}
ROLES: dict[str, str] = {
    Role.OFFICIAL: gettext_noop("领导干部"),
    Role.STAFF: gettext_noop("工作人员"),
    Role.UNIT: gettext_noop("承办单位"),
    Role.SUPERVISOR: gettext_noop("督查人员"),
    Role.INSPECTOR: gettext_noop("抽查人员"),
    Role.LEADERSHIP: gettext_noop("市领导"),
    Role.OPERATOR: gettext_noop("系统管理员"),
    Role.AUDITOR: gettext_noop("审计人员"),
}
OUTCOMES: dict[str, Shown] = {
    Outcome.SOLVED: Shown(gettext_noop("当场解决"), "circle-check"),
    Outcome.FOLLOW_UP: Shown(gettext_noop("我来跟进"), "square-pen"),
    Outcome.ENQUIRY: Shown(gettext_noop("咨询答复"), "info"),
    Outcome.TO_DEPUTY: Shown(gettext_noop("交分管副职"), "users"),
    Outcome.TO_COUNTY: Shown(gettext_noop("交县区"), "landmark"),
    Outcome.TO_HOTLINE: Shown(gettext_noop("转 12345"), "phone-forwarded"),
    Outcome.NUISANCE: Shown(gettext_noop("骚扰来电"), "ban"),
}
STAGES: dict[str, Shown] = {
    Stage.QUIET: Shown(gettext_noop("平静"), "circle"),
    Stage.EMERGING: Shown(gettext_noop("刚冒头"), "info", "brand"),
    Stage.HOT: Shown(gettext_noop("正在升温"), "megaphone", "due"),
    Stage.COOLING: Shown(gettext_noop("正在降温"), "hourglass"),
}
STEPS: dict[str, Shown] = {
    StepKind.RECEIVED: Shown(gettext_noop("来电接入"), "phone-incoming", "brand"),
    StepKind.PLANNED: Shown(gettext_noop("确定接听安排"), "list-checks"),
    StepKind.RINGING: Shown(gettext_noop("振铃"), "bell"),
    StepKind.NOT_ANSWERED: Shown(gettext_noop("无人接听"), "phone-missed", "due"),
    StepKind.ANSWERED: Shown(gettext_noop("接听"), "phone", "ok"),
    StepKind.SAID: Shown(gettext_noop("播放提示音"), "megaphone"),
    StepKind.KEY: Shown(gettext_noop("按键"), "hash"),
    StepKind.RECORDED: Shown(gettext_noop("录下留言"), "voicemail", "brand"),
    StepKind.PROMISED: Shown(gettext_noop("作出承诺"), "clock", "due"),
    StepKind.BRIDGED: Shown(gettext_noop("双方通话"), "phone-call", "ok"),
    StepKind.ENDED: Shown(gettext_noop("通话结束"), "phone-off"),
    StepKind.INTERRUPTED: Shown(gettext_noop("线路中断"), "phone-off", "due"),
}
REASONS: dict[str, str] = {
    "available": gettext_noop("本人可接听"),
    "meeting": gettext_noop("在开会，由工作人员接"),
    "on_call": gettext_noop("正在通话，请来电人稍等"),
    "travelling": gettext_noop("外出，由工作人员接"),
    "resting": gettext_noop("休息，由工作人员接"),
    "quiet_hours": gettext_noop("夜间，先留言；急事转值班"),
    "callback_due": gettext_noop("已经答应回电，先告诉他时间"),
    "backstop": gettext_noop("运营商转来，不再响本人"),
    "delegate": gettext_noop("代接人接听"),
    "closed": gettext_noop("不在接听时间"),
    "budget_used_up": gettext_noop("今天的接听时间已满"),
    "muted": gettext_noop("限制来电，只能留言"),
    "unknown_number": gettext_noop("拨打的号码没有公布"),
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


def stage(word: str) -> Shown:
    """How the stage of a hot issue is shown."""
    known = STAGES[word]
    return Shown(_(known.label), known.icon, known.css)


def role(word: str) -> str:
    return _(ROLES.get(word, word))


def reason(word: str) -> str:
    """Why a call was handled as it was, in words; "" for what only machines need."""
    return _(REASONS[word]) if word in REASONS else ""
