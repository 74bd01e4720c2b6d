"""What Today shows of planning: windows that are proposed to him, and when he calls back today."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from minhu.cases import pending
from minhu.cases.queries import PromiseRow
from minhu.planner import queries
from minhu.planner.queries import PlannedRow, Standing
from minhu.rules.access import Viewer
from minhu.web.window_words import day_name, day_typed, week_in_words


@dataclass(frozen=True, slots=True)
class ShownProposal:
    """Proposed windows on a page. days: name and windows of each, for the form."""

    row: Standing
    says: tuple[str, ...]
    days: tuple[tuple[str, str], ...]


def shown(row: Standing, typed: Sequence[str] = ()) -> ShownProposal:
    """A proposal as pages show it. typed: what a refused form brought."""
    days = tuple(zip(map(day_name, range(7)), typed or map(day_typed, row.week), strict=True))
    return ShownProposal(row, week_in_words(row.week), days)


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
