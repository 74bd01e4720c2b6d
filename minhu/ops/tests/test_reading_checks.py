"""What the doctor says of the readers of citizens' matters."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone
from pytest_django import Settings

from minhu.cases import actions
from minhu.insight import library
from minhu.insight.engine.triage import train
from minhu.insight.engine.vectors import Message
from minhu.ops.findings import Finding, Grade
from minhu.ops.reading_checks import OLD, reading
from minhu.rules.words import Question
from tests import make

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_english")]


@pytest.fixture(autouse=True)
def data(settings: Settings, tmp_path: Path) -> None:
    settings.DATA_DIR = tmp_path


def found() -> dict[str, Finding]:
    return {one.about: one for one in reading()}


def trained(*, days: int = 0, label: str = "城乡建设") -> Path:
    rows = [(f"路面坑洼{n}", label) if n % 2 else (f"小学补课{n}", "教育文体") for n in range(24)]
    model = train([Message("", text) for text, _ in rows], [label for _, label in rows])
    return library.save(Question.SUBJECT, model, at=timezone.now() - timedelta(days=days), taught_to=0)


def test_all_is_well_without_a_model() -> None:
    assert {one.grade for one in reading()} == {Grade.WELL}


def test_a_model_is_named_with_its_age() -> None:
    trained(days=3)

    assert "subject-0001.npz, 2 labels, 3 days old" in found()["subjects"].found


def test_an_old_model_and_one_of_other_subjects_want_training() -> None:
    trained(days=OLD.days + 1)
    assert (found()["subjects"].grade, "train" in found()["subjects"].cure) == (Grade.CARE, True)

    trained(label="没有的主题")
    assert "没有的主题" in found()["subjects"].found


def test_a_file_that_is_no_model_is_ill() -> None:
    trained().write_bytes(b"")

    assert found()["subjects"].grade is Grade.ILL


def test_a_reader_that_is_not_there_is_ill(settings: Settings) -> None:
    settings.INSIGHT = replace(settings.INSIGHT, reader="ours.not.there")

    assert (found()["reader"].grade, "MINHU_INSIGHT_READER" in found()["reader"].cure) == (Grade.ILL, True)


def test_cases_that_wait_are_counted() -> None:
    line = make.line(make.official(make.office(make.city())))
    make.text(line, make.citizen(line.city), "人民路的路灯坏了三天")
    actions.take_in(at=make.MONDAY_10)

    assert found()["reading"].found == "1 cases wait to be read"
