"""What a what-if begins with: lines as they are this week, from the database, with the calls that are expected."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from math import exp, sqrt
from typing import TYPE_CHECKING

from django.db.models import Q

from minhu.directory.models import Line
from minhu.planner.engine.day import Rates, Staffing
from minhu.planner.engine.line_model import CityModel, Habits, LineModel
from minhu.planner.engine.whatif import CALLERS_AT_ONCE, Setting, changed, together
from minhu.planner.staff import staff_together
from minhu.rules.calendar import china
from minhu.rules.sentences import Sentence
from minhu.rules.words import LineMode

if TYPE_CHECKING:
    from minhu.planner.engine.forecast import Belief, Learnt
    from minhu.planner.engine.measuring import Behaviour, Lengths

CALLERS_OF_A_CITY = 600_000
"""Simulated for many lines together: some seconds."""


@dataclass(frozen=True, slots=True)
class Basis:
    """Lines as they are. learnt: of each line's calls. notes: what was unclear, for people."""

    monday: date
    lines: tuple[LineModel, ...]
    learnt: tuple[Learnt, ...]
    staff: Staffing
    habits: Habits
    notes: tuple[Sentence, ...]

    def model(self, setting: Setting, *, weeks: int) -> CityModel:
        """What is simulated. weeks: as many as of what it is compared with. Raises: InputUnclear."""
        lines = tuple(
            changed(line, self._rates(learnt, setting), setting, monday=self.monday, calendar=china())
            for line, learnt in zip(self.lines, self.learnt, strict=True)
        )
        city = CityModel(lines, self.staff, china(), self.monday, habits=self.habits)
        return together(city, setting, weeks=weeks, at_once=CALLERS_AT_ONCE if len(lines) == 1 else CALLERS_OF_A_CITY)

    def _rates(self, learnt: Learnt, setting: Setting) -> Rates:
        from minhu.planner.engine.daykinds import Event, EventKind
        from minhu.planner.engine.forecast import Known, predict

        events: tuple[Event, ...] = ()
        if setting.publicity:
            day = self.monday + timedelta(days=int(setting.publicity) - 1)
            events = (Event(EventKind.PUBLICITY, day, day, "宣传日"),)
        return predict(learnt, self.monday, 7, Known(china(), events)).rates()


def basis(city_id: int, at: datetime, *, of_citizens: Q, only: Collection[int], belief: Belief | None = None) -> Basis:
    """Of these lines, which share their staff. A fixed number of queries. belief: before a line's own calls."""
    from minhu.planner.engine.forecast import learn
    from minhu.planner.gather import city_inputs

    found = city_inputs(city_id, at, of_citizens=of_citizens, only=only)
    rows = Line.objects.filter(city_id=city_id, pk__in=only).values_list("id", "mode", "official__office_id")
    modes = {line_id: mode for line_id, mode, _office in rows}
    lines = tuple(
        LineModel(
            arrivals=Rates((0.0,) * 336),
            busy=one.week.busy,
            windows=one.week.windows or None,
            callbacks=one.callbacks or None,
            budget_minutes=one.budget_minutes,
            mode=LineMode(modes[one.line_id]),
        )
        for one in found.lines.values()
    )
    return Basis(
        monday=found.monday,
        lines=lines,
        learnt=tuple(learn(one.history, found.known, belief) for one in found.lines.values()),
        staff=staff_together(city_id, {office for _line, _mode, office in rows}, found.monday),
        habits=_habits(found.behaviour),
        notes=tuple(dict.fromkeys(note for one in found.lines.values() for note in one.notes)),
    )


def _habits(behaviour: Behaviour) -> Habits:
    from minhu.planner.engine.laws import exponential, lognormal

    def usual(lengths: Lengths) -> tuple[float, float]:
        return lengths.mean_seconds, sqrt(exp(lengths.log_sd**2) - 1)

    return Habits(
        talk=lognormal(*usual(behaviour.official_talk)),
        wrap_up=lognormal(*usual(behaviour.wrap_up)),
        patience=exponential(behaviour.patience.mean_seconds),
        redial_delay=exponential(behaviour.redials.after_seconds),
        redials=min(behaviour.redials.share, 1.0),
    )
