"""The signs of kinds and dangers: words as they stand in a cleaned text, each with its weight, and how they are found.

Written by hand from what such words mean, not learnt, so that an auditor can read them and a city change them.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping

from minhu.insight.engine.triage import Reason
from minhu.insight.engine.vectors import READ, Message
from minhu.insight.engine.words import clean
from minhu.rules.words import CaseKind

Signs = Mapping[str, float]

_TITLE = 2.0
_BEFORE = 24


def _weighed(*rows: tuple[float, str]) -> Signs:
    return {word: weight for weight, words in rows for word in words.split()}


KINDS: Mapping[CaseKind, Signs] = {
    CaseKind.ENQUIRY: _weighed(
        (3, "咨询 需要什么材料"),
        (2, "请问 想问 想了解 怎么办理 如何办理 需要哪些"),
        (1, "什么时候 何时 是否可以 能否 政策是 吗? 多少钱"),
    ),
    CaseKind.COMPLAINT: _weighed(
        (3, "投诉 不作为 态度恶劣 态度差 乱收费 推诿"),
        (2, "扰民 置之不理 拖欠 敷衍"),
        (1.5, "违规 不合理 没人管 无人管 维权"),
        (1, "严重影响"),
    ),
    CaseKind.REPORT: _weighed(
        (4, "举报 检举"),
        (3, "偷排 传销 贪污 受贿 黑社会 偷税"),
        (2, "违法 违章建筑 无证 诈骗 赌博 造假 假冒"),
        (1.5, "非法"),
    ),
    CaseKind.SUGGESTION: _weighed(
        (3, "建议 献策"),
        (2, "提议 希望增设 希望增加 希望能增加"),
        (1, "优化"),
        (0.5, "不如"),
    ),
    CaseKind.REQUEST: _weighed(
        (3, "求助"),
        (2, "请求 恳请 恳求 请帮"),
        (1.5, "帮忙"),
        (1, "希望 盼 解决 维修 修复 停水 停电 尽快"),
    ),
}

DANGERS = _weighed(
    (4, "轻生 自杀 跳楼 持刀 决堤"),
    (
        3,
        "救命 煤气泄漏 燃气泄漏 天然气泄漏 起火 着火 爆炸 坍塌 塌方 触电 漏电 被困 溺水 中毒 昏迷 生命危险 断粮 群殴",
    ),
    (2, "漏气 火灾 倒塌 塌陷 人命 井盖丢失 没有井盖 掉进 洪水"),
    (1, "疫情 随时可能 危房 正在 紧急"),
    (0.5, "马上 孩子 老人"),
)

ROUTINE = _weighed((1, "路灯 垃圾 清运 井盖 停水 停电 公交 占道 绿化 下水道 坑洼 共享单车 噪音 补办 预约"))
"""What a city does every day, which a hotline hands out faster than a leader."""


def signs_in(message: Message, signs: Signs, unless: re.Pattern[str] | None = None) -> tuple[Reason, ...]:
    """The signs the text has, the weightiest first; once in the title counts double, often in the detail once."""
    found: dict[str, float] = defaultdict(float)
    for text, factor in ((clean(message.title), _TITLE), (clean(message.detail, READ), 1.0)):
        for sign, weight in signs.items():
            places = (match.start() for match in re.finditer(re.escape(sign), text))
            if any(not (unless and unless.search(text[max(place - _BEFORE, 0) : place])) for place in places):
                found[sign] = max(found[sign], weight * factor)
    return tuple(Reason(sign, weight) for sign, weight in sorted(found.items(), key=lambda one: (-one[1], one[0])))
