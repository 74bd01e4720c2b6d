"""A small invented city that reports the same few matters again and again, each time in other words."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

from minhu.insight.engine.groups import Report

BEGIN = datetime(2026, 3, 2, 10, tzinfo=timezone(timedelta(hours=8)))

MATTERS = {
    "car park": (
        ("晴川雅苑捆绑销售车位", "开发商要求业主买房必须同时购买晴川雅苑地下车位，不买不给签合同。"),
        ("投诉晴川雅苑强制捆绑车位", "晴川雅苑售楼部说不买车位就不能选房，这是捆绑销售。"),
        ("晴川雅苑买房必须买车位合理吗", "我们在晴川雅苑认购了房子，被告知车位捆绑销售，价格二十万。"),
    ),
    "night work": (
        ("望月路地铁工地凌晨施工扰民", "望月路地铁口工地每天凌晨两点还在打桩，孩子睡不着。"),
        ("望月路地铁施工噪音太大", "望月路地铁工地半夜施工，噪音很大，请管一管。"),
        ("望月路凌晨打桩", "住在望月路地铁工地旁，凌晨打桩声音吵得全家没法睡。"),
    ),
    "bus": (
        ("希望312路公交车延长到北湖公园", "312路公交车终点站离北湖公园还有两公里，老人走不动，希望延长。"),
        ("建议312路公交延伸至北湖公园", "北湖公园附近没有公交车，建议312路公交延伸。"),
        ("312路公交车能否通到北湖公园", "周末去北湖公园只能打车，312路公交能不能多开两站？"),
    ),
}


def report(
    key: str, title: str, detail: str = "", *, sender: str = "", hours: float = 0, severity: float = 0
) -> Report:
    """A text some hours after the beginning, from a sender of its own unless one is given."""
    return Report(key, sender or f"sender-{key}", BEGIN + timedelta(hours=hours), title, detail, severity)


def city(*, apart_hours: float = 5) -> list[Report]:
    """Every text of every matter, in turn."""
    turns = [(name, turn) for turn in range(3) for name in MATTERS]
    return [
        report(f"{name} {turn}", *MATTERS[name][turn], hours=apart_hours * at) for at, (name, turn) in enumerate(turns)
    ]
