"""What the people of the demo say on the phone: short Chinese sentences spoken by a machine."""

from __future__ import annotations

from pathlib import Path
from typing import Final

HERE: Final = Path(__file__).parent

CITIZENS: Final = {
    "water": "您好，我们小区停水两天了，请帮忙问一问。",
    "lamps": "文化路的路灯坏了，晚上太黑，请派人修一修。",
    "pension": "我想问社保怎么转回来，请给我回个电话。",
    "noise": "工地半夜还在施工，吵得老人睡不着。",
    "bus": "公交车改线以后，我们村的老人出门不方便。",
}
OFFICIALS: Final = {
    "official": "您好，我就是，您请讲。",
    "staff": "您好，请您慢慢说，我记下来。",
}


def citizens() -> tuple[str, ...]:
    """The files a citizen may say."""
    return tuple(str(HERE / f"{name}.wav") for name in CITIZENS)


def officials() -> tuple[str, ...]:
    """The files an official or the staff may say."""
    return tuple(str(HERE / f"{name}.wav") for name in OFFICIALS)
