"""The writer of a reply sees what may be amiss before it goes; nothing typed is lost, and he may send it anyway."""

from __future__ import annotations

import pytest
from django.test import Client
from django.utils import timezone

from minhu.cases.models import Reply
from minhu.cases.tests.world import World, world
from minhu.insight.models import ReplySigns
from minhu.web.tests.people import client_of
from minhu.web.tests.test_case_pages import DAY

pytestmark = pytest.mark.django_db
EMPTY = "您反映的问题我们高度重视，将尽快处理，请您耐心等待。"
GOOD = "安澜大桥工程的收回扣一事，3 月 2 日已立案，承办人王明，15 个工作日内告知结果。"


@pytest.fixture
def w(monkeypatch: pytest.MonkeyPatch) -> World:
    monkeypatch.setattr(timezone, "now", lambda: DAY)
    return world()


def send(client: Client, w: World, done: str, **more: object) -> tuple[int, str]:
    answer = client.post(f"/console/cases/{w.case.pk}/reply/", {"done": done, "done_by": "住建局", **more})
    return answer.status_code, answer.content.decode()


def test_it_comes_back_once_with_the_hints_and_goes_when_sent_anyway(w: World) -> None:
    holder = client_of(w, "holder")

    status, page = send(holder, w, EMPTY)
    assert status == 422
    assert not Reply.objects.exists()
    for words in (f"{EMPTY}</textarea>", 'value="住建局"', "“高度重视”、“尽快处理”、“请您耐心等待”", "仍然发送"):
        assert words in page

    status, _page = send(holder, w, EMPTY, seen=["empty", "off_point", "no_fact"])
    assert status == 303
    kept = ReplySigns.objects.get()
    assert (kept.reply.done, kept.office, kept.shown) == (EMPTY, w.officials["holder"].office, True)
    assert (kept.empty, kept.no_fact, kept.template) == (True, True, False)
    assert kept.words["empty"] == ["高度重视", "尽快处理", "请您耐心等待"]


def test_one_that_says_what_was_done_goes_at_once(w: World) -> None:
    assert send(client_of(w, "holder"), w, GOOD)[0] == 303

    kept = ReplySigns.objects.get()
    assert (kept.words, kept.shown) == ({}, False)


def test_a_hint_that_he_has_not_seen_is_shown_first(w: World) -> None:
    assert send(client_of(w, "holder"), w, EMPTY, seen=["empty"])[0] == 422
    assert not ReplySigns.objects.exists()


def test_hints_come_while_he_writes_and_only_to_who_may_reply(w: World) -> None:
    address = f"/console/cases/{w.case.pk}/reply/hints/"

    hints = client_of(w, "holder").post(address, {"done": EMPTY}).content.decode()
    assert "空话" in hints
    assert '<input type="hidden" name="seen" value="empty">' in hints
    assert client_of(w, "holder").post(address, {"done": "  "}).content.decode().strip() == ""
    assert client_of(w, "staff of another city").post(address, {"done": EMPTY}).status_code == 404
    assert client_of(w, "leadership of the city").post(address, {"done": EMPTY}).status_code in {403, 422}
