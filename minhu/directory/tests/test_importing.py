"""A city hands in its notice: what is right goes in whole, what is wrong is named, and nothing in between."""

from __future__ import annotations

import pytest

from minhu.audit.models import TrailEntry
from minhu.directory import actions, importing, snapshot
from minhu.directory.actions.notices import Terms
from minhu.directory.errors import ImportRefused, NotAllowed
from minhu.directory.models import Line, Office, Official
from minhu.directory.tests.notices import HEAD, csv, xlsx
from minhu.rules.access import system
from minhu.rules.words import Role
from tests import make
from tests.make import MONDAY_10 as AT

pytestmark = pytest.mark.django_db

WANG = ("市水务局", "王明", "局长", "负责供水。", "15400000001")
LI = ("市交通运输局", "李强", "局长", "负责公路。", "15400000002")


@pytest.fixture
def city() -> Office:
    return make.city()


def take_in(content: bytes, city: Office, terms: Terms | None = None) -> importing.Report:
    report = importing.examine(content, city.pk)
    assert not report.faults, [str(fault) for fault in report.faults]
    return actions.import_directory(content, report.digest, by=system(city.pk), terms=terms)


def faults(content: bytes, city: Office) -> list[str]:
    return [str(fault) for fault in importing.examine(content, city.pk).faults]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_a_csv_is_read_in_whatever_encoding_the_city_uses(city: Office, encoding: str) -> None:
    take_in(csv(WANG, LI, encoding=encoding), city)

    assert list(Official.objects.order_by("id").values_list("name", "office__name")) == [
        ("王明", "市水务局"),
        ("李强", "市交通运输局"),
    ]


def test_the_head_is_found_under_a_title_and_merged_offices_are_carried_down(city: Office) -> None:
    content = xlsx(WANG, ("", "赵 敏", "副局长", "", "154 0000 0003"), title="安澜市公布电话")

    take_in(content, city)

    assert Official.objects.get(name="赵敏").office.name == "市水务局"
    assert Line.objects.get(official__name="赵敏").number == "+8615400000003"


@pytest.mark.parametrize(
    "written",
    [
        1.5400000001e10,
        15400000001,
        "154-0000-0001",
        "１５４０００００００１",
        "+86 154 0000 0001",
        "1.5400000001E+10",
    ],
)
def test_a_number_is_understood_however_the_table_holds_it(city: Office, written: object) -> None:
    take_in(xlsx((*WANG[:4], written)), city)

    assert Line.objects.get().number == "+8615400000001"


def test_two_numbers_in_one_cell_and_in_two_columns_are_all_his(city: Office) -> None:
    head = ("单位", "姓名", "职务", "办公电话", "手机")
    take_in(xlsx(("市水务局", "王明", "局长", "0558-5112345", "15400000001、15400000002"), head=head), city)

    numbers = set(Line.objects.values_list("number", flat=True))
    assert numbers == {"+865585112345", "+8615400000001", "+8615400000002"}


def test_several_sheets_are_read_and_one_without_a_list_is_noted(city: Office) -> None:
    content = xlsx(WANG, 县区=[HEAD, ("清溪县", "李强", "县长", "", "15400000002")], 说明=[("本表由办公室填写",)])

    report = take_in(content, city)

    assert len(report.additions) == 2
    assert Office.objects.get(name="清溪县").kind == "county"
    assert report.notes == ("《说明》没有名单表头，未读取。",)


def test_every_fault_is_named_by_sheet_row_column_and_cure(city: Office) -> None:
    content = xlsx(
        (*WANG[:4], "1540000000"),
        ("市水务局", "", "副局长", "", "15400000002"),
        ("市水务局", "张三", "副局长", "", "5112345"),
        ("市水务局", "李四", "副局长", "", "1.54E+10"),
        ("市水务局", "钱七", "副局长", "", "154000000012 转8"),
        ("市水务局", "孙八", "副局长", "", "12345"),
        ("市水务局", "周九", "", "", ""),
    )

    found = faults(content, city)

    assert found == [
        "《名单》第 2 行“电话”列：1540000000 少一位，手机号码应为 11 位，请核对。",
        "《名单》第 3 行“姓名”列：没有填写，请补上。",
        "《名单》第 4 行“电话”列：5112345 没有区号，请写成“区号-5112345”。",
        "《名单》第 5 行“电话”列：1.54E+10 是科学计数法，末几位已经丢失，请把该列设为“文本”后重新填写。",
        "《名单》第 6 行“电话”列：“154000000012 转8”里有不是号码的字（转），请只留号码。",
        "《名单》第 7 行“电话”列：12345 是服务号码，不能作为领导干部的号码，请核对。",
        "《名单》第 8 行“职务”列：没有填写，请补上。",
        "《名单》第 8 行“电话”列：没有填写，请补上要公布的号码。",
    ]


def test_one_number_for_two_people_is_a_fault_that_names_both(city: Office) -> None:
    assert faults(xlsx(WANG, (*LI[:4], "154 0000 0001")), city) == [
        "《名单》第 3 行“电话”列：154 0000 0001 与《名单》第 2 行 王明 的号码相同，请核对。"
    ]


def test_a_number_published_for_somebody_else_is_a_fault(city: Office) -> None:
    make.line(make.official(make.office(city, "市教育局"), "温若兰"), number="+8615400000001")

    assert faults(xlsx(WANG), city) == [
        "《名单》第 2 行“电话”列：154 0000 0001 已公布给市教育局温若兰，请先撤下或核对号码。"
    ]


