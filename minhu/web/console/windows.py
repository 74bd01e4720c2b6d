"""What Today shows of planning: windows that are proposed to him, and when he calls back today."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from minhu.cases import pending
from minhu.cases.queries import PromiseRow
from minhu.directory.errors import LimitUnusable
from minhu.planner import queries
from minhu.planner.answering import OwnTime
from minhu.planner.queries import PlannedRow, Standing
from minhu.rules.access import Viewer
from minhu.rules.planning import Measure
from minhu.web.window_words import day_name, day_typed, week_in_words

_FACTS = {
    Measure.IN_PERSON: (gettext_noop("第一次打来就由本人接通"), "%.0f%%"),
    Measure.SOON: (gettext_noop("接听时段和值班时间里 60 秒内有人接"), "%.0f%%"),
    Measure.KEPT: (gettext_noop("一个工作日内得到回应"), "%.0f%%"),
    Measure.OWN_MINUTES_A_DAY: (gettext_noop("本人每天用时（分钟）"), "%.0f"),
    Measure.INTERRUPTIONS_A_WEEK: (gettext_noop("每周打断工作（次）"), "%.1f"),
    Measure.BROKEN_A_WEEK: (gettext_noop("每周打断不可打扰的会议（次）"), "%.1f"),
}


@dataclass(frozen=True, slots=True)
class Fact:
    """One figure of a proposal in words: without it, with it, and nineteen times in twenty between."""

    name: str
    now: str
    then: str
    between: str


@dataclass(frozen=True, slots=True)
class ShownProposal:
    """Proposed windows on a page. days: name and windows of each, for the form. facts: what is expected of them.
    also: what else changes when they are taken, a sentence each. minutes, slot: of the form.
    """

    row: Standing
    says: tuple[str, ...]
    callbacks: tuple[str, ...]
    also: tuple[str, ...]
    facts: tuple[Fact, ...]
    days: tuple[tuple[str, str], ...]
    minutes: str
    slot: bool


@dataclass(frozen=True, slots=True)
class Typed:
    """What a form of other windows brought. days: seven, Monday first."""

    days: tuple[str, ...]
    minutes: str
    slot: bool

    @classmethod
    def of(cls, post: QueryDict) -> Typed:
        days = tuple(post.get(f"day-{number}", "") for number in range(7))
        return cls(days, post.get("minutes", ""), "slot" in post)

    def own_time(self) -> OwnTime:
        """Raises: LimitUnusable."""
        return OwnTime(minutes_typed(self.minutes), self.slot)


def shown(row: Standing, typed: Typed | None = None) -> ShownProposal:
    """A proposal as pages show it. typed: what a refused form brought."""
    typed = typed or Typed(tuple(map(day_typed, row.week)), str(row.limit or ""), slot=any(row.callbacks))
    days = tuple(zip(map(day_name, range(7)), typed.days, strict=True))
    facts = tuple(_facts(row))
    also = tuple(_also(row))
    return ShownProposal(
        row, week_in_words(row.week), week_in_words(row.callbacks), also, facts, days, typed.minutes, typed.slot
    )


def _also(row: Standing) -> Iterator[str]:
    if row.limit is not None and row.limit != row.limit_now:
        told = {"limit": row.limit, "now": row.limit_now}
        yield (
            _("您每天接听和回电至多 %(limit)s 分钟（现在没有上限），用完后来电由工作人员接。") % told
            if row.limit_now is None
            else _("您每天接听和回电至多 %(limit)s 分钟（现在是 %(now)s 分钟），用完后来电由工作人员接。") % told
        )
    if any(row.callbacks):
        slot = _("；").join(week_in_words(row.callbacks))
        yield _("约好的回电尽量排在%(slot)s，急的不等。") % {"slot": slot}


def minutes_typed(text: str) -> int | None:
    """A limit as a form brings it; None for none. Raises: LimitUnusable."""
    plain = unicodedata.normalize("NFKC", text).strip()
    if not plain:
        return None
    if not (plain.isdecimal() and len(plain) <= 4):
        raise LimitUnusable
    return int(plain)


def _facts(row: Standing) -> Iterator[Fact]:
    for measure, (name, form) in _FACTS.items():
        if measure in row.effects:
            one = row.effects[measure]
            now = "—" if one.now is None else form % (one.now * _unit(form))
            low, high = (form % (edge * _unit(form)) for edge in (one.low, one.high))
            yield Fact(_(name), now, form % (one.expected * _unit(form)), f"{low}–{high}")


def _unit(form: str) -> int:
    return 100 if form.endswith("%") else 1


@dataclass(frozen=True, slots=True)
class Planned:
    """A call back of today's plan on Today. who: as the list of promises names him."""

    row: PlannedRow
    who: str
    case_id: int


def for_today(viewer: Viewer, promises: tuple[PromiseRow, ...], at: datetime) -> dict[str, object]:
    """What Today shows of planning: of calls only those that the viewer sees as promises."""
    if viewer.official_id is None:
        return {}
    day = queries.day_of(viewer.official_id, at)
    seen = {row.id: row for row in promises}
    calls = [
        Planned(one, seen[one.promise_id].who, seen[one.promise_id].case_id)
        for one in (day.calls if day else ())
        if one.promise_id in seen
    ]
    answered = pending.waiting("answer_window", viewer.city_id)
    mine = [one for one in queries.standing(viewer) if one.may_answer and str(one.id) not in answered]
    return {
        "plan": day,
        "planned": tuple(one for one in calls if one.row.start),
        "unplaced": tuple(one for one in calls if not one.row.start),
        "proposal": shown(mine[0]) if mine else None,
    }
