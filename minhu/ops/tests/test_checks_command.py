"""Anybody computes a draw again; what was tampered with is told apart."""

from __future__ import annotations

import io
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from minhu.audit.guards import all_guards
from minhu.audit.triggers import remove
from minhu.supervision import drawing
from minhu.supervision.models import Check, Draw
from minhu.supervision.tests.world import MONDAY, City, numbers

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("numbers")]
__all__ = ["numbers"]


@pytest.fixture
def draw() -> Draw:
    made = City.with_lines().drawn()
    Check.objects.update(state="not_placed", over_at=MONDAY + timedelta(hours=10))
    drawing.reveal_due(MONDAY + timedelta(days=1))
    made.refresh_from_db()
    return made


def told(*words: str) -> str:
    out = io.StringIO()
    call_command("checks", "redraw", *words, stdout=out)
    return out.getvalue()


def test_a_draw_computed_again_is_the_same(draw: Draw) -> None:
    said = told("2026-03-02")

    assert "the same (4 lines)" in said
    assert all(check.line.number in said for check in draw.checks.select_related("line"))


def test_from_the_downloaded_table_and_the_seed_alone_come_the_same_lines(draw: Draw, tmp_path: Path) -> None:
    table = tmp_path / "draw.csv"
    table.write_text(draw.table, encoding="utf-8")
    said = told("2026-03-02", "--table", str(table), "--seed", draw.seed)

    assert draw.commitment in said
    assert all(check.line.number in said for check in draw.checks.select_related("line"))


def test_a_draw_that_was_tampered_with_is_told_and_ends_with_a_fault(draw: Draw) -> None:
    from django.db import connection

    remove(connection, all_guards())
    Draw.objects.filter(pk=draw.pk).update(table=draw.table.replace(",100,", ",10,", 1))

    with pytest.raises(CommandError, match="the table was changed after the draw"):
        told("2026-03-02")


@pytest.mark.parametrize("words", [("2026-03-02", "--seed", "ab"), ("2026-03-02", "--table", "no.csv", "--seed", "a")])
def test_what_is_missing_is_said(words: tuple[str, ...]) -> None:
    with pytest.raises(CommandError):
        told(*words)


def test_a_day_without_a_draw_says_so() -> None:
    City.with_lines()
    drawing.commit_due(MONDAY - timedelta(days=2))

    assert "no draw (holiday)" in told("2026-03-01")
    assert "none was announced" in told("2025-03-01")