def test_a_formula_is_not_taken_for_a_number(city: Office) -> None:
    assert faults(xlsx((*WANG[:4], "=A1&B1")), city) == [
        "《名单》第 2 行“电话”列：这里是公式，请复制后“选择性粘贴”为数值。"
    ]


def test_a_missing_column_is_told(city: Office) -> None:
    assert faults(xlsx(("市水务局", "王明", "15400000001"), head=("单位", "姓名", "电话")), city) == [
        "《名单》第 1 行“职务”列：表头里没有这一列，请加上。"
    ]


def test_with_one_fault_nothing_at_all_goes_in(city: Office) -> None:
    content = xlsx(WANG, (*LI[:4], "1"))

    with pytest.raises(ImportRefused):
        actions.import_directory(content, importing.examine(content, city.pk).digest, by=system(city.pk))

    assert not Official.objects.exists()
    assert not Line.objects.exists()


def test_what_was_not_dry_run_is_refused(city: Office) -> None:
    digest = importing.examine(xlsx(WANG), city.pk).digest

    with pytest.raises(ImportRefused, match="重新试导入"):
        actions.import_directory(xlsx(WANG, LI), digest, by=system(city.pk))

    assert not Official.objects.exists()


def test_a_directory_that_changed_since_the_dry_run_is_not_overwritten(city: Office) -> None:
    take_in(xlsx(WANG), city)
    content = xlsx((*WANG[:2], "党组书记", *WANG[3:]))
    digest = importing.examine(content, city.pk).digest
    Official.objects.update(duties="刚刚改过")

    with pytest.raises(ImportRefused):
        actions.import_directory(content, digest, by=system(city.pk))

    assert Official.objects.get().title == "局长"


def test_importing_the_same_file_again_changes_nothing(city: Office) -> None:
    content = xlsx(WANG, LI)
    take_in(content, city)
    before = (snapshot.current_version(), TrailEntry.objects.count())

    report = take_in(content, city)

    assert (report.unchanged, report.changes_anything) == (2, False)
    assert (snapshot.current_version(), TrailEntry.objects.count()) == before


def test_a_new_number_withdraws_the_old_one_and_keeps_it(city: Office) -> None:
    take_in(xlsx(WANG), city)

    report = take_in(xlsx((*WANG[:4], "15400000009")), city)

    assert [one.number for one in report.withdrawals] == ["+8615400000001"]
    assert report.alterations[0].fields == (("电话", "154 0000 0001", "154 0000 0009"),)
    in_use = Line.objects.filter(withdrawn_at__isnull=True)
    assert [line.number for line in in_use] == ["+8615400000009"]
    assert Line.objects.count() == 2


def test_two_officials_may_swap_their_numbers(city: Office) -> None:
    take_in(xlsx(WANG, LI), city)

    take_in(xlsx((*WANG[:4], LI[4]), (*LI[:4], WANG[4])), city)

    in_use = Line.objects.filter(withdrawn_at__isnull=True)
    assert {line.official.name: line.number for line in in_use} == {"王明": "+8615400000002", "李强": "+8615400000001"}


def test_who_is_missing_is_listed_and_never_touched(city: Office) -> None:
    take_in(xlsx(WANG, LI), city)

    report = take_in(xlsx(WANG), city)

    assert [one.name for one in report.missing] == ["李强"]
    assert Line.objects.filter(official__name="李强", withdrawn_at__isnull=True).exists()


def test_an_official_who_changes_office_keeps_his_line_and_history(city: Office) -> None:
    take_in(xlsx(WANG), city)
    before = Official.objects.get()

    take_in(xlsx(("市交通运输局", "王明", "局长", "负责公路。", "15400000001")), city)

    after = Official.objects.get()
    assert (after.pk, after.office.name) == (before.pk, "市交通运输局")
    assert Line.objects.count() == 1


def test_an_office_is_the_same_however_it_is_spelled(city: Office) -> None:
    take_in(xlsx(WANG), city)

    report = importing.examine(xlsx(("安澜市水务局", *WANG[1:])), city.pk)

    assert report.unchanged == 1


def test_numbers_are_not_public_without_consent(city: Office) -> None:
    take_in(xlsx(WANG), city)

    line = Line.objects.get()

    assert (line.consented_on, line.published_from) == (None, None)


def test_numbers_are_public_from_the_day_named_with_consent(city: Office) -> None:
    day = AT.date()

    take_in(xlsx(WANG), city, Terms(consented_on=day, published_from=day))

    assert Line.objects.get().published_from == day


def test_hours_and_the_private_handset_come_in_by_columns_of_their_own(city: Office) -> None:
    head = (*HEAD, "接听手机", "接听时段")
    take_in(xlsx((*WANG, "15400010001", "周一至周五 8:30-12:00；周六 9:00-11:30"), head=head), city)

    line = snapshot.load(AT).line_now("+8615400000001", AT)

    assert line is not None
    assert line.official.number == "+8615400010001"
    assert line.hours.is_open(AT)
    assert Line.objects.get().opening_hours == "mon-fri 8:30-12:00; sat 9:00-11:30"


def test_only_an_operator_imports(city: Office) -> None:
    content = xlsx(WANG)
    digest = importing.examine(content, city.pk).digest

    with pytest.raises(NotAllowed):
        actions.import_directory(content, digest, by=make.viewer(city, Role.STAFF))

    actions.import_directory(content, digest, by=make.viewer(city, Role.OPERATOR), reason="市府办函〔2026〕3 号")
    entry = TrailEntry.objects.get(act="import_directory")
    assert (entry.reason, entry.detail["added"]) == ("市府办函〔2026〕3 号", 1)
