"""The direct lines of a city, week after week: rung as the plans say, talked, hung up, called again, called back.

A call goes through the steps of the plan that routing made for the moment it came in. Who is not answered holds a
promise; the official calls back in the order of the due times, between his calls and meetings.
"""

from __future__ import annotations

from math import inf

import numpy as np

from minhu.planner.engine.kernels import city as c
from minhu.planner.engine.kernels.chance import (
    Table,
    draw,
    mixed,
    seed_streams,
    standard_exponential,
    uniform,
)
from minhu.planner.engine.kernels.city import City, Room, marked_seconds, marks_at, next_marked, stretch_at
from minhu.planner.engine.kernels.compiling import compiled, entry
from minhu.planner.engine.kernels.heap import pop, push
from minhu.planner.engine.kernels.waits import count_wait

# as in line_tables, whose tables these read
_ENGAGED, _NO_STAFF, _SPENT, _DUE = 1, 2, 4, 8
_OFFICIAL, _DELEGATE, _STAFF = 0, 1, 2
_RING, _HOLD, _OFFER = 1, 2, 3
_OPEN, _PROTECTED, _SOFT, _SET_ASIDE, _CALLS_BACK = 1, 2, 4, 8, 16

_ARRIVAL, _CALL, _REDIAL, _OFFICIAL_FREE, _STAFF_FREE, _CALLBACK = range(6)
_IDLE, _RINGING, _HOLDING, _DECIDING = range(4)
_GOLDEN = np.uint64(0x9E3779B97F4A7C15)

_PATIENCE, _TALK, _WRAP_UP, _URGENT, _REDIALS, _DELAY, _TEXTS, _REACHED, _PICK_UP, _ANSWERS = *range(8), 20, 24
_PURPOSES = 28
"""What a person's chance is drawn for; with the number of his call it names the draw, whatever else happens. The last
two are followed by who is rung, _REACHED by which attempt it is."""


@entry
def run_lines(city: City, room: Room, seed: np.uint64, first: int, rows: Table) -> bool:
    """Replications ``first`` … into ``rows``. False: more people are under way than there is room for."""
    for offset in range(rows.shape[0]):
        _open(city, room, seed, first + offset)
        while room.events > 0 and room.times[0] < city.horizon:
            now, item = room.times[0], room.items[0]
            room.events = pop(room.times, room.items, room.events)
            _happen(city, room, now, item)
            if room.used > c.PEOPLE - 8 or room.events > c.EVENTS - 64:
                return False
        _close(city, room)
        for line in range(city.lines):
            for column in range(c.COLUMNS):
                rows[offset, line, column] = room.row[line, column]
    return True


@compiled
def _open(city: City, room: Room, seed: np.uint64, replication: int) -> None:
    seed_streams(room.streams, seed, replication)
    room.events = room.talking = room.frees = room.used = 0
    for line in range(city.lines):
        room.row[line] = 0.0
        room.number[line] = room.holding[line] = 0
        room.day[line] = room.owed[line] = -1
        room.engaged_until[line] = room.delegate_until[line] = -1.0
        room.owed_at[line] = inf
        _next_arrival(city, room, line, 0.0)


@compiled
def _at(room: Room, time: float, kind: int, index: int) -> None:
    room.events = push(room.times, room.items, room.events, time, index * 8 + kind)


@compiled
def _happen(city: City, room: Room, now: float, item: int) -> None:
    kind, index = item & 7, item >> 3
    if kind == _ARRIVAL:
        _next_arrival(city, room, index, now)
        _arrive(city, room, index, now)
    elif kind == _CALL:
        _go_on(city, room, index, now)
    elif kind == _REDIAL:
        if now == room.redial_at[index]:
            _call(city, room, index, now)
    elif kind == _STAFF_FREE:
        room.talking -= 1
    elif kind == _OFFICIAL_FREE:
        _official_free(city, room, index, now)
    elif now == room.owed_at[index]:
        _call_back(city, room, index, now)


