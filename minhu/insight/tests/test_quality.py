from __future__ import annotations

from datetime import timedelta

import pytest

from minhu.cases.models import Case, Conflict
from minhu.insight import quality
from minhu.insight.quality import Between
from minhu.insight.tests.replied import AT, case, many, signed
from minhu.rules.access import Viewer
from minhu.rules.words import ReplySign, Role
from tests import make

pytestmark = pytest.mark.django_db
TIME = Between(AT, AT + timedelta(days=1))


def test_shares_are_by_office_with_intervals_and_none_of_fewer_than_ten() -> None:
    city = make.city()
    busy, quiet = (make.line(make.official(make.office(city, name))) for name in ("甲局", "乙局"))
    many(busy, 3, "AA", empty=True, no_fact=True)
    many(busy, 9, "BB")
    many(quiet, 9, "CC", empty=True)

    first, second = quality.by_office(make.viewer(city, Role.SUPERVISOR), TIME)

    assert (first.name, first.replies, second.name, second.replies) == ("甲局", 12, "乙局", 9)
    assert first.any_sign is not None
    assert (first.any_sign.part, first.any_sign.whole) == (3, 12)
    assert first.any_sign.low < 0.25 < first.any_sign.high
    assert second.any_sign is None
    assert dict(first.signs)[ReplySign.TEMPLATE] is not None
    assert dict(second.signs)[ReplySign.EMPTY] is None


def test_rows_are_paged_the_latest_first_and_a_page_that_is_not_there_is_the_last() -> None:
    city = make.city()
    many(make.line(make.official(make.office(city))), 25, "AA", empty=True)
    viewer = make.viewer(city, Role.SUPERVISOR)

    first, last, beyond = (quality.with_signs(viewer, TIME, page=page) for page in (1, 2, 99))

    assert (first.total, first.pages, len(first.rows), len(last.rows)) == (25, 2, 20, 5)
    assert beyond == last
    assert len({one.code for one in (*first.rows, *last.rows)}) == 25


def test_rows_can_be_narrowed_and_name_no_person() -> None:
    city = make.city()
    line = make.line(make.official(make.office(city), "赵不应出现"))
    many(line, 1, "AA", empty=True)
    many(line, 1, "BB", no_fact=True)
    many(line, 1, "CC")
    viewer = make.viewer(city, Role.LEADERSHIP)

    everything = quality.with_signs(viewer, TIME).rows
    assert len(everything) == 2
    assert "赵不应出现" not in str(everything)
    assert [one.code for one in quality.with_signs(viewer, TIME, sign=ReplySign.EMPTY).rows] == ["AA000000"]
    assert quality.with_signs(viewer, TIME, office_id=city.pk).rows == ()


@pytest.mark.parametrize("role", [Role.STAFF, Role.UNIT, Role.OPERATOR, Role.AUDITOR, Role.INSPECTOR])
def test_nobody_but_supervision_and_leadership_gets_any(role: Role) -> None:
    city = make.city()
    many(make.line(make.official(make.office(city))), 1, "AA", empty=True)

    assert _of(make.viewer(city, role)) == ((), (), 0)


def test_a_case_that_must_not_reach_him_and_a_confidential_one_are_not_counted() -> None:
    city = make.city()
    accused = make.office(city, "被反映的局")
    line = make.line(make.official(accused))
    shut = case(line, "AAAA0001")
    signed(shut, accused, empty=True)
    signed(case(line, "AAAA0002", confidential=True), accused, empty=True)
    Conflict.objects.create(city=city, case=shut, office=accused, reason="群众指明", at=AT)

    assert _of(make.viewer(accused, Role.LEADERSHIP), shut.pk) == ((), (), 0)
    offices, rows, of_case = _of(make.viewer(city, Role.SUPERVISOR), shut.pk)
    assert (offices[0].replies, len(rows), of_case) == (1, 1, 1)


def test_another_city_sees_none() -> None:
    many(make.line(make.official(make.office(make.city()))), 1, "AA", empty=True)

    assert _of(make.viewer(make.city("邻市"), Role.SUPERVISOR)) == ((), (), 0)


def _of(viewer: Viewer, case_id: int = 0) -> tuple[tuple[quality.OfficeShares, ...], tuple[object, ...], int]:
    rows = quality.with_signs(viewer, TIME).rows
    first = case_id or Case.objects.order_by("pk").values_list("pk", flat=True)[0]
    return quality.by_office(viewer, TIME), rows, len(quality.of_case(viewer, first))
