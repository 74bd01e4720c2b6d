"""What a what-if shows: a sentence, six figures beside how things are, and a chart of what becomes of a first call."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from minhu.web.charts import Chart, column

if TYPE_CHECKING:
    from minhu.planner.engine.confidence import Estimate
    from minhu.planner.engine.whatif_told import Ran

SHARES = frozenset({"in_person", "soon", "kept"})
BETTER_WHEN_MORE = SHARES
"""Of waits, interruptions and minutes less is better."""
MEASURES = ("in_person", "soon", "wait", "interruptions", "minutes", "kept")


@dataclass(frozen=True, slots=True)
class Change:
    """Against how things are. css, icon: whether surely better or worse. between: the interval of what they differ."""

    says: str
    css: str
    icon: str
    between: str = ""


@dataclass(frozen=True, slots=True)
class Figure:
    """value: with its unit; between: its interval; before: as things are."""

    name: str
    label: str
    value: str
    between: str
    before: str
    before_between: str
    change: Change | None


@dataclass(frozen=True, slots=True)
class Told:
    """Everything the result shows. basis: from how much it was computed."""

    finding: str
    figures: tuple[Figure, ...]
    chart: Chart
    basis: str


def told(after: Ran, before: Ran, *, same: bool) -> Told:
    """same: nothing was changed, there is nothing to compare."""
    from minhu.planner.engine.whatif_told import difference

    names = labels()
    figures = []
    for name in MEASURES:
        now, was = after.told(name), before.told(name)
        change = None if same else _change(name, difference(after, before, name))
        figures.append(
            Figure(
                name, names[name], _says(name, now), _between(name, now), _says(name, was), _between(name, was), change
            )
        )
    finding = _finding(after, before, same=same)
    basis = _("模拟 %(weeks)d 周 %(times)d 次，每条号码每周约 %(calls)s 人来电；括号里是 95%% 区间。") % {
        "weeks": after.weeks, "times": len(after.sums), "calls": _number(after.told("calls")),
    }  # fmt: skip
    return Told(finding, tuple(figures), _chart(after, before, finding, same=same), basis)


def labels() -> dict[str, str]:
    """What the figures are called."""
    return {
        "in_person": _("打进来就有人接"), "soon": _("60 秒内接通"), "wait": _("平均多久说上话"),
        "interruptions": _("每周打断工作"), "minutes": _("每个工作日通话"), "kept": _("回电承诺按时兑现"),
    }  # fmt: skip


def _finding(after: Ran, before: Ran, *, same: bool) -> str:
    now, was = after.told("in_person"), before.told("in_person")
    if now is None or was is None:
        return _("这样安排几乎没有来电，没有可比的。")
    hundred = {"now": f"{now.value * 100:.0f}", "was": f"{was.value * 100:.0f}"}
    if same:
        return _("照现在的安排，每 100 个来电有 %(now)s 个当场有人接。") % hundred
    if hundred["now"] == hundred["was"]:
        return _("每 100 个来电仍有 %(now)s 个当场有人接。") % hundred
    return _("每 100 个来电，当场有人接的从 %(was)s 个变为 %(now)s 个。") % hundred


def _chart(after: Ran, before: Ran, finding: str, *, same: bool) -> Chart:
    outcomes = {
        "official": _("本人接"), "staff": _("工作人员接"), "duty": _("值班接"), "promised": _("约定回电"),
        "texted": _("改发短信"),
    }  # fmt: skip
    columns = [(_("照旧"), before)] if same else [(_("照旧"), before), (_("调整后"), after)]
    series = []
    for label, one in columns:
        found = [one.told(name) for name in outcomes]
        values = [round(share.value * 100, 1) if share else None for share in found]
        series.append(column(label, values, [_says("soon", share) + _between("soon", share) for share in found]))
    head = _("第一次打来")
    return Chart("whatif", finding, head, tuple(outcomes.values()), tuple(series), percent=True)


def _change(name: str, apart: Estimate | None) -> Change | None:
    if apart is None:
        return None
    if apart.low is None or apart.high is None or apart.low <= 0 <= apart.high:
        return Change(_("看不出差别"), "", "circle-dashed")
    if not abs(round(apart.value * 100 if name in SHARES else apart.value, 1)):
        return Change(_("几乎一样"), "", "circle-dashed")
    good = (apart.value > 0) == (name in BETTER_WHEN_MORE)
    near, far = sorted((abs(apart.low), abs(apart.high)))
    between = _("（%(low)s–%(high)s）") % {"low": _size(name, near), "high": _size(name, far)}
    says = f"{'+' if apart.value > 0 else '−'}{_size(name, abs(apart.value))}"
    return Change(says, "ok" if good else "due", "circle-check" if good else "triangle-alert", between)


def _size(name: str, size: float) -> str:
    return _("%s 个百分点") % f"{size * 100:.1f}" if name in SHARES else _amount(name, size)


def _says(name: str, one: Estimate | None) -> str:
    if one is None:
        return "–"
    return f"{one.value * 100:.0f}%" if name in SHARES else _amount(name, one.value)


def _between(name: str, one: Estimate | None) -> str:
    if one is None or one.low is None or one.high is None:
        return ""
    low, high = max(0.0, one.low), one.high
    if name in SHARES:
        return _("（%(low)s–%(high)s）") % {"low": f"{low * 100:.0f}", "high": f"{min(high, 1.0) * 100:.0f}"}
    if name == "wait":
        first, last = _amount(name, low), _amount(name, high)
        first = first.split(" ")[0] if first.split(" ")[1:] == last.split(" ")[1:] else first
        return _("（%(low)s–%(high)s）") % {"low": first, "high": last}
    return _("（%(low)s–%(high)s）") % {"low": f"{low:.1f}", "high": f"{high:.1f}"}


def _amount(name: str, size: float) -> str:
    match name:
        case "interruptions":
            return _("%s 次") % f"{size:.1f}"
        case "minutes":
            return _("%s 分钟") % f"{size:.1f}"
        case _:
            return duration(size)


def duration(seconds: float) -> str:
    """Seconds, minutes or hours, as people say it."""
    if seconds < 90:
        return _("%s 秒") % f"{seconds:.0f}"
    if seconds < 90 * 60:
        return _("%s 分钟") % f"{seconds / 60:.0f}"
    return _("%s 小时") % f"{seconds / 3600:.1f}"


def _number(one: Estimate | None) -> str:
    return f"{one.value:.0f}" if one else "–"
