"""The weekly report as a document: the same figures, with its letters in it, for those who may see them."""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator

import pytest

from minhu.directory.models import Line
from minhu.rules.words import Role
from minhu.web.tests.test_figures_pages import counted, few, line, monday, signed_in

__all__ = ["few", "line", "monday"]
pytestmark = pytest.mark.django_db
ADDRESS = "/console/figures/report.pdf"


def test_supervision_hands_on_the_report_with_its_chinese_letters_in_it(line: Line) -> None:
    counted(line, calls=40, answered=30)
    answer = signed_in(line.city, Role.SUPERVISOR).get(ADDRESS)

    assert answer.headers["Content-Type"] == "application/pdf"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="minhu-weekly-2026-02-23.pdf"'
    assert answer.headers["Cache-Control"] == "private, no-store"
    fonts = list(embedded(answer.content))
    assert any(b"CJK" in name for name in fonts), fonts


def embedded(document: bytes) -> Iterator[bytes]:
    """The names of the fonts whose letters are in a document."""
    streams = [zlib.decompress(one) for one in re.findall(rb"stream\n(x.*?)\nendstream", document, re.DOTALL)]
    for part in (document, *streams):
        for described in re.findall(rb"<<[^<>]*/FontFile\d?[^<>]*>>", part):
            yield from re.findall(rb"/FontName\s*/(\S+)", described)


def test_nobody_gets_the_report_of_an_office_that_is_not_his(line: Line, few: Line) -> None:
    own = signed_in(few.official.office, Role.OFFICIAL, few)

    assert own.get(f"{ADDRESS}?office={line.official.office_id}").status_code == 404
    assert signed_in(line.city, Role.STAFF).get(ADDRESS).status_code == 403
