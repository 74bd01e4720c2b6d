"""The what-if: whose lines one may play with, what the address says, and what comes of it."""

from __future__ import annotations

import re
import threading
from datetime import datetime

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from minhu.directory.models import Line
from minhu.rules.words import Role
from minhu.web.console.whatif_city import RUNS
from minhu.web.console.whatif_turns import ENGINE, Busy, Engine, Stale, Turns
from tests import make

pytestmark = pytest.mark.django_db
ADDRESS = "/console/what-if/"
HTMX = {"HX-Request": "true"}


@pytest.fixture(autouse=True)
def monday(monkeypatch: pytest.MonkeyPatch) -> datetime:
    monkeypatch.setattr(timezone, "now", lambda: make.MONDAY_10)
    cache.clear()
    assert ENGINE.ready(120)
    return make.MONDAY_10


@pytest.fixture
def line() -> Line:
    office = make.office(make.city(), "市水务局")
    make.desk(office)
    return make.line(make.official(office, "王明"), opening_hours="mon-fri 09:00-10:00")


@pytest.fixture
def other(line: Line) -> Line:
    return make.line(make.official(make.office(line.city, "市园林局"), "李园"))


def signed_in(line: Line, *roles: Role, whole_city: bool = False, official: bool = False) -> Client:
    client = Client()
    office = line.city if whole_city else line.official.office
    client.force_login(make.account(office, *roles, official=line.official if official else None))
    return client


def own(line: Line) -> Client:
    return signed_in(line, Role.OFFICIAL, official=True)


def test_an_official_sees_without_scripts_how_his_line_does_and_what_another_plan_would_do(line: Line) -> None:
    client = own(line)
    as_is = client.get(ADDRESS).content.decode()
    always = client.get(f"{ADDRESS}?windows=always").content.decode()

    assert "照现在的安排，每 100 个来电有" in as_is
    assert '<button class="button primary">看结果</button>' in as_is
    assert as_is.count('<input type="range"') == 9
    assert as_is.count('<svg class="drawing"') == 1
    before, after = map(int, re.findall(r"当场有人接的从 (\d+) 个变为 (\d+) 个", always)[0])
    assert before < after
    assert "个百分点" in always
    assert "（" in re.findall(r'class="value">(.*?)</dd>', always)[0]


def test_the_same_setting_gives_the_same_figures_to_everybody(line: Line) -> None:
    setting = f"{ADDRESS}?line={line.pk}&windows=chosen&morning=480&volume=2"
    first = own(line).get(setting, headers=HTMX).content
    again = signed_in(line, Role.STAFF).get(setting, headers=HTMX).content

    assert first == again
    assert b"<form" not in first
    assert "王明".encode() not in first


def test_sliders_of_the_address_stand_where_they_were_left(line: Line) -> None:
    page = own(line).get(f"{ADDRESS}?meetings=-60&publicity=3&ring=45").content.decode()

    assert 'value="-60" aria-valuetext="-60 分钟"' in page
    assert 'value="3" aria-valuetext="星期三"' in page
    assert 'value="45" aria-valuetext="45 秒"' in page


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("volume=11", "来电量：应在 1 到 10 之间"),
        ("volume=nan", "来电量：应在 1 到 10 之间"),
        ("ring=12", "本人响铃：应在 5 到 60 之间，每档 5"),
        ("staff=many", "值班人员：应是数字，现为“many”"),
        ("windows=never", "接听时段：应是“照旧”“全天”或“早晚两段”之一"),
        ("windows=chosen&morning_minutes=0&evening_minutes=0", "接听时段：两个接听时段都是 0 分钟"),
    ],
)
def test_what_is_no_slider_value_is_refused_in_words_and_the_sliders_stay(line: Line, query: str, words: str) -> None:
    answer = own(line).get(f"{ADDRESS}?{query}")

    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert b'id="volume"' in answer.content


def test_an_official_plays_with_his_own_line_and_an_office_with_its_own(line: Line, other: Line) -> None:
    for client in (own(line), signed_in(line, Role.SUPERVISOR), signed_in(line, Role.STAFF)):
        assert client.get(f"{ADDRESS}?line={line.pk}").status_code == 200
        assert client.get(f"{ADDRESS}?line={other.pk}").status_code == 404
        assert client.get(f"{ADDRESS}?line=all").status_code == 404
        assert "李园" not in client.get(ADDRESS).content.decode()
    leadership = signed_in(line, Role.LEADERSHIP, whole_city=True)
    assert "李园" in leadership.get(f"{ADDRESS}?line={other.pk}").content.decode()


@pytest.mark.parametrize("role", [Role.OPERATOR, Role.UNIT, Role.INSPECTOR, Role.AUDITOR])
def test_others_do_not_get_in(line: Line, role: Role) -> None:
    assert signed_in(line, role, whole_city=True).get(f"{ADDRESS}?line={line.pk}").status_code == 403
    assert Client().get(ADDRESS).status_code == 302


def test_who_has_no_line_is_told_so(line: Line) -> None:
    line.withdrawn_at, line.withdrawn_reason = make.MONDAY_10, "号码停用"
    line.save()

    assert "您名下没有公布的号码" in own(line).get(ADDRESS).content.decode()


def test_all_lines_are_simulated_beside_the_page_which_then_shows_them(line: Line, other: Line) -> None:
    client = signed_in(line, Role.LEADERSHIP, whole_city=True)
    begun = client.get(f"{ADDRESS}?line=all&staff=1").content.decode()
    RUNS.finish()
    found = client.get(f"{ADDRESS}?line=all&staff=1", headers=HTMX).content.decode()

    assert "正在推演全部号码" in begun
    assert '<meta http-equiv="refresh" content="2">' in begun
    assert 'hx-trigger="load delay:700ms"' in begun
    assert "每 100 个来电" in found
    assert "load delay" not in found


def test_a_newer_wish_of_the_same_person_takes_the_place_of_one_that_waits() -> None:
    turns, waiting, said = Turns(30.0), threading.Event(), list[str]()

    def older() -> None:
        waiting.set()
        try:
            with turns.turn(1):
                said.append("answered")
        except Stale:
            said.append("dropped")

    with turns.turn(2):
        thread = threading.Thread(target=older)
        thread.start()
        waiting.wait()
        while 1 not in turns._newest:
            threading.Event().wait(0.001)
        newer = threading.Thread(target=older)
        newer.start()
        thread.join()
        assert said == ["dropped"]
    newer.join()

    assert said == ["dropped", "answered"]


def test_who_waits_too_long_is_told_that_others_are_at_it() -> None:
    turns = Turns(0.0)
    with turns.turn(1), pytest.raises(Busy), turns.turn(2):
        pass
    with turns.turn(2):
        pass


def test_while_the_engine_is_compiled_no_page_waits() -> None:
    compiled = threading.Event()
    engine = Engine(compiled.wait)

    assert not engine.ready()
    compiled.set()
    assert engine.ready(30)
