"""Which emergency number a citizen's words ask for."""

from __future__ import annotations

import pytest

from minhu.rules.helplines import Helpline, urgent

FIRE, MEDICAL, POLICE, TRAFFIC = Helpline.FIRE, Helpline.MEDICAL, Helpline.POLICE, Helpline.TRAFFIC


@pytest.mark.parametrize(
    ("words", "lines"),
    [
        ("邻居家着火了", (FIRE,)),
        ("楼道里闻到燃气泄漏", (FIRE,)),
        ("孩子掉进河里溺水", (FIRE, MEDICAL)),
        ("老人晕倒在路边", (MEDICAL,)),
        ("路口出了车祸，有人受伤", (MEDICAL, TRAFFIC)),
        ("家里被偷了", (POLICE,)),
        ("There is a FIRE next door", (FIRE,)),
    ],
)
def test_what_cannot_wait_names_its_number(words: str, lines: tuple[Helpline, ...]) -> None:
    assert urgent(words) == lines


@pytest.mark.parametrize(
    "words",
    ["小区停水两天", "楼道堆杂物有火灾隐患", "社区的反诈骗宣传做得不好", "公交车不按时来", "", "fireworks"],
)
def test_what_can_wait_names_none(words: str) -> None:
    assert urgent(words) == ()
