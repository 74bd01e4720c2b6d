"""Kind and urgency of a text by rules that can be read aloud, and which channel fits it.

Each sign has a weight; the sign that was matched is the reason. Where a city has labelled kinds or urgencies, a reader
trained on them (``triage.train``) may be given: when it is sure its word stands, otherwise the signs decide.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from minhu.insight.engine.triage import Model, Reason
from minhu.insight.engine.vectors import READ, Message
from minhu.insight.engine.words import clean
from minhu.rules.words import CaseKind, Urgency

_TITLE = 2.0

_KINDS: Mapping[CaseKind, Mapping[str, float]] = {
    CaseKind.ENQUIRY: {
        "咨询": 3, "请问": 2, "想问": 2, "想了解": 2, "怎么办理": 2, "如何办理": 2, "什么时候": 1, "何时": 1, "需要什么材料": 3,
        "需要哪些": 2, "是否可以": 1, "能否": 1, "政策是": 1, "吗?": 1, "多少钱": 1,
    },
    CaseKind.COMPLAINT: {
        "投诉": 3, "不作为": 3, "态度恶劣": 3, "态度差": 3, "乱收费": 3, "推诿": 3, "扰民": 2, "违规": 1.5, "不合理": 1.5,
        "没人管": 1.5, "无人管": 1.5, "置之不理": 2, "拖欠": 2, "维权": 1.5, "敷衍": 2, "严重影响": 1,
    },
    CaseKind.REPORT: {
        "举报": 4, "检举": 4, "非法": 1.5, "违法": 2, "违章建筑": 2, "无证": 2, "偷排": 3, "传销": 3, "诈骗": 2, "贪污": 3, "受贿": 3,
        "黑社会": 3, "赌博": 2, "造假": 2, "假冒": 2, "偷税": 3,
    },
    CaseKind.SUGGESTION: {"建议": 3, "提议": 2, "希望增设": 2, "希望增加": 2, "希望能增加": 2, "不如": 0.5, "优化": 1, "献策": 3},
    CaseKind.REQUEST: {
        "请求": 2, "求助": 3, "恳请": 2, "恳求": 2, "希望": 1, "请帮": 2, "盼": 1, "帮忙": 1.5, "解决": 1, "维修": 1, "修复": 1, "停水": 1,
        "停电": 1, "尽快": 1,
    },
}  # fmt: skip

_DANGERS: Mapping[str, float] = {
    "救命": 3, "煤气泄漏": 3, "燃气泄漏": 3, "天然气泄漏": 3, "漏气": 2, "起火": 3, "着火": 3, "火灾": 2, "爆炸": 3, "坍塌": 3, "倒塌": 2,
    "塌方": 3, "塌陷": 2, "触电": 3, "漏电": 3, "被困": 3, "溺水": 3, "轻生": 4, "自杀": 4, "跳楼": 4, "中毒": 3, "昏迷": 3, "生命危险": 3,
    "人命": 2, "井盖丢失": 2, "没有井盖": 2, "掉进": 2, "疫情": 1, "随时可能": 1, "危房": 1, "正在": 1, "紧急": 1, "马上": 0.5, "孩子": 0.5,
    "老人": 0.5, "断粮": 3, "群殴": 3, "持刀": 4, "洪水": 2, "决堤": 4,
}  # fmt: skip
_URGENT_FROM = 3.0
_PAST = re.compile(
    r"(?:去年|前年|上个月|曾经|以前|已经?(?:扑灭|解决|修好|处理)|防止|避免|预防|杜绝|演练|宣传)[^。!?;,]{0,12}$"
)

_CONFIDENTIAL = ("保密", "匿名", "不要公开", "不公开", "打击报复", "怕报复", "不要透露", "勿泄露")
_FAILED = re.compile(
    r"(?:12345|热线|市长信箱|政务热线)[^。!?]{0,30}?(?:没(?:有)?(?:人|用|结果|解决|回复|答复|下文)|未(?:果|解决|回复)|不(?:管|理|回)|无(?:果|人)|推诿|敷衍|踢皮球|石沉大海)"
)


@dataclass(frozen=True, slots=True)
class KindReading:
    """What a matter is. confident: the share of the signs that agree; unsure (below a half) is asked for."""

    kind: CaseKind
    confidence: float
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class UrgencyReading:
    """Whether a matter can wait, and the words that say it cannot."""

    urgency: Urgency
    reasons: tuple[Reason, ...]


def kind_of(message: Message, learnt: Model | None = None) -> KindReading:
    """What the citizen wants. A text without any sign is a request, with no confidence."""
    if learnt is not None:
        reading = learnt.read([message])[0]
        if reading.label in CaseKind:
            reasons = learnt.reasons(message, reading.label)
            return KindReading(CaseKind(reading.label), reading.confidence, reasons)
    found = {kind: _signs(message, signs) for kind, signs in _KINDS.items()}
    weights = {kind: sum(sign.weight for sign in signs) for kind, signs in found.items()}
    total = sum(weights.values())
    if not total:
        return KindReading(CaseKind.REQUEST, 0.0, ())
    kind = max(weights, key=lambda one: (weights[one], one is CaseKind.REQUEST))
    return KindReading(kind, weights[kind] / total, found[kind])


def urgency_of(message: Message, learnt: Model | None = None) -> UrgencyReading:
    """Whether life, limb or property is in danger now. When in doubt it is not: staff and citizen can still say so."""
    signs = _signs(message, _DANGERS, _PAST)
    if sum(sign.weight for sign in signs) >= _URGENT_FROM:
        return UrgencyReading(Urgency.URGENT, signs)
    if learnt is not None:
        reading = learnt.read([message])[0]
        if reading.label == Urgency.URGENT:
            return UrgencyReading(Urgency.URGENT, learnt.reasons(message, reading.label))
    return UrgencyReading(Urgency.NORMAL, ())


def _signs(message: Message, signs: Mapping[str, float], unless: re.Pattern[str] | None = None) -> tuple[Reason, ...]:
    """The signs the text has, the weightiest first; once in the title counts double, often in the detail once."""
    found: dict[str, float] = defaultdict(float)
    for text, factor in ((clean(message.title), _TITLE), (clean(message.detail, READ), 1.0)):
        for sign, weight in signs.items():
            place = text.find(sign)
            if place >= 0 and not (unless and unless.search(text[:place])):
                found[sign] = max(found[sign], weight * factor)
    return tuple(Reason(sign, weight) for sign, weight in sorted(found.items(), key=lambda one: (-one[1], one[0])))


class Channel(StrEnum):
    """Where a matter is best handled. OFFER_HOTLINE is an offer with one tap or key: nobody is refused."""

    STAYS = "stays"
    OFFER_HOTLINE = "offer_hotline"


@dataclass(frozen=True, slots=True)
class Boundary:
    """Which channel fits, and the sentence that tells the citizen why."""

    channel: Channel
    why: str


def boundary(message: Message, kind: CaseKind, urgency: Urgency, *, confidential: bool = False) -> Boundary:
    """Whether the 12345 hotline is offered: for what is asked or routine, never for what is urgent, hard or confidential.

    confidential: the citizen or staff said so; what the text asks for counts as well.
    """
    text = clean(f"{message.title} {message.detail}", READ)
    if urgency is Urgency.URGENT:
        return Boundary(Channel.STAYS, "事情紧急，由本线路直接处理。")
    if confidential or any(sign in text for sign in _CONFIDENTIAL):
        return Boundary(Channel.STAYS, "您要求保密，由本线路专人处理。")
    if _FAILED.search(text):
        return Boundary(Channel.STAYS, "热线未能解决，由本线路接着处理。")
    if kind is CaseKind.ENQUIRY:
        return Boundary(Channel.OFFER_HOTLINE, "政策和办事咨询可由12345热线当场答复，更快；您也可以留在本线路。")
    if kind in (CaseKind.REQUEST, CaseKind.SUGGESTION) and any(sign in text for sign in _ROUTINE):
        return Boundary(Channel.OFFER_HOTLINE, "日常服务事项12345热线派单更快；您也可以留在本线路。")
    return Boundary(Channel.STAYS, "由本线路处理。")


_ROUTINE = (
    "路灯",
    "垃圾",
    "清运",
    "井盖",
    "停水",
    "停电",
    "公交",
    "占道",
    "绿化",
    "下水道",
    "坑洼",
    "共享单车",
    "噪音",
    "补办",
    "预约",
)
