from __future__ import annotations

import pytest

from minhu.insight.engine import words
from minhu.insight.engine.places import Kind, Name, districts, recognised


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("A市B3县的路灯坏了", {"district a市", "district b3县"}),
        ("请问Ａ3区望月路何时修好", {"district a3区", "road 望月路"}),
        ("投诉晴川雅苑捆绑车位", {"estate 晴川雅苑"}),
        ("我住在金桂小区，电梯坏了", {"estate 金桂小区"}),
        ("地铁6号线凌晨施工", {"station 地铁6号线"}),
        ("举报晨曦网络科技有限公司拖欠工资", {"organisation 晨曦网络科技有限公司"}),
        ("反映青山镇卫生问题", {"district 青山镇"}),
        ("道路坏了，超市关门，城市管理差", set()),
        ("", set()),
        ("😀，。！", set()),
    ],
)
def test_names_are_read_off_a_text(text: str, found: set[str]) -> None:
    assert {f"{name.kind} {name.text}" for name in recognised(words.clean(text))} == found


def test_a_name_is_told_once_in_order() -> None:
    named = recognised(words.clean("A3区望月路，A3区望月路，A1区"))

    assert [name.text for name in named] == ["a3区", "望月路", "a1区"]


def test_the_city_itself_is_no_spread() -> None:
    names = (Name(Kind.DISTRICT, "a市"), Name(Kind.DISTRICT, "a3区"), Name(Kind.ROAD, "望月路"))

    assert districts(names) == {"a3区"}
