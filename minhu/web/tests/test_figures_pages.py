"""What citizens, supervision and officials read of the figures, and what nobody does."""

from __future__ import annotations

import csv
from datetime import date, datetime, timedelta
from io import BytesIO, StringIO

import pytest
from django.test import Client
from django.utils import timezone
from openpyxl import load_workbook

from minhu.directory.models import Line, Office
from minhu.rules.words import Role
from minhu.supervision.models import WHOLE_DAY, AnswerWatch, DayCount, DecayAlarm
from tests import make

pytestmark = pytest.mark.django_db
WEEK = date(2026, 2, 16)
"""The Monday of the second last week that is over."""


@pytest.fixture(autouse=True)
def monday(monkeypatch: pytest.MonkeyPatch) -> datetime:
    monkeypatch.setattr(timezone, "now", lambda: make.MONDAY_10)
    return make.MONDAY_10


@pytest.fixture
def line() -> Line:
    office = make.office(make.city(), "市水务局")
    return make.line(make.official(office, "王明"))


@pytest.fixture
def few(line: Line) -> Line:
    """A second office, with nine calls that were all answered."""
    other = make.line(make.official(make.office(line.city, "市园林局"), "李园"))
    counted(other, calls=9, answered=9)
    return other


def counted(line: Line, *, day: date = WEEK, **counts: int) -> None:
    for hour in (9, WHOLE_DAY):
        DayCount.objects.create(city=line.city, day_on=day, hour=hour, line=line, **counts)


def signed_in(office: Office, role: Role, line: Line | None = None) -> Client:
    official = line.official if line else None
    client = Client()
    client.force_login(make.account(office, role, official=official))
    return client


def test_anybody_reads_how_many_calls_are_answered(line: Line, client: Client) -> None:
    counted(line, calls=40, answered=30, in_person=20)

    page = client.get("/figures/").content.decode()
    assert "每 100 个来电，75 个有人接听。" in page
    assert "30/40，95% 区间 60–86%" in page
    assert "约谈 0 次" in page


def test_beside_an_official_stand_the_figures_of_his_office_and_none_where_they_are_few(
    line: Line, few: Line, client: Client
) -> None:
    counted(line, calls=40, answered=30, in_person=20)

    page = client.get(f"/o/{line.official_id}/").content.decode()
    silent = client.get(f"/o/{few.official_id}/").content.decode()

    assert "30/40，95% 区间 60–86%" in page
    assert "不是某一个人的" in page
    assert "区间" not in silent


def test_in_english_the_hours_are_english_and_what_is_chinese_says_so(line: Line, client: Client) -> None:
    Line.objects.filter(pk=line.pk).update(opening_hours="mon-fri 08:30-12:00")

    page = client.get(f"/o/{line.official_id}/", headers={"cookie": "language=en"}).content.decode()

    assert "Monday to Friday 08:30–12:00" in page
    assert '<h1 lang="zh-Hans-CN">王明</h1>' in page


def test_an_office_of_nine_calls_shows_no_figure_and_one_of_forty_does(line: Line, few: Line, client: Client) -> None:
    counted(line, calls=40, answered=30)
    page = client.get("/figures/").content.decode()
    by_office = page[page.index('id="offices"') : page.index('id="measures"')]
    rows = {row.split("</th>")[0]: row.split("</tr>")[0] for row in by_office.split('<th scope="row">')[1:]}

    assert "75%（60–86）" in rows["市水务局"]
    assert "%" not in rows["市园林局"]
    assert "<td>9</td>" not in rows["市园林局"]


def test_every_number_of_a_chart_is_in_its_table_without_scripts(line: Line, client: Client) -> None:
    counted(line, calls=40, answered=30, in_person=20)
    page = client.get("/figures/?weeks=4").content.decode()

    assert page.count("<figure") == page.count("<tbody>") - 1 == page.count('<svg class="drawing"') == 4
    assert "<td>75%</td><td>50%</td>" in page


def test_the_files_hold_what_the_page_shows_and_nothing_from_fewer(line: Line, few: Line, client: Client) -> None:
    counted(line, calls=40, answered=30)
    rows = list(csv.reader(StringIO(client.get("/figures/figures.csv").content.decode("utf-8-sig"))))
    book = load_workbook(BytesIO(client.get("/figures/figures.xlsx").content))
    sheet = [[str(cell) if cell is not None else "" for cell in row] for row in book.active.values]  # type: ignore[union-attr]

    found = {(row[0], row[3]): row[4:7] for row in rows if not row[1]}
    assert found["市水务局", "answered"] == ["30", "40", "0.75"]
    assert found["市园林局", "answered"] == ["", "", ""]
    assert [row[:6] for row in sheet] == [row[:6] for row in rows]


