"""Where in the official's day the promised calls back go: with CP-SAT, on a grid of five minutes.

x[i, s] = 1 when call i begins in cell s;  y[t] = 1 when some call takes cell t, never more than one;
block[t] = 1 when a call begins after a cell without one. Never in protected time. Minimised, in this order of weight:

    BROKEN   each promise that is not kept, four times for an urgent one
    OUTSIDE  each call outside of the callback slots he offered, unless it is urgent
    CUT      each edge between a call and desk work or his own time: a call beside free time cuts once or not at all,
             and one in such a slot never does
    BLOCK    each run of calls: better three in a row than one in each hour
    MAY, CAN each minute of his own time, of desk work; none within those slots
    WAIT     each five minutes that a citizen waits after the earliest moment: 1

Same input, same plan: one worker, a fixed seed, and a limit in CP-SAT's deterministic time, not by the clock. Up to ten
calls or so the plan is the best there is; beyond, the best found in that time.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from minhu.planner.engine.day import MINUTES_A_DAY, MINUTES_A_WEEK, Busy, Interruptible, Window
from minhu.planner.engine.errors import InputUnclear
from minhu.planner.engine.solving import solved
from minhu.rules.sentences import sentence

if TYPE_CHECKING:
    from ortools.sat.python.cp_model import CpModel, IntVar, LinearExpr

GRID_MINUTES = 5
MOST_PROMISES = 80
BROKEN, URGENT_TIMES = 100_000, 4
CUT, BLOCK, OUTSIDE = 45, 30, 300
PER_MINUTE = {Interruptible.MAY: 18, Interruptible.CAN: 6}
_LIMIT = 0.4
"""Deterministic seconds, each about one and a half of a processor's."""


@dataclass(frozen=True, slots=True)
class Promised:
    """A call that was promised. It begins at ``earliest`` or later, at ``latest`` at the latest; minutes of the week.

    minutes: how long it takes, with writing up. label: for people, such as its tracking code.
    """

    id: str
    minutes: int
    earliest: int
    latest: int
    urgent: bool = False
    label: str = ""

    def __post_init__(self) -> None:
        if not 0 < self.minutes <= 8 * 60:
            raise InputUnclear("minutes", f"一次回电应在 1 分钟到 8 小时之间，现为 {self.minutes} 分钟。")
        if not (0 <= self.earliest < MINUTES_A_WEEK and 0 <= self.latest <= MINUTES_A_WEEK):
            raise InputUnclear("earliest, latest", f"起止是一周内的分钟数，在 0 到 {MINUTES_A_WEEK} 之间。")


@dataclass(frozen=True, slots=True)
class Slot:
    """A call in the plan."""

    id: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Placing:
    """The plan. unkept: which promises have no place in it. proven: no plan is better."""

    slots: tuple[Slot, ...]
    unkept: tuple[Promised, ...]
    proven: bool


def place(
    promises: Sequence[Promised], busy: Sequence[Busy], within: Window, offered: Sequence[Window] = ()
) -> Placing:
    """The plan of a day, or the rest of one. Raises: InputUnclear.

    within: from now to its end. offered: when he calls back; none for any gap.
    """
    _checked(promises)
    day = Grid.of(busy, within, offered)
    starts = {one.id: day.starts(one) for one in promises}
    if not any(starts.values()):
        return Placing((), tuple(promises), proven=True)
    model, begins = _model(promises, day, starts)
    solution = solved(model, _LIMIT)
    if solution is None:
        return _placing(promises, day, _first_fit(promises, day, starts), proven=False)
    at = {id_: cell for (id_, cell), var in begins.items() if solution.value(var)}
    return _placing(promises, day, at, proven=solution.proven)


def _first_fit(promises: Sequence[Promised], day: Grid, starts: Mapping[str, Sequence[int]]) -> dict[str, int]:
    """What a person would do by hand, for a day too full to be planned better in the time: the pressing ones first."""
    taken: set[int] = set()
    at = {}
    for one in sorted(promises, key=lambda one: (not one.urgent, one.latest, one.id)):
        all_cells = [day.cells(cell, one) for cell in starts[one.id]]
        outside = [day.outside(cells, one) for cells in all_cells]
        for _outside, cells in sorted(zip(outside, all_cells, strict=True), key=lambda pair: pair[0]):
            if taken.isdisjoint(cells):
                taken.update(cells)
                at[one.id] = cells.start
                break
    return at


def _placing(promises: Sequence[Promised], day: Grid, at: Mapping[str, int], *, proven: bool) -> Placing:
    slots = [
        Slot(one.id, day.minute(at[one.id]), day.minute(at[one.id]) + one.minutes) for one in promises if one.id in at
    ]
    unkept = tuple(one for one in promises if one.id not in at)
    return Placing(tuple(sorted(slots, key=lambda slot: slot.start)), unkept, proven)


