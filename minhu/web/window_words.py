"""Answer windows as people read them: 工作日 8:00–8:40、17:30–18:00. Chinese here; English in the catalogue."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from minhu.rules.planning import Spans

_DAYS = (
    gettext_noop("周一"), gettext_noop("周二"), gettext_noop("周三"), gettext_noop("周四"), gettext_noop("周五"),
    gettext_noop("周六"), gettext_noop("周日"),
)  # fmt: skip

_ALL_DAY = gettext_noop("全天")


def week_in_words(week: Sequence[Spans]) -> tuple[str, ...]:
    """A line for each run of days that are alike, Monday first; days without a window are not named."""
    lines, first = [], 0
    for spans, days in groupby(week):
        last = first + len(list(days)) - 1
        if spans:
            lines.append(f"{_run(first, last)} {day_in_words(spans)}")
        first = last + 1
    return tuple(lines)


def hours_told(chinese: str) -> str:
    """Opening hours as the directory says them, in the language of the page."""
    said = []
    for rule in chinese.split("；"):
        days, _space, clock = rule.partition(" ")
        named = [_(day) if day in _DAYS or day == _ALL_DAY else day for day in days.split("至")]
        run = _("%(first)s至%(last)s") % {"first": named[0], "last": named[-1]} if len(named) > 1 else named[0]
        said.append(f"{run} {clock}".strip())
    return _("；").join(said)


def day_in_words(spans: Spans) -> str:
    """The windows of one day."""
    return _("、").join(f"{_clock(start)}–{_clock(end)}" for start, end in spans)


def day_typed(spans: Spans) -> str:
    """The windows of one day as they are typed into a form."""
    return " ".join(f"{_clock(start)}-{_clock(end)}" for start, end in spans)


def day_name(number: int) -> str:
    """Monday is 0."""
    return _(_DAYS[number])


def _run(first: int, last: int) -> str:
    if first == last:
        return day_name(first)
    return _("%(first)s至%(last)s") % {"first": day_name(first), "last": day_name(last)}


def _clock(minute: int) -> str:
    return f"{minute // 60}:{minute % 60:02d}"
