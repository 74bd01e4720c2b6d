"""A later change to what was heard or said is found out."""

from __future__ import annotations

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from minhu.audit import guards, triggers
from minhu.directory.models import Line
from minhu.intake import seal
from minhu.intake.models import CallStep, Text
from minhu.rules.words import StepKind
from tests import make


@pytest.fixture
def line(db: None) -> Line:
    """A line with a call and a text, sealed."""
    line = make.line(make.official(make.city()))
    citizen = make.citizen(line.city)
    call = make.call(line, citizen)
    for seq, kind in enumerate((StepKind.RECEIVED, StepKind.RINGING, StepKind.ENDED)):
        CallStep.objects.create(call=call, seq=seq, at=make.MONDAY_10, kind=kind.value, detail={"seconds": 1.5})
    make.text(line, citizen, "路灯不亮")
    assert seal.seal_journal(line.city_id)  # sees the rows
    assert seal.seal_journal(line.city_id)  # seals them: every earlier transaction has ended
    return line


def meddle(statement: str) -> None:
    """As somebody would who can get round the triggers."""
    triggers.remove(connection, guards.all_guards())
    with connection.cursor() as cursor:
        cursor.execute(statement)
    triggers.install(connection, guards.all_guards())


def test_an_untouched_journal_is_sound(line: Line) -> None:
    assert seal.verify_journal(line.city_id).sound
    assert not seal.seal_journal(line.city_id)  # nothing new, nothing to seal
    call_command("audit", "verify")


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE intake_callstep SET kind = 'answered' WHERE seq = 1",
        "DELETE FROM intake_callstep WHERE seq = 1",
        "UPDATE intake_call SET ring_seconds = 3",
        "UPDATE intake_text SET body = '谢谢'",
        "DELETE FROM intake_text",
    ],
)
def test_a_change_behind_our_back_is_found(line: Line, change: str) -> None:
    meddle(change)

    assert not seal.verify_journal(line.city_id).sound
    with pytest.raises(CommandError, match=r"was changed|were changed"):
        call_command("audit", "verify")


def test_what_comes_later_is_sealed_later(line: Line) -> None:
    make.text(line, make.citizen(line.city), "又不亮了")
    assert seal.seal_journal(line.city_id)
    assert seal.seal_journal(line.city_id)
    meddle("UPDATE intake_text SET body = '亮了' WHERE body = '又不亮了'")
    assert not seal.verify_journal(line.city_id).sound


def test_the_state_of_a_text_may_go_on(line: Line) -> None:
    Text.objects.update(taken_in_at=make.MONDAY_10)
    assert seal.verify_journal(line.city_id).sound