@dataclass(frozen=True, slots=True)
class Grid:
    """Cells of GRID_MINUTES from ``begin`` on. how: the strongest that holds in a part of the cell; None: free.

    offered: cells that lie in a callback slot whole; there only what is protected counts.
    """

    begin: int
    how: tuple[Interruptible | None, ...]
    offered: frozenset[int] = frozenset()

    @classmethod
    def of(cls, busy: Iterable[Busy], within: Window, offered: Iterable[Window] = ()) -> Grid:
        begin = -(-within.start // GRID_MINUTES) * GRID_MINUTES
        cells: list[Interruptible | None] = [None] * max(0, (within.end - begin) // GRID_MINUTES)
        rank = {None: 0, Interruptible.CAN: 1, Interruptible.MAY: 2, Interruptible.NEVER: 3}
        for one in busy:
            first = max(0, (one.start - begin) // GRID_MINUTES)
            for cell in range(first, min(len(cells), -(-(one.end - begin) // GRID_MINUTES))):
                cells[cell] = max(cells[cell], one.interruptible, key=rank.__getitem__)
        slots = {
            cell
            for one in offered
            for cell in range(-(-(one.start - begin) // GRID_MINUTES), (one.end - begin) // GRID_MINUTES)
            if 0 <= cell < len(cells)
        }
        for cell in slots:
            cells[cell] = cells[cell] if cells[cell] is Interruptible.NEVER else None
        return cls(begin, tuple(cells), frozenset(slots))

    def minute(self, cell: int) -> int:
        """Minute of the week at which a cell begins."""
        return self.begin + cell * GRID_MINUTES

    def cell(self, minute: int) -> int:
        """The cell that a minute of the week lies in; it may be outside of the grid."""
        return (minute - self.begin) // GRID_MINUTES

    def cell_after(self, minute: int) -> int:
        """The first cell that begins at this minute or later."""
        return -(-(minute - self.begin) // GRID_MINUTES)

    def length(self, promise: Promised) -> int:
        """Cells that a call takes."""
        return -(-promise.minutes // GRID_MINUTES)

    def cells(self, cell: int, promise: Promised) -> range:
        """Cells that a call takes which begins at this one."""
        return range(cell, cell + self.length(promise))

    def span(self, promise: Promised) -> range:
        """Cells at which it may begin by its own times, whatever else there is."""
        first = max(0, self.cell_after(promise.earliest))
        last = min(self.cell(promise.latest), len(self.how) - self.length(promise))
        return range(first, last + 1)

    def starts(self, promise: Promised) -> tuple[int, ...]:
        """Those of them with no protected time in the call."""
        return tuple(cell for cell in self.span(promise) if not self.protected(cell, promise))

    def outside(self, cells: range, promise: Promised) -> bool:
        """Whether a call leaves the slots that he offered though it could wait for one."""
        return bool(self.offered) and not promise.urgent and not self.offered.issuperset(cells)

    def protected(self, cell: int, promise: Promised) -> int:
        """Cells of protected time that a call would take."""
        return sum(how is Interruptible.NEVER for how in self.how[cell : cell + self.length(promise)])


def _checked(promises: Sequence[Promised]) -> None:
    if len(promises) > MOST_PROMISES:
        raise InputUnclear(
            "promises",
            sentence("一天最多安排 {most} 个回电，现有 {n} 个：请分给工作人员。", most=MOST_PROMISES, n=len(promises)),
        )
    if len({one.id for one in promises}) < len(promises):
        raise InputUnclear("promises", "有两个回电的编号相同。")


def _broken(promise: Promised) -> int:
    return BROKEN * (URGENT_TIMES if promise.urgent else 1)


def _model(
    promises: Sequence[Promised], day: Grid, starts: dict[str, tuple[int, ...]]
) -> tuple[CpModel, dict[tuple[str, int], IntVar]]:
    from ortools.sat.python import cp_model

    model = cp_model.CpModel()
    begins = {(one.id, cell): model.new_bool_var("") for one in promises for cell in starts[one.id]}
    takes: list[list[IntVar]] = [[] for _ in day.how]
    costs: list[LinearExpr | int] = []
    for one in promises:
        mine = [begins[one.id, cell] for cell in starts[one.id]]
        model.add_at_most_one(mine)
        costs.append(_broken(one) * (1 - sum(mine)))
        for cell in starts[one.id]:
            cells = day.cells(cell, one)
            for taken in cells:
                takes[taken].append(begins[one.id, cell])
            costs.append(begins[one.id, cell] * _own_cost(one, day, cells))
    taken_at = [_taken(model, here) for here in takes]
    for cell, here in enumerate(takes):
        if here:
            costs += _edges(model, day, taken_at, cell)
    model.minimize(sum(costs))
    return model, begins


def _own_cost(promise: Promised, day: Grid, cells: range) -> int:
    disturbed = sum(GRID_MINUTES * PER_MINUTE.get(how, 0) for how in day.how[cells.start : cells.stop] if how)
    waits = max(0, day.minute(cells.start) - promise.earliest) // GRID_MINUTES
    return disturbed + waits + OUTSIDE * day.outside(cells, promise)


def _taken(model: CpModel, calls: list[IntVar]) -> IntVar | int:
    if not calls:
        return 0
    model.add_at_most_one(calls)
    taken = model.new_bool_var("")
    model.add(taken == sum(calls))
    return taken


def _edges(model: CpModel, day: Grid, taken: Sequence[IntVar | int], cell: int) -> list[LinearExpr | int]:
    """What it costs that a run of calls begins or ends in this cell."""
    costs: list[LinearExpr | int] = []
    for beside in (cell - 1, cell + 1):
        inside = 0 <= beside < len(taken)
        cuts = inside and cell not in day.offered and day.how[beside] in PER_MINUTE
        weight = CUT if cuts else 0
        weight += BLOCK if beside < cell else 0
        if weight:
            edge = model.new_bool_var("")
            model.add(edge >= taken[cell] - (taken[beside] if inside else 0))
            costs.append(weight * edge)
    return costs


def same_day(minute: int) -> Window:
    """The day of a minute of the week."""
    day = min(minute, MINUTES_A_WEEK - 1) // MINUTES_A_DAY
    return Window(day * MINUTES_A_DAY, (day + 1) * MINUTES_A_DAY)
