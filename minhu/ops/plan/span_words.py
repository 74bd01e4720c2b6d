"""Windows of a week in few words."""

from __future__ import annotations

from minhu.planner.engine.day import MINUTES_A_DAY, Window

WEEKDAYS = "一二三四五六日"


def spans(windows: tuple[Window, ...] | None) -> str:
    """Of a week, days alike together: ``周一至周五 08:00–08:30、17:30–18:00``."""
    if windows is None:
        return "全天"
    days: dict[str, list[int]] = {}
    for day in range(7):
        own = [one for one in windows if one.start // MINUTES_A_DAY == day]
        if own:
            days.setdefault("、".join(f"{clock(one.start)}–{clock(one.end)}" for one in own), []).append(day)
    return "；".join(f"周{_days(found)} {text}" for text, found in days.items())


def clock(minute: int) -> str:
    """The time of day of a minute of the week."""
    of_day = minute % MINUTES_A_DAY or (MINUTES_A_DAY if minute else 0)
    return f"{of_day // 60:02}:{of_day % 60:02}"


def _days(days: list[int]) -> str:
    if len(days) > 2 and days[-1] - days[0] == len(days) - 1:
        return f"{WEEKDAYS[days[0]]}至周{WEEKDAYS[days[-1]]}"
    return "、".join(WEEKDAYS[day] for day in days)
