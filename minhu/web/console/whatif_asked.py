"""What the sliders say: from the address to a setting and back, with every value in words."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from django.utils.translation import gettext as _

from minhu.planner.engine.errors import InputUnclear
from minhu.planner.engine.whatif import RANGES, Setting, Windows
from minhu.rules.errors import Refusal

ALL = "all"


class NotASetting(Refusal):
    """What stands in the address is none of the sliders' values. field: which; cure: in words."""

    code = "whatif_not_a_setting"
    words = "链接里的设置不能用。"

    def __init__(self, field: str, cure: str) -> None:
        super().__init__(f"{field}：{cure}")


@dataclass(frozen=True, slots=True)
class Knob:
    """One slider. options: what each of its values is called, as JSON for the script."""

    name: str
    label: str
    value: float
    words: str
    options: str

    @property
    def least(self) -> str:
        return f"{RANGES[self.name].least:g}"

    @property
    def most(self) -> str:
        return f"{RANGES[self.name].most:g}"

    @property
    def step(self) -> str:
        return f"{RANGES[self.name].step:g}"

    @property
    def typed(self) -> str:
        """The value as it stands in the field."""
        return f"{self.value:g}"


def setting_of(query: Mapping[str, str]) -> Setting:
    """Raises: NotASetting, with words that name the slider."""
    values: dict[str, float] = {}
    for name in RANGES:
        typed = query.get(name, "")
        if typed:
            try:
                values[name] = float(typed)
            except ValueError:
                raise NotASetting(labels()[name], _("应是数字，现为“%s”。") % typed[:20]) from None
    try:
        windows = Windows(query.get("windows") or Windows.NOW.value)
    except ValueError:
        raise NotASetting(_("接听时段"), _("应是“照旧”“全天”或“早晚两段”之一。")) from None
    try:
        return Setting(windows=windows, **values)
    except InputUnclear as unclear:
        raise NotASetting(labels().get(unclear.field, _("接听时段")), unclear.cure.told(_)) from None


def query_of(setting: Setting, line: str) -> str:
    """The address of a setting; only what differs from how things are."""
    usual = Setting()
    told = {"line": line} if line else {}
    if setting.windows is not usual.windows:
        told["windows"] = setting.windows.value
    told |= {name: f"{getattr(setting, name):g}" for name in RANGES if getattr(setting, name) != getattr(usual, name)}
    return urlencode(told)


def labels() -> dict[str, str]:
    """What the sliders are called."""
    return {
        "morning": _("上午从几点"), "morning_minutes": _("上午多久"), "evening": _("下午从几点"),
        "evening_minutes": _("下午多久"), "ring": _("本人响铃"), "staff": _("值班人员"), "meetings": _("每天的会议"),
        "volume": _("来电量"), "publicity": _("本周宣传日"),
    }  # fmt: skip


def knobs(setting: Setting, *names: str) -> tuple[Knob, ...]:
    """These sliders, where they stand."""
    return tuple(_knob(name, getattr(setting, name)) for name in names)


def _knob(name: str, value: float) -> Knob:
    limits = RANGES[name]
    count = round((limits.most - limits.least) / limits.step) + 1
    options = [_words(name, limits.least + number * limits.step) for number in range(count)]
    return Knob(name, labels()[name], value, _words(name, value), json.dumps(options, ensure_ascii=False))


def _words(name: str, value: float) -> str:
    whole = int(value)
    if name in {"morning", "evening"}:
        return f"{whole // 60}:{whole % 60:02d}"
    if name == "volume":
        return _("%s 倍") % f"{value:g}" if value != 1 else _("照旧")
    if name == "publicity":
        return weekdays()[whole - 1] if whole else _("没有")
    without, pattern = {
        "morning_minutes": (_("不接"), _("%d 分钟")), "evening_minutes": (_("不接"), _("%d 分钟")),
        "ring": ("", _("%d 秒")), "staff": (_("照旧"), _("%+d 人")), "meetings": (_("照旧"), _("%+d 分钟")),
    }[name]  # fmt: skip
    return pattern % whole if whole else without


def weekdays() -> tuple[str, ...]:
    """From Monday on."""
    return (_("星期一"), _("星期二"), _("星期三"), _("星期四"), _("星期五"), _("星期六"), _("星期日"))
