"""axe finds nothing serious on any page in any mode (axe.py). Bar: WCAG 2.2 AA."""

from __future__ import annotations

import pytest
from django.utils import timezone

from minhu.directory.models import Account
from minhu.insight.indexing import bring_up_to_date
from tests.browser.axe import faults
from tests.browser.casework import Work, work
from tests.browser.conftest import Open
from tests.browser.rectified import read, rectified
from tests.browser.rostered import published_roster
from tests.browser.scene import Scene

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.only_on("sqlite")]

DOINGS = ("transfer", "extend", "show_door", "withdraw", "avoid", "confide", "join")


Looks = list[tuple[Account | None, list[str]]]
"""Who looks at which pages."""


def pages_of(scene: Scene, work: Work) -> dict[str, Looks]:
    """Every page there is, and who looks at it."""
    public = [
        "/", "/?q=%E5%91%A8", "/?q=nobodyatall", f"/o/{scene.official.pk}/", "/new/", "/m/", "/m/?code=abc",
        "/report/", "/privacy/", "/recording/", "/accessibility/", "/?q=%E7%9D%80%E7%81%AB%E4%BA%86",
        f"/m/{scene.replied_code}/", f"/m/{scene.replied_code}/sent/", "/about/", "/display/", "/accounts/login/",
        "/no-such-page/",
    ]  # fmt: skip
    official = [
        "/console/today/", "/console/callbacks/", "/console/calls/", f"/console/calls/{scene.answered.pk}/",
        f"/console/cases/{scene.case.pk}/", "/console/presence/", "/console/me/", "/console/week/", "/console/alerts/",
        "/console/planning/",
    ]  # fmt: skip
    staff = [
        "/console/queue/", f"/console/calls/{scene.voice.pk}/", f"/console/threads/{scene.doubt.thread_id}/",
        "/console/callbacks/", "/console/queue/?part=callbacks&late=1", "/console/phrases/", "/console/switchboard/",
        f"/console/roster/?week={published_roster(scene, timezone.now())}",
    ]  # fmt: skip
    begun = work.begun
    public += [f"/m/{case.code}/" for case in (begun.late, begun.extended, begun.reopened)]
    public += [f"/m/{begun.late.code}/withdraw/"]
    official += [f"/console/cases/{begun.joined.pk}/?do={name}" for name in DOINGS]
    official += [f"/console/cases/{begun.secret.pk}/?do=transfer", f"/console/cases/{begun.late.pk}/print/?notes=1"]
    official += ["/console/ledger/?of=overdue", "/console/ledger/?of=mine", "/console/notices/", "/console/desk/"]
    staff += [f"/console/cases/{begun.joined.pk}/", "/console/ledger/"]
    while bring_up_to_date(scene.city.pk):
        pass
    staff += ["/console/search/", "/console/search/?q=%E5%8C%BB%E9%99%A2", "/console/search/?q=xyzzy&days=7"]
    unit = ["/console/desk/", "/console/ledger/", "/console/notices/", "/console/me/"]
    unit += [f"/console/cases/{begun.handed.pk}/?do={name}" for name in ("reply", "extend", "give_back")]
    supervisor = ["/console/escalated/", "/console/notices/", "/console/ledger/", f"/console/cases/{begun.late.pk}/"]
    issue, (planned, claimed, published) = rectified(scene, work.supervisor_account, timezone.now())
    public += ["/rectifications/", f"/rectifications/{published.pk}/"]
    official += [f"/console/rectifications/{planned.pk}/"]
    supervisor += ["/console/rectifications/", f"/console/rectifications/new/{issue.pk}/"]
    supervisor += [f"/console/rectifications/{claimed.pk}/", f"/console/insight/{claimed.issue_id}/"]
    supervisor += ["/console/insight/", f"/console/insight/{issue.pk}/", "/console/insight/replies/"]
    supervisor += ["/console/insight/digest/", "/console/insight/digest/cases/?number=opened"]
    staff += [f"/console/cases/{read(issue, timezone.now()).pk}/", "/console/rectifications/"]
    operator = ["/console/import/", "/console/gateways/", "/console/health/"]
    return {
        "everybody": [(None, public)],
        "officials and units": [(scene.official_account, official), (work.unit_account, unit)],
        "those who work for them": [
            (work.supervisor_account, supervisor), (scene.staff_account, staff), (scene.operator_account, operator),
        ],
    }  # fmt: skip


@pytest.mark.parametrize("who", ["everybody", "officials and units", "those who work for them"])
def test_everybody_can_use_every_page(morning: Scene, open_as: Open, who: str) -> None:
    found: list[str] = []
    for account, paths in pages_of(morning, work(morning, timezone.now()))[who]:
        found += faults(open_as(account), *paths)

    assert not found, "\n".join(found)


def test_in_english_too(morning: Scene, open_as: Open) -> None:
    begun = work(morning, timezone.now())
    joined, handed = (f"/console/cases/{case.pk}/" for case in (begun.begun.joined, begun.begun.handed))
    found: list[str] = []
    for account, paths in (
        (None, ("/", "/new/", "/report/", "/?q=%E5%85%AC%E4%BA%A4", f"/m/{begun.begun.late.code}/")),
        (morning.official_account, ("/console/today/", f"{joined}?do=transfer", "/console/ledger/")),
        (morning.staff_account, ("/console/queue/",)),
        (begun.unit_account, ("/console/desk/", f"{handed}?do=extend")),
    ):
        found += faults(open_as(account, language="en"), *paths)

    assert not found, "\n".join(found)


def test_what_is_wrong_with_a_page_is_found(open_as: Open) -> None:
    wrong = "<html><body style='width:3000px'><img src='data:,'><button style='height:9px'>x</button></body></html>"
    found = " ".join(faults(open_as(None), f"data:text/html,{wrong}"))

    assert "image-alt" in found
    assert "px: <button" in found
    assert "wider than the window" in found
