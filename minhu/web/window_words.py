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


def week_in_words(week: Sequence[Spans]) -> tuple[str, ...]:
    """A line for each run of days that are alike, Monday first; days without a window are not named."""
    lines, first = [], 0
    for spans, days in groupby(week):
        last = first + len(list(days)) - 1
        if spans:
            lines.append(f"{_run(first, last)} {day_in_words(spans)}")
        first = last + 1
    return tuple(lines)


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
