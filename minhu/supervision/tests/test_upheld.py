"""What may be counted against an official, and what is counted of complaints at all."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from minhu.rules.complaints import Verdict
from minhu.rules.figures import Measure
from minhu.rules.ladder import EventKind, Standing
from minhu.supervision import judging, others, upheld
from minhu.supervision.tests.complained import AT, FRIDAY_NIGHT, TUESDAY, WEDNESDAY, Affair, found

pytestmark = pytest.mark.django_db
BEGIN, END = AT - timedelta(days=1), AT + timedelta(days=30)


def events(affair: Affair) -> list[EventKind]:
    """Of what stands."""
    known = upheld.events_of(affair.line.city_id, BEGIN, END).get(affair.official.pk, [])
    return [one.kind for one in known if one.standing is Standing.STANDS]


@pytest.mark.parametrize(
    ("verdict", "counted"),
    [
        (Verdict.TRUE, [EventKind.COMPLAINT]),
        (Verdict.PERFUNCTORY, [EventKind.PERFUNCTORY]),
        (Verdict.NOT_TRUE, []),
        (Verdict.NOT_PROVABLE, []),
        (Verdict.EXCUSED, []),
    ],
)
def test_only_what_is_upheld_counts_against_him(verdict: Verdict, counted: list[EventKind]) -> None:
    affair = Affair.begin()
    affair.found(verdict)

    assert events(affair) == counted
    assert set(upheld.events_of(affair.line.city_id, BEGIN, END)) <= {affair.official.pk}


def test_it_counts_from_when_it_happened_however_long_it_took_to_find() -> None:
    affair = Affair.begin()
    one = affair.found(Verdict.TRUE)
    (event,) = upheld.events_of(affair.line.city_id, BEGIN, END)[affair.official.pk]

    assert event.at == (one.call.received_at if one.call else one.made_at)
    assert event.key == f"complaint:{one.pk}"
    assert upheld.events_of(affair.line.city_id, event.at, END) == {}


@pytest.mark.parametrize(
    ("decided", "counted"), [(Verdict.PERFUNCTORY, [EventKind.PERFUNCTORY]), (Verdict.NOT_PROVABLE, [])]
)
def test_what_is_disputed_counts_nothing_until_it_is_decided(decided: Verdict, counted: list[EventKind]) -> None:
    affair = Affair.begin()
    one = affair.appealed(Verdict.TRUE)
    assert events(affair) == []
    assert upheld.by_verdict(affair.line.city_id, BEGIN, END)[Verdict.TRUE] == 0

    judging.decide(one.pk, found(decided), by=affair.other, at=FRIDAY_NIGHT)
    assert events(affair) == counted


def test_a_line_is_weighed_by_complaints_made_less_those_found_not_true_by_then() -> None:
    affair = Affair.begin()
    affair.found(Verdict.NOT_TRUE)
    city, line = affair.line.city_id, affair.line.pk

    assert upheld.by_line(city, BEGIN, WEDNESDAY) == {line: 1}
    assert upheld.by_line(city, BEGIN, WEDNESDAY + timedelta(seconds=1)) == {}
    assert upheld.by_line(city, BEGIN, TUESDAY) == {}


def test_the_measures_of_a_day_are_the_findings_that_stand() -> None:
    affair = Affair.begin()
    affair.found(Verdict.PERFUNCTORY)
    day, city = date(2026, 3, 4), affair.line.city_id
    did = others.measures(city, day, day)

    assert (did[Measure.FOUND_TRUE], did[Measure.FOUND_NOT_TRUE], did[Measure.EXCUSED]) == (1, 0, 0)
    assert others.measures(city, day, day, frozenset({affair.official.office_id}))[Measure.FOUND_TRUE] == 1
    assert others.measures(city, day, day, frozenset({city}))[Measure.FOUND_TRUE] == 0
    assert others.measures(city, date(2026, 3, 3), date(2026, 3, 3))[Measure.FOUND_TRUE] == 0