@compiled
def _next_arrival(city: City, room: Room, line: int, now: float) -> None:
    need = standard_exponential(room.streams, line)
    at = now
    while at < city.horizon:
        half = int(at // 1800.0)
        rate = city.rates[line, half % c.HALF_HOURS]
        end = (half + 1) * 1800.0
        if need < (end - at) * rate:
            _at(room, at + need / rate, _ARRIVAL, line)
            return
        need -= (end - at) * rate
        at = end


@compiled
def _chance(room: Room, person: int, purpose: int) -> float:
    """A number of this person's own, for this purpose in this call; ``scratch`` goes on from it."""
    count = np.uint64(room.calls[person] * _PURPOSES + purpose + 1)
    room.scratch[0] = mixed(room.key[person] + count * _GOLDEN)
    return uniform(room.scratch, 0)


@compiled
def _drawn(room: Room, person: int, purpose: int, law: Table) -> float:
    _chance(room, person, purpose)
    return draw(room.scratch, 0, law)


@compiled
def _slot(room: Room) -> int:
    if room.frees > 0:
        room.frees -= 1
        return int(room.free[room.frees])
    room.used += 1
    return room.used - 1


@compiled
def _arrive(city: City, room: Room, line: int, now: float) -> None:
    person = _slot(room)
    room.number[line] += 1
    room.key[person] = mixed(room.streams[line] ^ mixed(np.uint64(room.number[line])))
    room.line[person] = line
    room.first_at[person] = now
    room.calls[person] = room.promised[person] = room.attempts[person] = 0
    room.state[person] = _IDLE
    room.redial_at[person] = room.event_at[person] = inf
    room.row[line, c.CALLERS] += 1
    if _chance(room, person, _TEXTS) <= city.texts:
        room.row[line, c.TEXTED] += 1
        room.row[line, c.TEXT_SECONDS] += draw(room.scratch, 0, city.text_work)
        _release(room, person)
        return
    room.row[line, c.IN_HOURS] += (marks_at(city, line, now) & _OPEN) != 0
    _call(city, room, person, now)


@compiled
def _release(room: Room, person: int) -> None:
    room.state[person] = _IDLE
    room.line[person] = -1
    room.redial_at[person] = room.event_at[person] = inf
    room.free[room.frees] = person
    room.frees += 1


@compiled
def _begin_day(room: Room, line: int, now: float) -> None:
    day = int(now // c.DAY)
    if day != room.day[line]:
        room.day[line] = day
        room.day_talk[line] = room.day_all[line] = 0.0


@compiled
def _situation(city: City, room: Room, person: int, now: float) -> int:
    line = room.line[person]
    _begin_day(room, line, now)
    staff = city.staff[int(now // 1800.0) % c.HALF_HOURS]
    situation = _ENGAGED if now < room.engaged_until[line] else 0
    situation |= _NO_STAFF if room.talking >= staff else 0
    situation |= _SPENT if room.day_talk[line] >= city.budget[line] else 0
    return situation | (_DUE if room.promised[person] and room.due_at[person] > now else 0)


@compiled
def _call(city: City, room: Room, person: int, now: float) -> None:
    """The phone rings at the switch: one plan is made, and kept to."""
    line = room.line[person]
    situation, stretch = _situation(city, room, person, now), stretch_at(city, line, now)
    room.calls[person] += 1
    room.row[line, c.CALLS] += 1
    room.redial_at[person] = inf
    room.plan[person] = city.plan_of[line, stretch, situation]
    if not room.promised[person]:
        due = city.due[line, stretch, situation]
        room.due_at[person] = due + (now // c.WEEK * c.WEEK if city.absolute[line, stretch, situation] else now)
    room.started_at[person] = now
    room.hangs_up_at[person] = now + _drawn(room, person, _PATIENCE, city.patience)
    room.step[person] = 0
    _take_step(city, room, person, now)


@compiled
def _wait_for(room: Room, person: int, state: int, until: float) -> None:
    room.state[person] = state
    room.event_at[person] = until
    _at(room, until, _CALL, person)


@compiled
def _take_step(city: City, room: Room, person: int, now: float) -> None:
    step = city.steps[room.plan[person], room.step[person]]
    what, who, seconds, then = step[0], step[1], step[2], step[3]
    line, patience = room.line[person], room.hangs_up_at[person]
    if what == 0:
        _not_answered(city, room, person, now)
    elif what == _RING:
        _ring(city, room, person, who, now, seconds)
    elif what == _HOLD:
        if now >= room.engaged_until[line]:
            _ring_after_hold(city, room, person, now, then)
        else:
            room.holding[line] += 1
            _wait_for(room, person, _HOLDING, min(now + seconds, patience))
    elif _chance(room, person, _URGENT) <= city.urgent:
        _ring(city, room, person, who, now, then)
    else:
        _wait_for(room, person, _DECIDING, min(now + seconds, patience))


@compiled
def _ring_after_hold(city: City, room: Room, person: int, now: float, seconds: int) -> None:
    """Routing is asked again: something may have begun meanwhile in which he is not rung."""
    line = room.line[person]
    plan = city.plan_of[line, stretch_at(city, line, now), _situation(city, room, person, now)]
    if city.steps[plan, 0, 0] == _RING and city.steps[plan, 0, 1] == _OFFICIAL:
        _ring(city, room, person, _OFFICIAL, now, seconds)
    else:
        # he goes on at once, but by an event: machine code of functions that call one another cannot be kept on disk
        _wait_for(room, person, _DECIDING, now)


@compiled
def _ring(city: City, room: Room, person: int, who: int, now: float, seconds: int) -> None:
    line = room.line[person]
    end = min(now + seconds, room.hangs_up_at[person])
    picked_up = now + _drawn(room, person, _PICK_UP + who, city.pick_up)
    free = True
    if who == _OFFICIAL:
        free = now >= room.engaged_until[line]
    elif who == _DELEGATE:
        free = now >= room.delegate_until[line]
    answers = free and picked_up < end and _chance(room, person, _ANSWERS + who) <= city.answers[line, who]
    if answers:
        end = picked_up
    room.answered[person], room.rung[person] = answers, who
    if who == _OFFICIAL and free:
        _count_ring(city, room, line, now)
        room.engaged_until[line] = end
    elif who == _DELEGATE and free:
        room.delegate_until[line] = end
    _wait_for(room, person, _RINGING, end)


@compiled
def _count_ring(city: City, room: Room, line: int, now: float) -> None:
    marks = marks_at(city, line, now)
    room.row[line, c.RINGS] += 1
    room.row[line, c.BROKEN] += (marks & _PROTECTED) != 0
    room.row[line, c.INTERRUPTIONS] += marks & _SET_ASIDE == 0 or marks & _SOFT != 0


@compiled
def _go_on(city: City, room: Room, person: int, now: float) -> None:
    """A ring, a hold or the time for a key is over, if it is not over already."""
    if now != room.event_at[person] or room.state[person] == _IDLE:
        return
    line, state, who = room.line[person], room.state[person], room.rung[person]
    ringing = state == _RINGING
    if state == _HOLDING:
        room.holding[line] -= 1
    answered = ringing and room.answered[person] != 0
    if answered and who == _STAFF:
        answered = room.talking < city.staff[int(now // 1800.0) % c.HALF_HOURS]
    if answered:
        _answered(city, room, person, who, now)
        return
    room.state[person] = _IDLE
    if now >= room.hangs_up_at[person]:
        _not_answered(city, room, person, now)
    else:
        room.step[person] += 1
        _take_step(city, room, person, now)
    if ringing and who == _OFFICIAL:
        _official_free(city, room, line, now)


@compiled
def _answered(city: City, room: Room, person: int, who: int, now: float) -> None:
    line, row = room.line[person], room.row
    talk = _drawn(room, person, _TALK, city.talk)
    until = now + talk + _drawn(room, person, _WRAP_UP, city.wrap_up)
    row[line, c.REACHED_OFFICIAL + who] += 1
    if room.calls[person] == 1:
        started = room.started_at[person]
        row[line, c.FIRST_OFFICIAL + who] += 1
        row[line, c.IN_HOURS_SOON] += now - started <= city.soon and marks_at(city, line, started) & _OPEN != 0
    if who == _OFFICIAL:
        row[line, c.TALK_SECONDS] += until - now
        _occupy(city, room, line, now, talk, until)
    elif who == _DELEGATE:
        row[line, c.DELEGATE_SECONDS] += until - now
        room.delegate_until[line] = until
    elif who == _STAFF:
        row[line, c.STAFF_SECONDS] += until - now
        room.talking += 1
        _at(room, until, _STAFF_FREE, 0)
    _reached(room, person, now)


@compiled
def _occupy(city: City, room: Room, line: int, now: float, talk: float, until: float) -> None:
    """The official is on the phone, and notes the result before he is free."""
    _begin_day(room, line, now)
    room.day_talk[line] += talk
    room.day_all[line] += until - now
    room.row[line, c.LONGEST_DAY] = max(room.row[line, c.LONGEST_DAY], room.day_all[line])
    room.row[line, c.OVERRUN_SECONDS] += marked_seconds(city, line, now, until, _PROTECTED)
    room.engaged_until[line] = until
    _at(room, until, _OFFICIAL_FREE, line)


@compiled
def _reached(room: Room, person: int, now: float) -> None:
    """He has spoken to somebody: the first time, and what he was promised is kept."""
    line, wait = room.line[person], now - room.first_at[person]
    room.row[line, c.WAIT_SUM] += wait
    room.row[line, c.WITHIN_DAY] += wait <= c.DAY
    count_wait(room.bins, wait)
    if room.promised[person]:
        if room.attempts[person] == 0:
            _contacted(room, person, now)
        _forget(room, person)
        room.row[line, c.KEPT if now <= room.due_at[person] else c.LATE] += 1
    _release(room, person)


@compiled
def _contacted(room: Room, person: int, now: float) -> None:
    in_time = now // c.DAY <= room.due_at[person] // c.DAY
    room.row[room.line[person], c.CONTACTED if in_time else c.CONTACT_LATE] += 1


@compiled
def _forget(room: Room, person: int) -> None:
    """Take him off the list of who is owed a callback."""
    line = room.line[person]
    if room.owed[line] == person:
        room.owed[line] = room.next_owed[person]
        return
    at = room.owed[line]
    while room.next_owed[at] != person:
        at = room.next_owed[at]
    room.next_owed[at] = room.next_owed[person]


@compiled
def _not_answered(city: City, room: Room, person: int, now: float) -> None:
    """No silent miss: from the first time on he holds a promise."""
    line = room.line[person]
    room.state[person] = _IDLE
    room.event_at[person] = inf
    room.row[line, c.FIRST_PROMISED] += room.calls[person] == 1
    if not room.promised[person]:
        room.promised[person] = 1
        room.row[line, c.PROMISES] += 1
        room.not_before[person] = now
        room.next_owed[person] = room.owed[line]
        room.owed[line] = person
    _plan_callback(city, room, line, max(now, room.not_before[person]))
    if room.calls[person] < city.most_calls and _chance(room, person, _REDIALS) <= city.redials:
        room.redial_at[person] = now + _drawn(room, person, _DELAY, city.redial_delay)
        _at(room, room.redial_at[person], _REDIAL, person)


@compiled
def _official_free(city: City, room: Room, line: int, now: float) -> None:
    """Who waits for him gets him; otherwise he may call back."""
    if now < room.engaged_until[line]:
        return
    if room.holding[line] > 0:
        first = _longest_holding(room, line)
        room.holding[line] -= 1
        room.state[first] = _IDLE
        _ring_after_hold(city, room, first, now, city.steps[room.plan[first], room.step[first], 3])
    elif room.owed[line] >= 0:
        _plan_callback(city, room, line, now)


@compiled
def _longest_holding(room: Room, line: int) -> int:
    first, since = -1, inf
    for person in range(room.used):
        if room.line[person] == line and room.state[person] == _HOLDING and room.started_at[person] < since:
            first, since = person, room.started_at[person]
    return first


@compiled
def _plan_callback(city: City, room: Room, line: int, earliest: float) -> None:
    at = next_marked(city, line, earliest, _CALLS_BACK)
    if at < room.owed_at[line]:
        room.owed_at[line] = at
        _at(room, at, _CALLBACK, line)


@compiled
def _call_back(city: City, room: Room, line: int, now: float) -> None:
    """The one whose due time is nearest, of those who may be called now."""
    room.owed_at[line] = inf
    if now < room.engaged_until[line]:
        return
    best, later = -1, inf
    person = room.owed[line]
    while person >= 0:
        if room.not_before[person] > now:
            later = min(later, room.not_before[person])
        elif room.state[person] == _IDLE and (best < 0 or room.due_at[person] < room.due_at[best]):
            best = person
        person = room.next_owed[person]
    if best >= 0:
        _try(city, room, best, now)
    elif later < inf:
        _plan_callback(city, room, line, later)


@compiled
def _try(city: City, room: Room, person: int, now: float) -> None:
    line = room.line[person]
    room.attempts[person] += 1
    attempts = room.attempts[person]
    if attempts == 1:
        _contacted(room, person, now)
    if _chance(room, person, _REACHED + attempts) <= city.reached:
        talk = _drawn(room, person, _TALK, city.talk)
        until = now + talk + _drawn(room, person, _WRAP_UP, city.wrap_up)
        room.row[line, c.CALLED_BACK] += 1
        _reached(room, person, now)
    else:
        talk = draw(room.scratch, 0, city.not_reached)
        until = now + talk
        if attempts >= city.attempts:
            room.row[line, c.TRIED] += 1
            room.row[line, c.UNREACHABLE] += 1
            _forget(room, person)
            _release(room, person)
        else:  # at another hour, the last time on another day
            room.not_before[person] = until + c.HOUR + (c.DAY if attempts == city.attempts - 1 else 0.0)
    room.row[line, c.CALLBACK_SECONDS] += until - now
    _occupy(city, room, line, now, talk, until)


@compiled
def _close(city: City, room: Room) -> None:
    """The last week is over."""
    for person in range(room.used):
        line = room.line[person]
        if line >= 0:
            room.row[line, c.UNFINISHED] += 1
            room.row[line, c.FIRST_UNFINISHED] += room.calls[person] == 1 and room.state[person] != _IDLE
            if room.promised[person]:
                room.row[line, c.LATE if room.due_at[person] <= city.horizon else c.PENDING] += 1
                day_over = (room.due_at[person] // c.DAY + 1) * c.DAY <= city.horizon
                room.row[line, c.CONTACT_LATE] += day_over and room.attempts[person] == 0
