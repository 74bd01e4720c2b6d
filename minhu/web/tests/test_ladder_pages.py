"""Pages of the ladder: everybody × every state, and each form from the page that carries it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from minhu.audit.models import TrailEntry
from minhu.directory.models import Account
from minhu.rules.clock import local
from minhu.rules.excuses import Excuse
from minhu.supervision import hearing
from minhu.supervision.models import Interview, LadderEvent, Proposal, Referral, StepAppeal
from minhu.supervision.tests.ladder_world import NOTE, SUPERVISION, WHO_SEES, WHY, Ladder, on_appeal, proposed, referral

pytestmark = pytest.mark.django_db


@pytest.fixture
def here() -> Ladder:
    return Ladder.of_wang()


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch, here: Ladder) -> None:
    """The pages' clock is the world's."""
    monkeypatch.setattr(timezone, "now", lambda: here.now)


def client_of(here: Ladder, name: str) -> Client:
    client = Client()
    client.force_login(Account.objects.get(pk=here[name].account_id or 0))
    return client


OPENS_THE_LIST = {
    *SUPERVISION, "leadership", "superior", "himself", "under him", "supervisor of his office",
    "supervisor of a county", "supervisor of another city",
}  # fmt: skip
"""What they find there differs; everybody else is told that there is no such page."""


def pages() -> list[str]:
    """Of the newest of everything."""
    found = [f"ladder/events/{one.pk}/" for one in LadderEvent.objects.order_by("-pk")[:1]]
    found += [f"ladder/{one.pk}/" for one in Proposal.objects.order_by("-pk")[:1]]
    return found + [f"ladder/interviews/{one.pk}/" for one in Interview.objects.order_by("-pk")[:1]]


@pytest.mark.only_on("sqlite")
def test_who_may_see_it_finds_its_page_and_nobody_else_a_word(here: Ladder) -> None:
    """What is behind the pages is tried in every state, on both databases, by the matrix of supervision itself."""
    referral(here)
    panel = {"HX-Request": "true"}
    for name in here.viewers:
        client = client_of(here, name)
        sees = name in WHO_SEES[referral]
        for address in pages():
            expected = sees and not (name == "superior" and "events" in address)
            answer = client.get(f"/console/{address}", headers=panel)
            assert answer.status_code == (200 if expected else 404), (name, address)
        lists = [client.get(f"/console/{address}", headers=panel) for address in ("ladder/", "about-me/", "notices/")]
        assert lists[0].status_code == (200 if name in OPENS_THE_LIST else 404), name
        if not sees:
            said = "".join(answer.content.decode() for answer in lists)
            assert not [word for word in (NOTE, WHY, "王明", "ladder/events/") if word in said], name


@pytest.mark.only_on("sqlite")
def test_no_form_works_for_whom_it_is_not_meant(here: Ladder) -> None:
    on_appeal(here)
    here.fails()
    event, one, talk = (
        LadderEvent.objects.order_by("-pk")[0],
        Proposal.objects.order_by("-pk")[0],
        Interview.objects.get(),
    )
    here.now = talk.at
    for_supervision = [
        f"ladder/events/{event.pk}/weigh/", f"ladder/{one.pk}/decide/", f"ladder/{one.pk}/decide-appeal/",
        f"ladder/{one.pk}/arrange/", f"ladder/{one.pk}/refer/", f"ladder/interviews/{talk.pk}/record/",
    ]  # fmt: skip
    for_himself = [
        f"about-me/events/{event.pk}/", f"about-me/{one.pk}/word/", f"about-me/{one.pk}/read/",
        f"about-me/{one.pk}/appeal/",
    ]  # fmt: skip
    typed = {
        "excuse": "outage", "reason": "x", "decision": "grant", "when": "2026-12-01T09:00", "place": "x", "to": "x",
        "reference": "x", "on": "2026-03-02", "attended": "yes", "minutes": "x", "words": "x", "claimed": "",
    }  # fmt: skip
    before = TrailEntry.objects.exclude(act__startswith="read_").count()
    for name in here.viewers:
        client = client_of(here, name)
        strange = (for_supervision if name not in SUPERVISION else []) + (for_himself if name != "himself" else [])
        for address in strange:
            answer = client.post(f"/console/{address}", typed, headers={"HX-Request": "true"})
            assert answer.status_code in {403, 404, 422}, (name, address)
            if name not in {"himself", "superior", *SUPERVISION}:
                assert NOTE not in answer.content.decode(), (name, address)
    assert TrailEntry.objects.exclude(act__startswith="read_").count() == before


def test_leadership_reads_numbers_and_no_name(here: Ladder) -> None:
    referral(here)
    said = client_of(here, "leadership").get("/console/ladder/").content.decode()

    assert "只有数量，没有姓名" in said
    assert "已经约谈" in said
    assert here.him.name not in said
    assert here.department.name not in said
    assert client_of(here, "supervisor of a county").get("/console/ladder/").content.decode().count("王明") == 0


def test_he_speaks_is_heard_appeals_and_wins_from_his_page(here: Ladder) -> None:
    event = here.fails()
    him, supervisor = client_of(here, "himself"), client_of(here, "supervisor")
    assert "有 1 件等您看" in him.get("/console/notices/").content.decode()
    nothing = him.post(f"/console/about-me/events/{event.pk}/", {"words": " ", "claimed": "outage"})
    assert (nothing.status_code, "请写明理由" in nothing.content.decode()) == (422, True)
    assert him.post(f"/console/about-me/events/{event.pk}/", {"words": "在开会", "claimed": ""}).status_code == 303

    page = f"/console/ladder/events/{event.pk}/"
    assert "在开会" in supervisor.get(page).content.decode()
    assert supervisor.post(f"{page}weigh/", {"excuse": "whatever", "reason": "x"}).status_code == 422
    assert supervisor.post(f"{page}weigh/", {"excuse": "counts", "reason": "应有人代接"}).status_code == 303
    assert "应有人代接" in him.get("/console/about-me/").content.decode()

    here.later(hours=1)
    one = Proposal.objects.get()
    assert him.post(f"/console/about-me/{one.pk}/word/", {"words": "已安排代接"}).status_code == 303
    decide = f"/console/ladder/{one.pk}/decide/"
    assert "已安排代接" in supervisor.get(f"/console/ladder/{one.pk}/").content.decode()
    kept = supervisor.post(decide, {"decision": "perhaps", "reason": WHY})
    assert (kept.status_code, WHY in kept.content.decode()) == (422, True)
    assert supervisor.post(decide, {"decision": "take", "reason": WHY}).status_code == 303
    assert him.post(f"/console/about-me/{one.pk}/appeal/", {"words": "当天有代接"}).status_code == 303
    appeal = f"/console/ladder/{one.pk}/decide-appeal/"
    assert supervisor.post(appeal, {"decision": "grant", "reason": "x"}).status_code == 422
    another = client_of(here, "another supervisor")
    assert another.post(appeal, {"decision": "grant", "reason": "有代接记录"}).status_code == 303

    said = him.get("/console/about-me/").content.decode()
    assert "申诉成立，已撤销" in said
    assert "有代接记录" in said
    assert StepAppeal.objects.get().granted


def test_an_interview_is_arranged_and_recorded_and_a_referral_filed_from_their_pages(here: Ladder) -> None:
    one = here.to_be_interviewed()
    him, supervisor = client_of(here, "himself"), client_of(here, "supervisor")
    assert him.post(f"/console/about-me/{one.pk}/read/").status_code == 303
    arrange = f"/console/ladder/{one.pk}/arrange/"
    assert supervisor.post(arrange, {"when": "tomorrow", "place": "三楼"}).status_code == 422
    typed = {"when": f"{local(here.now) + timedelta(days=1):%Y-%m-%dT%H:%M}", "place": "三楼"}
    assert supervisor.post(arrange, typed).status_code == 303
    assert "三楼" in him.get("/console/about-me/").content.decode()

    talk = Interview.objects.get()
    page = f"/console/ladder/interviews/{talk.pk}/"
    assert "谈得怎样" not in supervisor.get(page).content.decode()
    here.now = talk.at
    him, supervisor = client_of(here, "himself"), client_of(here, "supervisor")  # a day later he signs in again
    record = {"attended": "no", "minutes": "等了半小时"}
    assert "谈得怎样" in supervisor.get(page).content.decode()
    assert supervisor.post(f"{page}record/", record | {"attended": ""}).status_code == 422
    assert supervisor.post(f"{page}record/", record).status_code == 303
    assert "约谈未到" in him.get("/console/about-me/").content.decode()

    here.later(days=7)
    last, supervisor = here.taken(), client_of(here, "supervisor")
    refer = {"to": "市纪委监委", "reference": "3号", "on": local(here.now).date().isoformat()}
    assert supervisor.post(f"/console/ladder/{last.pk}/refer/", refer | {"on": "x"}).status_code == 422
    assert supervisor.post(f"/console/ladder/{last.pk}/refer/", refer).status_code == 303
    assert "市纪委监委" in client_of(here, "superior").get(f"/console/ladder/{last.pk}/").content.decode()
    assert Referral.objects.get().by_id == here["supervisor"].account_id


def test_a_step_that_rests_on_nothing_any_more_can_only_be_dismissed(here: Ladder) -> None:
    proposed(here)
    event = LadderEvent.objects.get()
    hearing.weigh(event.pk, Excuse.OUTAGE, "线路故障", by=here["supervisor"], at=here.now)
    page = f"/console/ladder/{Proposal.objects.get().pk}/"
    said = client_of(here, "supervisor").get(page).content.decode()

    assert "只能不采纳" in said
    assert 'value="take"' not in said
    assert client_of(here, "supervisor").post(f"{page}decide/", {"decision": "take", "reason": "x"}).status_code == 422


def test_the_pages_are_closed_to_whoever_is_not_signed_in() -> None:
    for address in ("ladder/", "ladder/1/", "ladder/events/1/", "ladder/interviews/1/", "about-me/"):
        assert Client().get(f"/console/{address}").status_code == 302
