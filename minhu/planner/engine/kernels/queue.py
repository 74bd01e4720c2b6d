"""One queue, many replications: callers arrive, wait their turn, are served, give up, are turned away, call again.

Events at the same instant happen in this order: end of service, change of servers, arrival, return, giving up.
"""

from __future__ import annotations

from math import inf
from typing import Annotated

import numpy as np

from minhu.planner.engine.kernels.chance import Streams, Table, draw, seed_streams, standard_exponential, uniform
from minhu.planner.engine.kernels.compiling import compiled, entry
from minhu.planner.engine.kernels.heap import Items, Times, pop, push
from minhu.planner.engine.kernels.waits import BINS, count_wait

ARRIVALS, SERVICE, PATIENCE, RETRY, DELAY = range(5)

CALLERS, ATTEMPTS, ANSWERED, ABANDONED, BLOCKED, UNFINISHED = range(6)
AT_ONCE, WAIT_SUM, WAIT_SQUARES, HANG_UPS, HANG_UP_WAIT, WAITED = range(6, 12)
QUEUE_AREA, BUSY_AREA, STAFF_AREA, LONGEST_QUEUE, WITHIN = range(12, 17)
"""Columns of a replication's row; from WITHIN on, the answered within each of the model's times."""

_COUNTED, _TRY = 1, 2
_GONE = -1

MOST_WAITING = 1 << 17
MOST_SERVERS = 1 << 13
MOST_STEPS = 1 << 15
MOST_WITHIN = 8


class Rules:
    """A checked model as the loop reads it. limit: -1 for none; laws: three numbers each (service, patience, delay)."""

    rates: Annotated[Table, MOST_STEPS]
    rates_size: int
    rates_every: float
    staff: Annotated[Items, MOST_STEPS]
    staff_size: int
    staff_every: float
    service: Annotated[Table, 3]
    patience: Annotated[Table, 3]
    delay: Annotated[Table, 3]
    impatient: int
    retry: float
    most_tries: int
    limit: int
    warm_up: float
    horizon: float
    within: Annotated[Table, MOST_WITHIN]
    within_size: int


class Room:
    """What is going on. since, tag: who waits, as a ring from head to tail."""

    streams: Annotated[Streams, 5]
    now: float
    arrives: float
    rate: int
    rate_ends: float
    shift: int
    shift_ends: float
    staff: int
    busy: int
    ends: Annotated[Times, MOST_SERVERS]
    ends_item: Annotated[Items, MOST_SERVERS]
    head: int
    tail: int
    waiting: int
    leaving: int
    returning: int
    row: Annotated[Table, WITHIN + MOST_WITHIN]
    bins: Annotated[Items, BINS]
    since: Annotated[Times, MOST_WAITING]
    tag: Annotated[Items, MOST_WAITING]
    leaves: Annotated[Times, MOST_WAITING]
    leaves_item: Annotated[Items, MOST_WAITING]
    returns: Annotated[Times, MOST_WAITING]
    returns_item: Annotated[Items, MOST_WAITING]


@entry
def run_batch(rules: Rules, room: Room, seed: np.uint64, first: int, rows: Table) -> bool:
    """Replications ``first`` … into ``rows``, waits into ``room.bins``. False: more wait than there is room for."""
    for offset in range(rows.shape[0]):
        _open(rules, room)
        seed_streams(room.streams, seed, first + offset)
        if not _replicate(rules, room):
            return False
        for column in range(rows.shape[1]):
            rows[offset, column] = room.row[column]
    return True


@compiled
def _open(rules: Rules, room: Room) -> None:
    room.row[:] = 0.0
    room.now = room.arrives = 0.0
    room.rate = room.shift = room.busy = room.head = room.tail = room.waiting = room.leaving = room.returning = 0
    room.rate_ends, room.shift_ends = rules.rates_every, rules.staff_every
    room.staff = rules.staff[0]
    room.ends[0] = room.leaves[0] = room.returns[0] = inf


@compiled
def _replicate(rules: Rules, room: Room) -> bool:
    _next_arrival(rules, room)
    fits = True
    while fits:
        now = min(room.ends[0], room.shift_ends, room.arrives, room.returns[0], room.leaves[0])
        if now >= rules.horizon:
            break
        _pass_time(rules, room, now)
        if now == room.ends[0]:
            room.busy = pop(room.ends, room.ends_item, room.busy)
            _call_up(rules, room, now)
        elif now == room.shift_ends:
            _change_shift(rules, room, now)
        elif now == room.arrives:
            fits = _arrive(rules, room, now)
        elif now == room.returns[0]:
            code = room.returns_item[0]
            room.returning = pop(room.returns, room.returns_item, room.returning)
            fits = _attempt(rules, room, now, code)
        else:
            fits = _hang_up(rules, room, now)
    _close(rules, room)
    return fits


@compiled
def _change_shift(rules: Rules, room: Room, now: float) -> None:
    room.shift = (room.shift + 1) % rules.staff_size
    room.staff = rules.staff[room.shift]
    room.shift_ends += rules.staff_every
    _call_up(rules, room, now)


