"""Which deputy answers in which hours while an official is away (代接): with CP-SAT.

Absences are cut into pieces in which nothing changes: at their own edges, where a deputy's calendar changes, at noon
and at midnight. takes[piece, deputy] = 1 when he takes it. Minimised, in this order of weight:

    NOBODY  each minute that nobody takes
    CHANGE  each hand-over between two pieces of a day that follow one another: four hours of evenness
    UNEVEN  each minute by which one deputy stands in more than another
    DESK    each minute of his desk work

Nobody answers for two at once, nor while he rests, is on the road, in his own time or in a meeting.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from minhu.planner.engine.day import MINUTES_A_DAY, MINUTES_A_WEEK, Busy, Interruptible, Window
from minhu.planner.engine.errors import InputUnclear
from minhu.planner.engine.making_room import clock
from minhu.planner.engine.solving import solved

if TYPE_CHECKING:
    from ortools.sat.python.cp_model import CpModel, IntVar, LinearExpr

NOBODY, CHANGE, UNEVEN, DESK = 10_000, 2_400, 10, 1
MOST_PIECES = 2_000
_LIMIT = 1.0
"""Deterministic seconds."""
_WEEKDAYS = "一二三四五六日"


@dataclass(frozen=True, slots=True)
class Absence:
    """An official cannot take his calls, though they come. id: of his line; deputies: who may answer for him."""

    id: str
    window: Window
    deputies: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Deputy:
    """busy: his own calendar; a time in which he is away himself is in it."""

    name: str
    busy: tuple[Busy, ...]


@dataclass(frozen=True, slots=True)
class StandIn:
    """One deputy answers for one absence in this time."""

    id: str
    deputy: str
    window: Window


@dataclass(frozen=True, slots=True)
class Uncovered:
    """Nobody does; staff do as always. why: in words for people."""

    id: str
    window: Window
    why: str


@dataclass(frozen=True, slots=True)
class StandIns:
    """proven: nothing is better."""

    turns: tuple[StandIn, ...]
    uncovered: tuple[Uncovered, ...]
    proven: bool


@dataclass(frozen=True, slots=True)
class _Piece:
    absence: Absence
    window: Window

    @property
    def minutes(self) -> int:
        return self.window.end - self.window.start

    def follows(self, other: _Piece) -> bool:
        """On the same day, at once, for the same absence."""
        same = self.absence == other.absence and self.window.start == other.window.end
        return same and self.window.start % MINUTES_A_DAY != 0


_Take = tuple[_Piece, str]


def stand_ins(absences: Sequence[Absence], deputies: Sequence[Deputy]) -> StandIns:
    """For a week. Deputies who are named and not among ``deputies`` cannot be asked. Raises: InputUnclear."""
    known = {one.name: one for one in deputies}
    if len(known) < len(deputies):
        raise InputUnclear("deputies", "有两位代接人的编号相同。")
    pieces = tuple(_pieces(absences, deputies))
    if len(pieces) > MOST_PIECES:
        raise InputUnclear("absences", "离岗时段太零碎，排不了代接：请合并日程，或分几次排。")
    could = {
        (piece, name): _desk_minutes(known[name], piece.window)
        for piece in pieces
        for name in dict.fromkeys(piece.absence.deputies)
        if name in known and _free(known[name], piece.window)
    }
    taken, proven = _chosen(pieces, could)
    return StandIns(tuple(_turns(pieces, taken)), tuple(_uncovered(pieces, taken, known)), proven)


def _pieces(absences: Sequence[Absence], deputies: Iterable[Deputy]) -> Iterator[_Piece]:
    edges = set(range(0, MINUTES_A_WEEK + 1, MINUTES_A_DAY // 2))
    edges.update(edge for absence in absences for edge in (absence.window.start, absence.window.end))
    edges.update(edge for deputy in deputies for one in deputy.busy for edge in (one.start, one.end))
    ordered = sorted(edges)
    for absence in sorted(set(absences), key=lambda one: (one.window.start, one.id)):
        inside = [edge for edge in ordered if absence.window.start <= edge <= absence.window.end]
        for start, end in pairwise(inside):
            yield _Piece(absence, Window(start, end))


def _free(deputy: Deputy, window: Window) -> bool:
    return not any(
        one.start < window.end and window.start < one.end
        for one in deputy.busy
        if one.interruptible is not Interruptible.CAN
    )


def _desk_minutes(deputy: Deputy, window: Window) -> int:
    spans = ((max(one.start, window.start), min(one.end, window.end)) for one in deputy.busy)
    return sum(max(0, end - start) for start, end in spans)


def _chosen(pieces: Sequence[_Piece], could: Mapping[_Take, int]) -> tuple[frozenset[_Take], bool]:
    if not could:
        return frozenset(), True
    model, takes = _model(pieces, could)
    solution = solved(model, _LIMIT)
    if solution is None:
        return _first_free(could), False
    return frozenset(key for key, var in takes.items() if solution.value(var)), solution.proven


def _model(pieces: Sequence[_Piece], could: Mapping[_Take, int]) -> tuple[CpModel, Mapping[_Take, IntVar]]:
    """could: who may take which piece, and the minutes of his desk work in it."""
    from ortools.sat.python import cp_model

    model = cp_model.CpModel()
    takes = {key: model.new_bool_var("") for key in could}
    by_piece, at_once, minutes = defaultdict(list), defaultdict(list), defaultdict(list)
    for (piece, name), var in takes.items():
        by_piece[piece].append(var)
        at_once[name, piece.window.start].append(var)
        minutes[name].append(piece.minutes * var)
    for alike in (*by_piece.values(), *at_once.values()):
        model.add_at_most_one(alike)
    most, least = (model.new_int_var(0, MINUTES_A_WEEK, "") for _ in range(2))
    for own in minutes.values():
        model.add(sum(own) <= most)
        model.add(sum(own) >= least)
    costs = [(DESK * could[key] - NOBODY * key[0].minutes) * var for key, var in takes.items()]
    model.minimize(sum(costs) + sum(_changes(model, pieces, takes)) + UNEVEN * (most - least))
    return model, takes


def _changes(model: CpModel, pieces: Sequence[_Piece], takes: Mapping[_Take, IntVar]) -> Iterator[LinearExpr]:
    """What hand-overs cost: one who takes a piece and not the one that follows."""
    for before, after in pairwise(pieces):
        if after.follows(before):
            for name in dict.fromkeys(before.absence.deputies):
                if (before, name) in takes:
                    change = model.new_bool_var("")
                    model.add(change >= takes[before, name] - takes.get((after, name), 0))
                    yield CHANGE * change


def _first_free(could: Mapping[_Take, int]) -> frozenset[_Take]:
    """What a person would do by hand: the first who is free."""
    taken: dict[_Piece, str] = {}
    for piece, name in could:
        busy = any(one.window.start == piece.window.start and who == name for one, who in taken.items())
        if piece not in taken and not busy:
            taken[piece] = name
    return frozenset(taken.items())


def _turns(pieces: Sequence[_Piece], taken: frozenset[_Take]) -> Iterator[StandIn]:
    who = dict(taken)
    turn: StandIn | None = None
    for piece in pieces:
        name = who.get(piece)
        goes_on = turn is not None and (turn.id, turn.deputy) == (piece.absence.id, name)
        if turn is not None and goes_on and turn.window.end == piece.window.start:
            turn = StandIn(turn.id, turn.deputy, Window(turn.window.start, piece.window.end))
            continue
        if turn is not None:
            yield turn
        turn = None if name is None else StandIn(piece.absence.id, name, piece.window)
    if turn is not None:
        yield turn


def _uncovered(pieces: Sequence[_Piece], taken: frozenset[_Take], known: Mapping[str, Deputy]) -> Iterator[Uncovered]:
    covered = {piece for piece, _name in taken}
    for piece in pieces:
        if piece not in covered:
            yield Uncovered(piece.absence.id, piece.window, _why(piece, known))


def _why(piece: _Piece, known: Mapping[str, Deputy]) -> str:
    start = piece.window.start
    when = f"星期{_WEEKDAYS[start // MINUTES_A_DAY]} {clock(start)}—{clock(piece.window.end)}没有人代接"
    able = [known[name] for name in piece.absence.deputies if name in known]
    if not able:
        return f"{when}：没有登记副职，或副职没有登记手机。"
    if any(_free(one, piece.window) for one in able):
        return f"{when}：有空的副职同一时间已在替别人代接。"
    return f"{when}：副职都在休息、出差、开会，或不在上班时间。"
