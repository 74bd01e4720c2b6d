"""Pages of hot issues and of cases that may be one matter: who finds what, and what is on none of them."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from minhu.cases.models import Case
from minhu.directory.models import Line
from minhu.insight import rectifying
from minhu.insight.models import Duplicate, HotIssue, Member, Merge
from minhu.insight.tests.burst import AT, BURST, OTHERS, cases, citizens, read, restarted, used_to, week
from minhu.rules.words import Role
from tests import make

pytestmark = pytest.mark.django_db
AFTER = AT + timedelta(days=4)


@pytest.fixture
def line(monkeypatch: pytest.MonkeyPatch) -> Line:
    restarted()
    made = make.line(make.official(make.office(make.city(), "市水务局"), "王明"))
    used_to(made)
    now(monkeypatch, AFTER)
    return made


def now(monkeypatch: pytest.MonkeyPatch, at: datetime) -> None:
    monkeypatch.setattr(timezone, "now", lambda: at)


def signed_in(line: Line, role: Role) -> Client:
    client = Client()
    him = line.official if role is Role.OFFICIAL else None
    client.force_login(make.account(him.office if him else line.city, role, official=him))
    return client


def test_whoever_sees_cases_finds_the_tab_and_others_find_nothing(line: Line) -> None:
    for role, status in ((Role.STAFF, 200), (Role.LEADERSHIP, 200), (Role.UNIT, 404), (Role.OPERATOR, 404)):
        client = signed_in(line, role)

        assert client.get("/console/insight/").status_code == status, role
        assert ('href="/console/insight/"' in client.get("/console/me/").content.decode()) is (status == 200), role


@pytest.mark.parametrize(
    ("role", "pages"),
    [
        (Role.STAFF, {"/console/insight/", "/console/rectifications/", "/console/search/"}),
        (
            Role.SUPERVISOR,
            {
                "/console/insight/", "/console/rectifications/", "/console/insight/digest/",
                "/console/insight/replies/", "/console/search/",
            },
        ),
    ],
)  # fmt: skip
def test_the_menu_leads_everywhere_its_reader_may_go_and_nowhere_else(line: Line, role: Role, pages: set[str]) -> None:
    client = signed_in(line, role)

    shown = client.get("/console/insight/").content.decode()

    assert set(re.findall(r'class="chip" href="([^"]+)"', shown)) == pages
    assert {client.get(page).status_code for page in pages} == {200}


def test_the_page_of_an_issue_leads_to_its_rectification_or_to_naming_who_leads_one(line: Line) -> None:
    week(line)
    read(line.city, at=AFTER)
    issue = HotIssue.objects.get()
    page, supervisor, staff = (
        f"/console/insight/{issue.pk}/",
        *(signed_in(line, r) for r in (Role.SUPERVISOR, Role.STAFF)),
    )
    new = f"/console/rectifications/new/{issue.pk}/"
    assert new in supervisor.get(page).content.decode()
    assert new not in staff.get(page).content.decode()

    one = rectifying.begin(issue.pk, line.official_id, by=make.viewer(line.city, Role.SUPERVISOR), at=AFTER)

    for reader in (supervisor, staff):
        shown = reader.get(page).content.decode()
        assert f'href="/console/rectifications/{one.pk}/"' in shown
        assert new not in shown
    assert f'href="{page}"' in staff.get(f"/console/rectifications/{one.pk}/").content.decode()


def test_from_the_bell_to_the_issue_and_its_cases(line: Line) -> None:
    week(line)
    read(line.city, at=AFTER)
    issue = HotIssue.objects.get()
    page = f"/console/insight/{issue.pk}/"
    for role in (Role.SUPERVISOR, Role.LEADERSHIP, Role.OFFICIAL):
        client = signed_in(line, role)
        assert f'href="{page}"' in client.get("/console/notices/").content.decode(), role

        shown = client.get(page).content.decode()

        assert issue.title in shown
        assert all(f">{word}<" in shown for word in ("柳荫街", "市水务局")), role
        assert "<svg" in shown
        assert ("移出" in shown) is (role is Role.SUPERVISOR)
    assert issue.title in signed_in(line, Role.STAFF).get("/console/insight/").content.decode()


def test_an_official_sees_his_own_cases_and_only_how_many_others_there_are(line: Line) -> None:
    other = make.line(make.official(make.office(line.city, "市城管局"), "周正"))
    week(line)
    theirs = cases(other, BURST[:2], citizens(line.city, 2))
    read(line.city, at=AFTER)
    issue = HotIssue.objects.get()

    page = signed_in(line, Role.OFFICIAL).get(f"/console/insight/{issue.pk}/").content.decode()

    assert "另有 2 件不在您的范围内" in page
    assert not [one.code for one in theirs if one.code in page]
    assert "周正" not in page


def test_numbers_and_names_in_what_citizens_wrote_are_hidden(line: Line) -> None:
    people = citizens(line.city, 3)
    for who in people:
        who.name = "胡秀英"
        who.save()
    cases(line, [f"我是胡秀英，柳荫街自来水管爆裂，电话13800138000，住3栋502室，{n}" for n in "一二三"], people)
    read(line.city, at=AFTER)

    page = signed_in(line, Role.STAFF).get(f"/console/insight/{HotIssue.objects.get().pk}/").content.decode()

    said = page[page.index('id="says"') : page.index("</section>", page.index('id="says"'))]
    assert "柳荫街自来水管爆裂" in said
    assert not [word for word in ("胡秀英", "13800138000", "502室") if word in said]


def test_staff_regroup_by_page_and_take_it_back(line: Line) -> None:
    burst = week(line)
    other = cases(line, OTHERS[:1], citizens(line.city, 1))[0]
    bus = cases(line, ["希望312路公交车延长到青山小学"] * 2, citizens(line.city, 2), at=AFTER - timedelta(days=1))
    read(line.city, at=AFTER)
    client = signed_in(line, Role.STAFF)
    issue, second = Member.objects.get(case=burst[0]).issue, Member.objects.get(case=bus[0]).issue
    page = f"/console/insight/{issue.pk}/"

    assert client.post(f"{page}take-out/", {"case": burst[3].pk}).status_code == 303
    assert client.post(f"{page}put-in/", {"case": burst[3].pk}).status_code == 303
    assert client.post(f"{page}put-in/", {"code": other.code}).status_code == 303
    assert client.post(f"{page}put-in/", {"code": "no such"}).status_code in {404, 422}
    assert client.post(f"{page}merge/", {"other": second.pk}).status_code == 303
    assert client.get(f"/console/insight/{second.pk}/")["Location"] == page
    assert client.post(f"/console/insight/merges/{Merge.objects.get().pk}/undo/").status_code == 303
    assert client.post(f"/console/insight/merges/{Merge.objects.get().pk}/undo/").status_code == 422

    assert set(Member.objects.filter(issue=issue).values_list("case", flat=True)) == {
        *(one.pk for one in burst), other.pk,
    }  # fmt: skip
    assert signed_in(line, Role.LEADERSHIP).post(f"{page}take-out/", {"case": burst[3].pk}).status_code == 422


def test_two_cases_of_one_matter_are_joined_with_one_tap(line: Line) -> None:
    first, second = cases(line, [BURST[0]] * 2, citizens(line.city, 2))
    read(line.city, at=AFTER)
    client, one = signed_in(line, Role.STAFF), Duplicate.objects.get()
    page = f"/console/cases/{second.pk}/"
    shown = client.get(page).content.decode()
    assert "可能是同一件事" in shown
    assert "地点相同：柳荫街" in shown
    assert f"/console/duplicates/{one.pk}/join/" in client.get("/console/queue/").content.decode()

    joined = client.post(f"/console/duplicates/{one.pk}/join/", {"back": f"case:{second.pk}"})

    assert (joined.status_code, joined["Location"]) == (303, page)
    second.refresh_from_db()
    assert second.parent_id == first.pk
    assert "可能是同一件事" not in client.get(page).content.decode()


def test_a_dismissed_pair_is_gone_from_the_queue(line: Line) -> None:
    cases(line, [BURST[0]] * 2, citizens(line.city, 2))
    read(line.city, at=AFTER)
    client, one = signed_in(line, Role.STAFF), Duplicate.objects.get()

    assert client.post(f"/console/duplicates/{one.pk}/dismiss/", {"back": "queue"})["Location"] == "/console/queue/"

    assert "/console/duplicates/" not in client.get("/console/queue/").content.decode()


def test_a_confidential_case_is_on_no_page(line: Line) -> None:
    burst = week(line)
    secret = burst[3]
    Case.objects.filter(pk=secret.pk).update(title="绝密的标题", body=f"{secret.body}绝密的内容")
    read(line.city, at=AFTER)
    issue = HotIssue.objects.get()
    Case.objects.filter(pk=secret.pk).update(confidential=True)

    for role in (Role.STAFF, Role.SUPERVISOR, Role.LEADERSHIP, Role.OFFICIAL):
        client = signed_in(line, role)
        for address in ("/console/insight/", f"/console/insight/{issue.pk}/", "/console/notices/"):
            page = client.get(address).content.decode()
            assert not [words for words in ("绝密", secret.code) if words in page], (role, address)
            assert "8 件" not in page