@compiled
def _arrive(rules: Rules, room: Room, now: float) -> bool:
    _next_arrival(rules, room)
    counted = _COUNTED if now >= rules.warm_up else 0
    room.row[CALLERS] += counted
    return _attempt(rules, room, now, counted)


@compiled
def _pass_time(rules: Rules, room: Room, now: float) -> None:
    span = now - max(room.now, rules.warm_up)
    room.now = now
    if span > 0.0:
        room.row[QUEUE_AREA] += span * room.waiting
        room.row[BUSY_AREA] += span * room.busy
        room.row[STAFF_AREA] += span * room.staff


@compiled
def _next_arrival(rules: Rules, room: Room) -> None:
    need = standard_exponential(room.streams, ARRIVALS)
    at = room.arrives
    while at < rules.horizon:
        rate = rules.rates[room.rate]
        left = (room.rate_ends - at) * rate
        if need < left:
            room.arrives = at + need / rate
            return
        need -= left
        at = room.rate_ends
        room.rate = (room.rate + 1) % rules.rates_size
        room.rate_ends += rules.rates_every
    room.arrives = inf


@compiled
def _attempt(rules: Rules, room: Room, now: float, code: int) -> bool:
    """One call comes in. code: how often he tried before, and whether he counts. False: no room left."""
    room.row[ATTEMPTS] += code & _COUNTED
    if room.busy < room.staff:
        _serve(rules, room, now, now, code)
        return True
    if rules.limit >= 0 and room.waiting >= rules.limit:
        return _not_answered(rules, room, now, code, BLOCKED)

    tail = room.tail
    if tail - room.head >= MOST_WAITING or room.leaving >= MOST_WAITING:
        return False
    room.since[tail & (MOST_WAITING - 1)] = now
    room.tag[tail & (MOST_WAITING - 1)] = code
    room.tail = tail + 1
    room.waiting += 1
    room.row[LONGEST_QUEUE] = max(room.row[LONGEST_QUEUE], room.waiting)
    if rules.impatient:
        until = now + draw(room.streams, PATIENCE, rules.patience)
        room.leaving = push(room.leaves, room.leaves_item, room.leaving, until, tail)
    return True


@compiled
def _serve(rules: Rules, room: Room, now: float, since: float, code: int) -> None:
    until = now + draw(room.streams, SERVICE, rules.service)
    room.busy = push(room.ends, room.ends_item, room.busy, until, 0)
    if not code & _COUNTED:
        return
    row, wait = room.row, now - since
    row[ANSWERED] += 1
    for at in range(rules.within_size):
        row[WITHIN + at] += wait <= rules.within[at]
    count_wait(room.bins, wait)
    row[AT_ONCE] += wait <= 0.0
    row[WAIT_SUM] += wait
    row[WAIT_SQUARES] += wait * wait


@compiled
def _call_up(rules: Rules, room: Room, now: float) -> None:
    """Whoever waits longest goes to a server that is free."""
    mask = MOST_WAITING - 1
    while room.waiting > 0 and room.busy < room.staff:
        at = room.head & mask
        room.head += 1
        if room.tag[at] != _GONE:
            _leave_queue(rules, room, now, at)
            _serve(rules, room, now, room.since[at], room.tag[at])


@compiled
def _leave_queue(rules: Rules, room: Room, now: float, at: int) -> None:
    room.waiting -= 1
    room.row[WAITED] += max(0.0, now - max(room.since[at], rules.warm_up))
    if room.waiting == 0:
        room.head = room.tail = room.leaving = 0
        room.leaves[0] = inf


@compiled
def _hang_up(rules: Rules, room: Room, now: float) -> bool:
    index = room.leaves_item[0]
    room.leaving = pop(room.leaves, room.leaves_item, room.leaving)
    at = index & (MOST_WAITING - 1)
    if index < room.head:
        return True  # he was served long ago
    code = room.tag[at]
    room.tag[at] = _GONE
    _leave_queue(rules, room, now, at)
    if code & _COUNTED:
        room.row[HANG_UPS] += 1
        room.row[HANG_UP_WAIT] += now - room.since[at]
    return _not_answered(rules, room, now, code, ABANDONED)


@compiled
def _not_answered(rules: Rules, room: Room, now: float, code: int, outcome: int) -> bool:
    """He tries again, or this is how it ended."""
    tries = code // _TRY + 1
    if tries < rules.most_tries and uniform(room.streams, RETRY) <= rules.retry:
        if room.returning >= MOST_WAITING:
            return False
        at = now + draw(room.streams, DELAY, rules.delay)
        room.returning = push(room.returns, room.returns_item, room.returning, at, code + _TRY)
    else:
        room.row[outcome] += code & _COUNTED
    return True


@compiled
def _close(rules: Rules, room: Room) -> None:
    """The horizon is reached: who still waits, or meant to call again, is unfinished."""
    _pass_time(rules, room, rules.horizon)
    for index in range(room.head, room.tail):
        at = index & (MOST_WAITING - 1)
        if room.tag[at] != _GONE:
            room.row[UNFINISHED] += room.tag[at] & _COUNTED
            room.row[WAITED] += rules.horizon - max(room.since[at], rules.warm_up)
    for at in range(room.returning):
        room.row[UNFINISHED] += room.returns_item[at] & _COUNTED
