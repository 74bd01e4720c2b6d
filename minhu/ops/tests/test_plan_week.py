"""``minhu plan week``: a proposal for a line in the database, or what to do."""

from __future__ import annotations

from io import StringIO
from unicodedata import east_asian_width

import pytest
from django.core.management import CommandError, call_command

from minhu.directory.models import Line
from minhu.ops.management.commands.plan import respelled
from minhu.ops.plan.span_words import spans
from minhu.ops.plan.tables import table
from minhu.ops.plan.week_told import printed, table_of, told
from minhu.planner.engine.day import Window
from minhu.planner.engine.optimising import Effort
from minhu.planner.proposals import proposal_for
from minhu.supervision.leaving_out import not_checks
from tests import make

AT = make.MONDAY_10


@pytest.fixture
def line(db: None) -> Line:
    made = make.line(make.official(make.city(), "王明", "副局长"))
    make.desk(made.official.office, duty_hours="mon-fri 08:00-18:00")
    return made


def test_a_line_without_a_past_gets_windows_their_effect_and_what_they_rest_on(
    line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "160")
    little = Effort(prune=2, stand=4, differ=2, tried=1, standing=1, half_hours=2)
    rows = printed(told(proposal_for(line, AT, of_citizens=not_checks(), effort=little))).splitlines()

    for part in ("建议方案", "现在", "不相上下的方案", "最要紧的假设"):
        assert any(part in row for row in rows)
    assert any("没有接入日历" in row for row in rows)
    assert any("打断不可打扰的会议" in row and "0.0" in row for row in rows)


def test_it_is_asked_for_by_the_officials_name_too() -> None:
    assert respelled(["李敏", "--week", "--minutes=30"]) == ["week", "李敏", "--minutes=30"]
    assert respelled(["--week", "李敏"]) == respelled(["week", "李敏"]) == ["week", "李敏"]


def test_a_table_is_as_wide_as_the_terminal_and_marks_what_was_chosen(monkeypatch: pytest.MonkeyPatch) -> None:
    wide = table_of("时段", ("接听时段", "兑现"), [("周一至周五 08:00–08:40、17:30–18:00", "✓"), ("全天", "")])
    monkeypatch.setenv("COLUMNS", "30")
    rows = printed([wide]).splitlines()

    assert rows[1].startswith("╭")
    assert all(sum(2 if east_asian_width(one) in "WF" else 1 for one in row) <= 30 for row in rows)
    assert "".join(row.split("│")[1].strip() for row in rows[4:-2]) == "周一至周五08:00–08:40、17:30–18:00"


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (("李敏",), "没有这位领导"),
        (("王明", "--threads=0"), "--threads"),
        (("王明", "--soon=1.5"), "0 到 1 之间"),
        (("王明", "--minutes=0"), "own_minutes_a_day"),
    ],
)
def test_what_cannot_be_planned_is_said_in_words(line: Line, given: tuple[str, ...], words: str) -> None:
    with pytest.raises(CommandError, match=words):
        call_command("plan", "week", *given, stdout=StringIO())


def test_two_lines_of_one_name_are_told_apart_by_their_numbers(line: Line) -> None:
    other = make.line(make.official(line.official.office, "王明"))
    with pytest.raises(CommandError, match="请写号码") as refusal:
        call_command("plan", "week", "王明", stdout=StringIO())
    assert line.number in str(refusal.value)
    assert other.number in str(refusal.value)


def test_days_alike_are_told_together_and_columns_of_chinese_are_aligned() -> None:
    week = (*(Window.of(day, "08:00", "08:30") for day in range(4)), Window.of(4, "17:30", "18:00"))

    assert spans(week) == "周一至周四 08:00–08:30；周五 17:30–18:00"
    assert spans(None) == "全天"
    assert table(("名", "n"), [("王明", "1"), ("a", "12")]) == ["名     n", "────  ──", "王明   1", "a     12"]
