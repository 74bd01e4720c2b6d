"""Whom to call about a matter, for whoever asks before he calls: by duties, and whether the hotline answers sooner.

Nothing is kept of what was asked. Nothing learnt from other people's matters speaks here, only what the directory says.
Imported when the first question comes, for it brings the engine.
"""

from __future__ import annotations

from dataclasses import dataclass

from minhu.insight.duties import Fit, fits, pool_of
from minhu.insight.engine.channel import Channel, boundary
from minhu.insight.engine.kinds import kind_of, urgency_of
from minhu.insight.engine.vectors import Message
from minhu.rules.words import CaseKind, OfferGround

CLEAR = 0.4
"""From this confidence somebody is named: of five rivals who fit alike, each has 0.2."""

_SHORTEST = 2
_SAYS_NOTHING = frozenset({"办理", "申请", "市长", "副市长", "局长", "副局长", "区长", "县长", "镇长", "主任", "群众"})

EVERYDAY: dict[str, str] = {
    "停水": "供水", "水管": "供水", "自来水": "供水", "停电": "供电 电力", "暖气": "供热", "没暖气": "供热",
    "堵车": "交通", "红绿灯": "交通信号", "马路": "道路", "路坏": "道路", "坑洼": "道路", "出租车": "交通运输",
    "上学": "义务教育 教育 招生", "学区": "义务教育 教育 招生", "入学": "义务教育 教育 招生", "老师": "教育",
    "幼儿园": "学前教育 教育", "看病": "医疗 卫生", "医院": "医疗 卫生", "打针": "卫生", "欠薪": "工资 劳动",
    "老板": "劳动", "找工作": "就业", "社保": "社会保险 社会保障", "养老金": "养老保险", "退休": "养老保险 社会保障",
    "低保": "社会救助 低保", "房产证": "不动产登记", "烂尾": "房地产 住房", "拆迁": "征收", "漏水": "住房 物业",
    "小广告": "市容", "摆摊": "市容 城市管理", "狗": "养犬", "噪音": "噪声", "吵": "噪声 扰民", "臭": "大气 环境",
    "污水": "水污染 环境", "假货": "市场监管 消费", "退款": "消费者权益 市场监管", "过期食品": "食品安全",
    "电梯": "特种设备", "户口": "户籍", "身份证": "户籍 治安", "庄稼": "农业", "种地": "农业 耕地",
}  # fmt: skip
"""What people say, and what duties call it. Added to the question, never put in its place."""


@dataclass(frozen=True, slots=True)
class Guidance:
    """fits: officials whose duties fit, the best first. hotline: why 12345 answers sooner; None where it does not."""

    fits: tuple[Fit, ...] = ()
    hotline: OfferGround | None = None


def guide(city_id: int, asked: str) -> Guidance:
    """Nobody is named where the words fit several alike, or no duty at all."""
    if len(asked) < _SHORTEST:
        return Guidance()
    said = " ".join([asked, *(duty for word, duty in EVERYDAY.items() if word in asked)])
    found = fits(pool_of(city_id), said)
    clear = [one for one in found if set(one.words) - _SAYS_NOTHING]
    if not clear or max(clear[0].confidence, clear[0].office_confidence) < CLEAR:
        clear = []
    return Guidance(tuple(clear), _hotline(asked))


def _hotline(asked: str) -> OfferGround | None:
    message = Message("", asked)
    kind, urgency = kind_of(message).kind, urgency_of(message).urgency
    if boundary(message, kind, urgency).channel is Channel.STAYS:
        return None
    return OfferGround.ENQUIRY if kind is CaseKind.ENQUIRY else OfferGround.ROUTINE
