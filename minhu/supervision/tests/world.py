"""A city with lines, an inspector with a telephone, and its draws, for tests of checks."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest
from django.conf import settings

from minhu.cases import actions as cases
from minhu.cases.models import Case
from minhu.directory.models import Line, Office
from minhu.intake.citizens import citizen_of
from minhu.intake.models import Call
from minhu.rules.access import Viewer
from minhu.rules.complaints import Ground
from minhu.rules.words import OfficeKind, PartyKind, Role
from minhu.supervision import checking, complaining, drawing
from minhu.supervision.complaining import Said
from minhu.supervision.models import Check, Draw
from tests import make

CHECK_NUMBERS = ("+8615499990001", "+8615499990002")
HIS_TELEPHONE = "+8615499990009"
SUNDAY_NOON = make.MONDAY_10 - timedelta(hours=22)
MONDAY = make.MONDAY_10 - timedelta(hours=10)
"""Midnight of the working Monday."""


@dataclass
class City:
    """city, its county, the lines of both; an inspector and a supervisor of the whole."""

    city: Office
    county: Office
    lines: list[Line]
    inspector: Viewer
    supervisor: Viewer
    checks: list[Check] = field(default_factory=list)

    @classmethod
    def with_lines(cls, count: int = 6) -> City:
        city = make.city()
        county = make.office(city, "临河区", OfficeKind.COUNTY)
        lines = [make.line(make.official(county if n % 2 else city, f"领导{n}")) for n in range(count)]
        made = cls(city, county, lines, make.viewer(city, Role.INSPECTOR), make.viewer(city, Role.SUPERVISOR))
        checking.set_telephone(HIS_TELEPHONE, by=made.inspector)
        return made

    def drawn(self) -> Draw:
        """Committed on Sunday, drawn on Monday."""
        drawing.commit_due(SUNDAY_NOON)
        drawing.draw_due(MONDAY + timedelta(minutes=1))
        draw = Draw.objects.get(city=self.city, on=make.MONDAY_10.date())
        self.checks = list(draw.checks.select_related("line__official").order_by("from_at"))
        return draw

    def comes_in(self, check: Check, at: datetime, *, answered_by: PartyKind | None = PartyKind.OFFICIAL) -> Call:
        """The call of the latest try reaches the line, and is over."""
        tried = check.tries.order_by("nth").last()
        assert tried is not None
        call = make.call(check.line, tried.caller, at=at, answered_by=answered_by)
        cases.take_in(at=at + timedelta(minutes=2))
        return call

    def complained_of(self, line: Line, *, at: datetime) -> None:
        """A citizen wrote, and complains of how the line dealt with it."""
        make.text(line, make.citizen(self.city), "没有人接，也没有回电话", at=at)
        cases.take_in(at=at)
        case = Case.objects.get(line=line)
        complaining.file_by_code(case.code, "203.0.113.7", Said(Ground.UNANSWERED, "没有人接"), at=at)

    def check_number(self) -> int:
        return citizen_of(self.city.pk, CHECK_NUMBERS[0], MONDAY).pk


@pytest.fixture
def numbers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "CHECK_NUMBERS", CHECK_NUMBERS)
    monkeypatch.setattr(settings, "CHECKS_A_DAY", 4)
