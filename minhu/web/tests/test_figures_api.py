"""What a program reads of the figures is what the page shows, and what the docs say it is."""

from __future__ import annotations

import json
import re
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from minhu.directory.models import Line
from minhu.rules.figures import FIGURES, MATTERS
from minhu.supervision.models import WHOLE_DAY, DayCount
from tests import make

pytestmark = pytest.mark.django_db
DOC = Path(__file__).resolve().parents[3] / "docs" / "reference" / "figures.md"
ADDRESS = "/api/v1/figures?weeks=4"


@pytest.fixture(autouse=True)
def monday(monkeypatch: pytest.MonkeyPatch) -> datetime:
    monkeypatch.setattr(timezone, "now", lambda: make.MONDAY_10)
    return make.MONDAY_10


@pytest.fixture
def city() -> None:
    """An office of forty calls, of which thirty were answered, and one of nine."""
    root = make.city()
    for name, calls, answered in (("市水务局", 40, 30), ("市园林局", 9, 9)):
        line = make.line(make.official(make.office(root, name)))
        counted(line, calls=calls, answered=answered, in_person=answered // 2)


def counted(line: Line, **counts: int) -> None:
    for hour in (9, WHOLE_DAY):
        DayCount.objects.create(city=line.city, day_on=date(2026, 2, 16), hour=hour, line=line, **counts)


def test_the_example_in_the_docs_is_what_is_answered(city: None, client: Client) -> None:
    found = re.search(r"```json\n(.*?)```", DOC.read_text(encoding="utf-8"), re.DOTALL)
    assert found is not None
    example, answer = json.loads(found[1]), client.get(ADDRESS).json()

    assert not list(missing(example, answer))
    assert example.keys() == answer.keys()


def missing(example: Any, answer: Any, path: str = "") -> list[str]:
    """What the example has and the answer has not; lists are compared by their first rows."""
    if isinstance(example, dict) and isinstance(answer, dict):
        return [
            fault
            for key, value in example.items()
            for fault in (missing(value, answer[key], f"{path}.{key}") if key in answer else [f"{path}.{key}"])
        ]
    if isinstance(example, list) and isinstance(answer, list) and len(example) <= len(answer):
        return [
            fault for number, one in enumerate(example) for fault in missing(one, answer[number], f"{path}[{number}]")
        ]
    return [] if example == answer else [f"{path}: {example} is {answer}"]


def test_an_office_of_nine_calls_tells_no_figure(city: None, client: Client) -> None:
    offices = {one["name"]: one for one in client.get(ADDRESS).json()["offices"]}

    assert offices["市水务局"]["figures"]["answered"]["number"] == 30
    assert offices["市园林局"]["figures"]["calls"] is None
    assert offices["市园林局"]["figures"]["answered"] is None
    assert offices["市园林局"]["compared"]["answered"] is None


def test_every_figure_is_told_with_its_definition(city: None, client: Client) -> None:
    told = client.get(ADDRESS).json()
    names = {one.name: one.formula for one in (*FIGURES, *MATTERS)}

    assert {name: one["formula"] for name, one in told["definitions"].items()} == names
    assert told["whole"].keys() == names.keys()
    assert len(told["weeks"]) == 4
    assert len(told["hours"]) == 24


def test_the_answer_may_be_kept_and_read_by_any_site(city: None, client: Client) -> None:
    first = client.get(ADDRESS)
    again = client.get(ADDRESS, headers={"If-None-Match": first.headers["ETag"]})

    assert first.headers["Cache-Control"] == "public, max-age=300"
    assert first.headers["Access-Control-Allow-Origin"] == "*"
    assert "Cookie" not in first.headers.get("Vary", "")
    assert again.status_code == 304
    assert not again.content


@pytest.mark.parametrize("weeks", ["3", "x", ""])
def test_a_span_that_is_not_offered_is_refused_with_what_is(weeks: str, city: None, client: Client) -> None:
    answer = client.get(f"/api/v1/figures?weeks={weeks}")

    assert answer.status_code == 422
    assert answer.json() == {"code": "no_such_period", "message": "weeks 只能是 4、12、26、52。"}
    assert "Cache-Control" not in answer.headers


def test_nothing_is_taken_and_before_there_is_a_city_nothing_is_told(client: Client) -> None:
    assert client.post("/api/v1/figures").status_code == 405
    assert client.get("/api/v1/figures").status_code == 503
    assert client.get("/api/v1/figures").json()["code"] == "no_city"
