"""A citizen who says what it is about is told whom to call, or what fits better."""

from __future__ import annotations

import pytest
from django.test import Client

from minhu.directory.models import Office, Official
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture
def city() -> Office:
    return make.city()


def person(city: Office, office: str, name: str, duties: str) -> Official:
    made = make.official(make.office(city, office), name, "局长")
    made.duties = duties
    made.save(update_fields=["duties"])
    make.line(made, opening_hours="mon-fri 09:00-17:00")
    return made


@pytest.fixture
def water(city: Office) -> Official:
    person(city, "市教育局", "袁朗", "主持全面工作，分管义务教育、招生考试。")
    person(city, "市医疗保障局", "焦慧敏", "主持全面工作，分管医保待遇、异地就医结算。")
    return person(city, "市水务局", "江海平", "主持全面工作，分管供水、排水、防汛。")


def asked(client: Client, words: str) -> str:
    return client.get("/", {"q": words}).content.decode()


def test_everyday_words_lead_to_whose_duty_it_is_and_say_why_and_when(client: Client, water: Official) -> None:
    page = asked(client, "小区停水两天了没人修")

    assert "江海平" in page
    assert "袁朗" not in page
    assert "供水" in page
    assert "接听时间：周一至周五" in page


def test_what_cannot_wait_is_answered_with_the_emergency_number_first(client: Client, water: Official) -> None:
    page = asked(client, "邻居家着火了，有人晕倒，小区还停水")

    first, then = page.index("有危险，先打"), page.index("江海平")
    assert first < then
    assert 'href="tel:119"' in page[first:then]
    assert 'href="tel:120"' in page[first:then]


def test_a_question_about_policy_is_offered_the_hotline_beside_the_official(client: Client, water: Official) -> None:
    page = asked(client, "请问医保报销需要什么材料")

    assert "焦慧敏" in page
    assert "12345 热线可以当场答复" in page


def test_what_belongs_to_a_court_is_shown_its_door(client: Client, water: Official) -> None:
    assert "12368" in asked(client, "法院判决了对方不执行")


def test_nobody_is_named_whose_number_is_not_public_nor_where_nothing_fits(client: Client, water: Official) -> None:
    hidden = make.official(make.office(water.office.parent or water.office, "市交通局"), "查无人", "局长")
    hidden.duties = "分管公交、地铁。"
    hidden.save(update_fields=["duties"])

    assert "查无人" not in asked(client, "公交车总是不来")
    assert "没有找到" in asked(client, "甲乙丙丁")


def test_an_answer_costs_a_fixed_few_questions(
    client: Client, water: Official, django_assert_max_num_queries: object
) -> None:
    asked(client, "停水")

    with django_assert_max_num_queries(12):  # type: ignore[operator]
        asked(client, "停水")
