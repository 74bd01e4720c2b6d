"""Vectors are made once for the words of a case, are the same whoever reads them, and go with what became secret."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from minhu.cases.models import Case
from minhu.insight import forgetting
from minhu.insight.embedded import embedded
from minhu.insight.engine.embedders import Vectors
from minhu.insight.models import Embedded
from minhu.insight.reports import reports_of
from minhu.insight.tests.burst import AT, BURST, cases, citizens
from tests import make

pytestmark = pytest.mark.django_db


class Counting:
    """An embedder that remembers what it was given."""

    def __init__(self) -> None:
        self.read: list[str] = []

    def __call__(self, texts: Sequence[str]) -> Vectors:
        self.read += texts
        return np.asarray([[len(text), 1 / 3, np.pi, ord(text[0])] for text in texts], np.float32)


@pytest.fixture
def made() -> list[Case]:
    line = make.line(make.official(make.office(make.city(), "市水务局")))
    return cases(line, BURST[:3], citizens(line.city, 3))


def test_a_vector_is_made_once_and_comes_back_as_it_was(made: list[Case]) -> None:
    reports, embed = reports_of([one.pk for one in made]), Counting()
    first, again = embedded(reports[:2], embed), embedded(reports, embed)

    assert len(embed.read) == len(reports)
    for one, other in zip(first, again, strict=False):
        assert one.vector is not None
        assert other.vector is not None
        assert one.vector.tobytes() == other.vector.tobytes()


def test_other_words_are_read_again(made: list[Case]) -> None:
    ids, embed = [one.pk for one in made], Counting()
    embedded(reports_of(ids), embed)
    Case.objects.filter(pk=ids[0]).update(title="路灯不亮", body="路灯不亮，天黑看不见")
    embedded(reports_of(ids), embed)

    assert len(embed.read) == len(ids) + 1
    assert Embedded.objects.count() == len(ids)


def test_nothing_is_left_of_what_became_confidential(made: list[Case]) -> None:
    embedded(reports_of([one.pk for one in made]), Counting())
    Case.objects.filter(pk=made[0].pk).update(confidential=True)
    forgetting.forget(made[0].city_id, at=AT)

    assert {one.case_id for one in Embedded.objects.all()} == {one.pk for one in made[1:]}
