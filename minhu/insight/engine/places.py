"""Places and organisations by name, found by how Chinese names end: 桐梓坡路, 米兰春天小区, A3区, 某某有限公司.

No list of a city's names is needed. Districts behind a code (A市, B3县) are found by their pattern; other names are
the words up to a telling ending, as far back as nothing speaks against it. It is a reading aid: it shows why two texts
may be one matter and where a matter is heard of, and decides nothing alone.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from minhu.insight.engine import words


class Kind(StrEnum):
    """What a name names."""

    DISTRICT = "district"
    ROAD = "road"
    ESTATE = "estate"
    STATION = "station"
    ORGANISATION = "organisation"


@dataclass(frozen=True, slots=True, order=True)
class Name:
    """A name as it stands in the cleaned text."""

    kind: Kind
    text: str


_ENDINGS: dict[Kind, tuple[str, ...]] = {
    Kind.ORGANISATION: (
        *(
            "有限公司",
            "公司",
            "集团",
            "银行",
            "学校",
            "中学",
            "小学",
            "大学",
            "学院",
            "医院",
            "幼儿园",
            "派出所",
            "法院",
        ),
        *("驾校", "委员会", "居委会", "业委会", "办事处", "管理局", "交警队", "研究院", "物业", "诊所", "工厂"),
    ),
    Kind.ESTATE: (
        *(
            "小区",
            "社区",
            "花园",
            "家园",
            "公寓",
            "大厦",
            "广场",
            "新村",
            "公馆",
            "华府",
            "嘉园",
            "名邸",
            "庄园",
            "山庄",
        ),
        *("公园", "市场", "新城", "国际", "工地", "苑", "府"),
    ),
    Kind.STATION: ("地铁站", "公交站", "火车站", "汽车站", "号线", "站"),
    Kind.ROAD: ("大道", "大街", "高速", "国道", "立交桥", "大桥", "隧道", "胡同", "路", "街", "巷", "弄"),
    Kind.DISTRICT: ("街道", "省", "市", "区", "县", "镇", "乡", "村", "州", "旗"),
}
_BY_LENGTH = sorted(
    ((ending, kind) for kind, endings in _ENDINGS.items() for ending in endings), key=lambda one: -len(one[0])
)
_KIND_OF = dict(_BY_LENGTH)
_ENDS = re.compile(f"({'|'.join(ending for ending, _kind in _BY_LENGTH)})$")


def _words(listed: str) -> frozenset[str]:
    return frozenset(listed.split())


_CODED = re.compile(r"[a-z]\d{0,3}(?:市|区|县|州|省)")
_NO_NAME = _words(
    """
    城市 地区 市区 郊区 园区 景区 城区 农村 学区 片区 辖区 校区 库区 灾区 超市 上市 门市 房市 股市 县市 本市 本区
    本县 全市 全区 全县 我市 我县 我村 乡镇 城镇 乡村 本村 全村 道路 公路 马路 铁路 修路 上路 线路 电路 思路 出路
    网路 过路 走路 让路 一路 半路 逛街 上街 沿街 临街 政府 网站 车站 台站 建站 国际 国府 学府 老乡 家乡 下乡 高速
    村村 小街 小巷 里弄 街巷
    """
)
"""Words that end as names do and are none."""
_STOPS = _words(
    """
    的 了 在 于 是 有 和 与 及 或 到 从 向 往 至 对 把 被 将 请 请问 咨询 询问 反映 投诉 举报 建议 关于 希望 要求
    强烈 恳请 恳求 求 问 为 为何 为什么 我 我们 你 你们 他 他们 本人 位于 坐落 座落 住 住在 因 由 由于 给 让 使 等
    这 那 这个 那个 该 本 某 一 一个 两个 个 家 附近 旁边 对面 旁 边 门口 里 内 外 上 下 前 后 不 没 没有 无 能 能否
    是否 何时 什么 怎么 多 很 都 也 还 再 又 就 才 以 之 其 所 者 去 来 说 要 想 做 再次 严重 尽快 加快 解决 质疑
    反对 增加 停止 呼吁 向领导 领导 修建 建设 经过 途经 属于 属 老 新 一直 至今 现在 目前 而 但 但是 如果 所有 整个
    每天 各
    """
)
_LONG_NAMED = frozenset({"有限公司", "公司", "集团", "银行"})
_MOST_BACK, _LONGEST = 3, 12


def recognised(cleaned: str) -> tuple[Name, ...]:
    """Every name in a cleaned text, once, in order of its first appearance."""
    found: dict[Name, None] = {}
    begin = 0
    for code in _CODED.finditer(cleaned):
        found.update(dict.fromkeys(_named(cleaned[begin : code.start()])))
        found[Name(Kind.DISTRICT, code.group())] = None
        begin = code.end()
    found.update(dict.fromkeys(_named(cleaned[begin:])))
    return tuple(found)


def districts(names: tuple[Name, ...]) -> frozenset[str]:
    """The districts below the city, by which spread is counted."""
    return frozenset(name.text for name in names if name.kind is Kind.DISTRICT and name.text[-1] not in "省市")


def _named(part: str) -> list[Name]:
    found: list[Name] = []
    before: list[str] = []
    for word in words.pieces(part):
        ending = _ENDS.search(word)
        if ending is None or word in _NO_NAME:
            before = [] if word in _STOPS or not word.isalnum() else [*before[1 - _MOST_BACK :], word]
            continue
        short = len(word) - len(ending.group()) < _least(ending.group())
        text = _reaching_back(word, before) if short or ending.group() in _LONG_NAMED else word
        if len(text) - len(ending.group()) >= _least(ending.group()):
            found.append(Name(_KIND_OF[ending.group()], text))
        before = []
    return found


def _least(ending: str) -> int:
    """A name needs two characters before its ending, so that 大道 or 新街 alone is none; a line needs its number."""
    return 1 if ending == "号线" else 2


def _reaching_back(word: str, before: list[str]) -> str:
    text = word
    for piece in reversed(before):
        if len(piece) + len(text) > _LONGEST:
            break
        text = piece + text
    return text
