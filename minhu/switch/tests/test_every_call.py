"""However handsets behave and whenever people hang up: every inbound call ends answered in person or promised."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from minhu.carriers.fake import Answers, Busy, Declines, Ignores, Script, Silent
from minhu.rules.plans import PresenceNow
from minhu.rules.words import COUNTS_AS_ANSWERED, Direction, Presence
from minhu.switch.tests.town import CITIZEN, DUTY, LANDLINE, LINE, MONDAY_10, STAFF, WANG, Town, play

seconds = st.floats(0.0, 90.0)
handsets: st.SearchStrategy[Script] = st.one_of(
    st.builds(Answers, st.floats(0.0, 25.0), st.one_of(st.none(), st.floats(0.0, 30.0))),
    st.builds(Busy, st.floats(0.0, 3.0)),
    st.builds(Declines, st.floats(0.3, 15.0)),
    st.just(Ignores()),
    st.just(Silent()),
)


@dataclass(frozen=True)
class Citizen:
    """Rings after so many seconds; patient for so many more; presses a key; speaks after the beep."""

    number: str
    rings_after_seconds: float
    patience_seconds: float
    presses: str
    says_seconds: float


citizens = st.builds(
    Citizen,
    st.sampled_from([CITIZEN, LANDLINE, "", "+8615400002222"]),
    st.floats(0.0, 60.0),
    seconds,
    st.sampled_from(["", "1", "#", "91"]),
    st.floats(0.0, 20.0),
)


@settings(max_examples=150, deadline=None)
@given(
    handset=st.lists(handsets, min_size=1, max_size=3),
    desks=st.lists(handsets, min_size=2, max_size=2),
    duty=handsets,
    callers=st.lists(citizens, min_size=1, max_size=4),
    presence=st.sampled_from(Presence),
    hour=st.sampled_from([0, 15]),
    keep_seconds=st.sampled_from([0.0, 0.02, 2.0]),
)
def test_every_call_ends_answered_or_promised(
    handset: list[Script],
    desks: list[Script],
    duty: Script,
    callers: list[Citizen],
    presence: Presence,
    hour: int,
    keep_seconds: float,
) -> None:
    async def ring(town: Town, citizen: Citizen) -> None:
        await asyncio.sleep(citizen.rings_after_seconds)
        caller = town.engine.call(LINE, caller=citizen.number)
        caller.says_seconds = citizen.says_seconds
        await asyncio.sleep(citizen.patience_seconds / 2)
        caller.presses(citizen.presses)
        await asyncio.sleep(citizen.patience_seconds / 2)
        caller.hangs_up()

    async def scene(town: Town) -> None:
        town.ledger.keep_seconds = keep_seconds
        town.set_line(presence=PresenceNow(presence))
        town.engine.handset(WANG.number, *handset)
        town.engine.handset(DUTY.number, duty)
        for desk, script in zip(STAFF, desks, strict=True):
            town.engine.handset(desk.number, script)
        await asyncio.gather(*(ring(town, citizen) for citizen in callers))
        await town.quiet()
        _check(town, len(callers))

    play(scene, lambda: Town(at=MONDAY_10 + timedelta(hours=hour)))


def _check(town: Town, calls: int) -> None:
    ledger = town.ledger
    assert len(ledger.stands) == calls
    for call, stand in ledger.stands.items():
        assert ledger.opened[call].direction is Direction.INBOUND
        assert stand.ended_at is not None
        answered = stand.answered_by_kind in COUNTS_AS_ANSWERED
        assert answered or stand.owed is not None
        assert answered == (stand.answered_at is not None)
        texted = call in ledger.receipts
        assert texted == (not answered and ledger.opened[call].number.startswith("+861"))
        if stand.owed is not None:
            assert stand.owed.due_at > ledger.opened[call].at
    assert town.engine.snapshot() == ()
    assert not any(town.board.engaged.is_engaged(party.number) for party in (WANG, DUTY, *STAFF))
    assert town.board.counts["apologies"] == 0
