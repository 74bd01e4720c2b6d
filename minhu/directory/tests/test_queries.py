"""What the public sees of the directory, and what it never sees."""

from __future__ import annotations

from dataclasses import asdict
from datetime import timedelta

import pytest
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from minhu.directory import queries
from minhu.directory.models import Line, Office, Official
from minhu.rules.words import OfficeKind, Presence, Role
from tests import make
from tests.make import MONDAY_10 as AT

pytestmark = pytest.mark.django_db


def names(city: Office, search: str = "") -> list[str]:
    return [one.name for group in queries.public_directory(city.pk, search, at=AT) for one in group.officials]


@pytest.fixture
def city() -> Office:
    made = make.city()
    roads = make.office(made, "市交通运输局")
    county = make.office(made, "清溪县", OfficeKind.COUNTY)
    mayor = make.official(made, "程望舒", "市长")
    shan = make.official(roads, "单春梅", "局长", superior=mayor, handset="+8615400019999")
    Official.objects.filter(pk=shan.pk).update(duties="负责公路养护、春运组织。")
    for one in (mayor, shan, make.official(county, "解立新", "县长")):
        make.line(one)
    return made


@pytest.mark.parametrize(
    ("search", "found"),
    [
        ("", ["程望舒", "单春梅", "解立新"]),
        ("单春梅", ["单春梅"]),
        ("春梅", ["单春梅"]),
        ("shan", ["单春梅"]),
        ("SCM", ["单春梅"]),
        ("xie li", ["解立新"]),
        ("市长", ["程望舒"]),
        ("交通 局长", ["单春梅"]),
        ("jiaotong", ["单春梅"]),
        ("春运", ["单春梅"]),
        ("清溪", ["解立新"]),
        ("教育", []),
        ("dan", []),
    ],
)
def test_an_official_is_found_by_name_pinyin_title_or_duty(city: Office, search: str, found: list[str]) -> None:
    assert names(city, search) == found


def test_a_number_is_found_by_its_digits(city: Office) -> None:
    line = Line.objects.get(official__name="解立新")

    assert names(city, line.number[-6:]) == ["解立新"]


@pytest.mark.parametrize(
    "change",
    [
        {"consented_on": None, "published_from": None},
        {"published_from": AT.date() + timedelta(days=1)},
        {"published_until": AT.date() - timedelta(days=1)},
        {"withdrawn_at": AT, "withdrawn_reason": "换号"},
    ],
    ids=["no consent", "not yet", "no longer", "withdrawn"],
)
def test_only_numbers_that_may_be_shown_are_shown(city: Office, change: dict[str, object]) -> None:
    line = Line.objects.get(official__name="单春梅")
    Line.objects.filter(pk=line.pk).update(**change)

    assert names(city) == ["程望舒", "解立新"]
    assert queries.official_page(city.pk, line.official_id, at=AT) is None
    assert queries.public_line(city.pk, line.pk, at=AT) is None


def test_who_left_his_post_is_not_shown(city: Office) -> None:
    Official.objects.filter(name="单春梅").update(left_on=AT.date())

    assert names(city) == ["程望舒", "解立新"]


def test_a_page_names_the_next_higher_leader(city: Office) -> None:
    shan = Official.objects.get(name="单春梅")

    page = queries.official_page(city.pk, shan.pk, at=AT)

    assert page is not None
    assert page.official.full_title == "市交通运输局局长"
    assert page.superior is not None
    assert page.superior.name == "程望舒"


def test_no_public_page_holds_a_private_handset(city: Office) -> None:
    shan = Official.objects.get(name="单春梅")

    page = queries.official_page(city.pk, shan.pk, at=AT)

    assert page is not None
    assert "15400019999" not in str(asdict(page))
    assert "15400019999" not in str([asdict(group) for group in queries.public_directory(city.pk, at=AT)])


def test_another_citys_officials_are_not_shown(city: Office) -> None:
    other = make.city("邻市")
    stranger = make.official(other, "外人")
    make.line(stranger)

    assert "外人" not in names(city)
    assert queries.official_page(city.pk, stranger.pk, at=AT) is None


def test_units_come_in_the_citys_order_with_townships_below_their_county(city: Office) -> None:
    county = Office.objects.get(name="清溪县")
    Office.objects.filter(name="市交通运输局").update(order=9)
    make.line(make.official(make.office(county, "长滩镇", OfficeKind.TOWNSHIP)))

    groups = queries.public_directory(city.pk, at=AT)

    assert [(group.name, group.depth) for group in groups] == [
        ("安澜市", 0),
        ("清溪县", 1),
        ("长滩镇", 2),
        ("市交通运输局", 1),
    ]


def test_the_whole_directory_costs_two_queries(city: Office, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    with django_assert_num_queries(2):
        queries.public_directory(city.pk, at=AT)


def test_an_account_sees_with_the_roles_of_its_own_city_only(city: Office) -> None:
    roads = Office.objects.get(name="市交通运输局")
    account = make.account(roads, Role.STAFF)

    viewer = queries.viewer_of(account)

    assert (viewer.city_id, viewer.official_id) == (city.pk, None)
    assert [(grant.role, grant.office_id) for grant in viewer.grants] == [(Role.STAFF, roads.pk)]


def test_an_account_without_any_role_sees_no_city(city: Office) -> None:
    viewer = queries.viewer_of(make.account(city))

    assert (viewer.city_id, viewer.grants) == (0, ())


def test_an_official_who_left_no_longer_acts_as_one(city: Office) -> None:
    shan = Official.objects.get(name="单春梅")
    account = make.account(city, official=shan)
    Official.objects.filter(pk=shan.pk).update(left_on=AT.date())
    account.refresh_from_db()

    assert queries.viewer_of(account).official_id is None


def test_presence_is_told_for_the_moment_asked(city: Office) -> None:
    shan = Official.objects.get(name="单春梅")
    make.busy(shan, Presence.TRAVELLING, since=AT, lasts=timedelta(hours=2))

    assert queries.presence_of(shan.pk, AT).state is Presence.TRAVELLING
    assert queries.presence_of(shan.pk, AT + timedelta(hours=3)).state is Presence.AVAILABLE


def test_a_city_that_was_not_loaded_says_so() -> None:
    with pytest.raises(queries.NoCity):
        queries.the_city()
    made = make.city()
    assert queries.the_city() == made
    assert timezone.is_aware(AT)