@pytest.mark.parametrize("path", ["figures/figures.exe", "figures/?weeks=x"])
def test_what_is_not_offered_is_not_there_or_the_usual(path: str, line: Line, client: Client) -> None:
    assert client.get(f"/{path}").status_code == (404 if path.endswith("exe") else 200)


def test_supervision_reads_any_office_and_an_official_only_his_own(line: Line, few: Line) -> None:
    counted(line, calls=40, answered=30)
    supervisor = signed_in(line.city, Role.SUPERVISOR)
    own = signed_in(few.official.office, Role.OFFICIAL, few)
    asked = f"/console/figures/?office={line.official.office_id}&first={WEEK}&last={WEEK}"

    assert "30/40" in supervisor.get(asked).content.decode()
    assert own.get(asked).status_code == 404
    assert own.get(asked.replace("figures/?", "figures/figures.csv?")).status_code == 404
    assert own.get(f"/console/figures/report/?office={line.official.office_id}").status_code == 404
    assert own.get("/console/figures/").status_code == 200
    assert own.get(f"/console/figures/?office={few.official.office_id}").status_code == 200


@pytest.mark.parametrize("role", [Role.OPERATOR, Role.STAFF, Role.UNIT, Role.INSPECTOR, Role.AUDITOR])
@pytest.mark.parametrize("path", ["", "figures.csv", "report/", "alarms/"])
def test_others_get_no_figures_in_the_console(role: Role, path: str, line: Line) -> None:
    assert signed_in(line.city, role).get(f"/console/figures/{path}").status_code in {403, 404}


def test_days_that_are_no_period_are_refused_with_words(line: Line) -> None:
    client = signed_in(line.city, Role.LEADERSHIP)
    for days in ("first=2026-03-02&last=2026-03-01", "first=x&last=y", "first=2001-01-01&last=2026-01-01"):
        answer = client.get(f"/console/figures/?{days}")
        assert answer.status_code == 422
        assert "起止日期不对" in answer.content.decode()


def test_the_weekly_report_has_last_week_and_the_weeks_before(line: Line) -> None:
    counted(line, calls=40, answered=30)
    counted(line, day=WEEK + timedelta(days=7), calls=20, answered=20)
    page = signed_in(line.city, Role.SUPERVISOR).get("/console/figures/report/").content.decode()

    assert "20/20" in page
    assert "50/60" in page
    assert "<script" in page.split("</head>")[0]
    assert 'data-chart="' not in page


def test_an_alarm_is_shown_to_supervision_and_taken_note_of(line: Line) -> None:
    watch = AnswerWatch.objects.create(city=line.city, line=line, read_to=make.MONDAY_10, usual=0.9, told=True)
    alarm = DecayAlarm.objects.create(watch=watch, usual=0.9, calls=23, at=make.MONDAY_10)
    supervisor, official = signed_in(line.city, Role.SUPERVISOR), signed_in(line.city, Role.OFFICIAL, line)

    assert official.post(f"/console/figures/alarms/{alarm.pk}/seen/").status_code == 403
    assert "王明" in supervisor.get("/console/figures/alarms/").content.decode()
    supervisor.post(f"/console/figures/alarms/{alarm.pk}/seen/")
    alarm.refresh_from_db()
    assert alarm.seen_at == make.MONDAY_10


def test_an_alarm_stands_on_supervisions_first_page_until_somebody_saw_it(line: Line) -> None:
    watch = AnswerWatch.objects.create(city=line.city, line=line, read_to=make.MONDAY_10, usual=0.9, told=True)
    alarm = DecayAlarm.objects.create(watch=watch, usual=0.9, calls=23, at=make.MONDAY_10)
    supervisor = signed_in(line.city, Role.SUPERVISOR)
    first_page = supervisor.get("/console/").headers["Location"]

    assert "接得比以前少" in supervisor.get(first_page).content.decode()
    supervisor.post(f"/console/figures/alarms/{alarm.pk}/seen/")
    assert "接得比以前少" not in supervisor.get(first_page).content.decode()


def test_a_supervisor_of_another_office_takes_note_of_nothing(line: Line, few: Line) -> None:
    watch = AnswerWatch.objects.create(city=line.city, line=line, read_to=make.MONDAY_10, usual=0.9, told=True)
    alarm = DecayAlarm.objects.create(watch=watch, usual=0.9, calls=23, at=make.MONDAY_10)
    other = signed_in(few.official.office, Role.SUPERVISOR)

    assert "王明" not in other.get("/console/figures/alarms/").content.decode()
    assert other.post(f"/console/figures/alarms/{alarm.pk}/seen/").status_code == 422
    alarm.refresh_from_db()
    assert alarm.seen_at is None
