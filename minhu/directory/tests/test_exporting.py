"""What leaves the directory can be read back, opened without harm, and kept in a phone."""

from __future__ import annotations

import io
from datetime import timedelta
from xml.etree import ElementTree

import openpyxl
import pytest

from minhu.directory import actions, exporting, importing, queries
from minhu.directory.actions.notices import Terms
from minhu.directory.errors import NotAllowed
from minhu.directory.exporting import CardVersion
from minhu.directory.models import Line, Official
from minhu.directory.tests.notices import HEAD, xlsx
from minhu.rules.access import system
from minhu.rules.words import Role
from tests import make
from tests.make import MONDAY_10 as AT

pytestmark = pytest.mark.django_db


def _public(city_id: int) -> list[queries.PublicOfficial]:
    return [official for group in queries.public_directory(city_id, at=AT) for official in group.officials]


def test_what_was_exported_is_imported_again_without_a_change() -> None:
    city = make.city()
    content = xlsx(
        (
            "安澜市",
            "程望舒",
            "市长",
            "主持全面工作。",
            "15400000001",
            "周一至周五 8:30-12:00 14:30-18:00；周六 9:00-11:30",
        ),
        ("市水务局", "王明", "局长", "负责供水，\n防汛。", "15400000002、0558-5112345", ""),
        ("清溪县", "李强", "县长", "", "15400000003", "全天"),
        head=(*HEAD, "接听时段"),
    )
    terms = Terms(consented_on=AT.date(), published_from=AT.date())
    digest = importing.examine(content, city.pk).digest
    actions.import_directory(content, digest, by=system(city.pk), terms=terms)

    report = importing.examine(exporting.notice(city.pk, AT), city.pk)

    assert report.faults == ()
    assert (report.unchanged, report.alterations, report.missing) == (3, (), ())


def test_a_name_that_looks_like_a_formula_stays_a_name() -> None:
    city = make.city()
    make.line(make.official(city, '=HYPERLINK("http://x")', "@局长"))

    sheet = openpyxl.load_workbook(io.BytesIO(exporting.notice(city.pk, AT))).worksheets[0]

    assert (sheet["B3"].value, sheet["B3"].data_type) == ('=HYPERLINK("http://x")', "s")
    assert sheet["C3"].data_type == "s"


def test_the_public_table_has_no_private_handset_and_no_unpublished_line() -> None:
    city = make.city()
    wang = make.official(city, handset="+8615400019999")
    shown, hidden = make.line(wang), make.line(wang, published_from=None)

    words = _words(exporting.notice(city.pk, AT))

    assert shown.number[3:] in words
    assert hidden.number[3:] not in words
    assert "15400019999" not in words


def test_an_operator_exports_what_is_not_public_yet() -> None:
    city = make.city()
    line = make.line(make.official(city), published_from=None)

    operator = make.viewer(city, Role.OPERATOR)

    assert line.number[3:] in _words(exporting.notice(city.pk, AT, everything_for=operator))
    with pytest.raises(NotAllowed):
        exporting.notice(city.pk, AT, everything_for=make.viewer(city, Role.STAFF))


@pytest.mark.parametrize("version", list(CardVersion))
def test_a_card_names_the_official_as_a_phone_shows_him(version: CardVersion) -> None:
    city = make.city()
    wang = make.official(make.office(city, "市水务局"), "欧阳敏", "局长")
    make.line(wang, number="+8615400000001")
    Official.objects.update(duties="负责供水；防汛, 抗旱\n节水" * 5)

    card = exporting.cards(_public(city.pk), version)

    unfolded = card.replace("\r\n ", "")
    assert f"VERSION:{version}\r\n" in card
    assert "N:欧阳;敏;;;\r\n" in unfolded
    assert "ORG:市水务局\r\n" in unfolded
    assert "+8615400000001\r\n" in unfolded
    assert "防汛\\, 抗旱\\n节水" in unfolded
    assert all(len(line.encode()) <= 75 for line in card.split("\r\n"))


def test_all_cards_are_in_one_file() -> None:
    city = make.city()
    for _ in range(3):
        make.line(make.official(city))

    assert exporting.cards(_public(city.pk)).count("BEGIN:VCARD\r\n") == 3


def test_a_code_is_a_drawing_that_stands_alone() -> None:
    city = make.city()
    make.line(make.official(city, "王明"))
    official = _public(city.pk)[0]

    for drawing in (exporting.line_code(official.lines[0]), exporting.card_code(official)):
        root = ElementTree.fromstring(drawing)  # noqa: S314 - our own
        assert root.tag == "{http://www.w3.org/2000/svg}svg"


def test_a_line_leaves_the_public_table_when_its_dates_end() -> None:
    city = make.city()
    line = make.line(make.official(city))
    Line.objects.filter(pk=line.pk).update(published_until=AT.date())

    assert line.number[3:] in _words(exporting.notice(city.pk, AT))
    assert line.number[3:] not in _words(exporting.notice(city.pk, AT + timedelta(days=1)))


def _words(content: bytes) -> str:
    sheet = openpyxl.load_workbook(io.BytesIO(content)).worksheets[0]
    return " ".join(str(cell.value) for row in sheet.iter_rows() for cell in row)
