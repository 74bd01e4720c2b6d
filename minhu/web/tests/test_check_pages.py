"""Pages of checks: the inspector's, and what everybody else does not learn from any page."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from minhu.directory.models import Account
from minhu.rules.access import Viewer
from minhu.rules.checking import Judgement
from minhu.rules.drawing import commitment
from minhu.rules.liveness import Health
from minhu.rules.words import Role
from minhu.supervision import checking, dialling, drawing, laddering
from minhu.supervision.models import Check, Correction, Draw, LivenessTest
from minhu.supervision.tests.test_checks import over, recorded
from minhu.supervision.tests.world import MONDAY, City, numbers
from minhu.web.console.urls import urlpatterns
from tests import make

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("numbers")]
__all__ = ["numbers"]


@pytest.fixture
def here() -> City:
    made = City.with_lines()
    made.drawn()
    return made


def at(monkeypatch: pytest.MonkeyPatch, when: datetime) -> None:
    monkeypatch.setattr(timezone, "now", lambda: when)


def client_of(viewer: Viewer) -> Client:
    client = Client()
    assert viewer.account_id is not None
    client.force_login(Account.objects.get(pk=viewer.account_id))
    return client


def test_an_inspector_learns_whom_he_rings_when_it_is_time(here: City, monkeypatch: pytest.MonkeyPatch) -> None:
    first, last = here.checks[0], here.checks[-1]
    at(monkeypatch, first.from_at)
    client = client_of(here.inspector)
    page = client.get("/console/checks/").content.decode()

    assert first.line.official.name in page
    assert last.line.official.name not in page
    assert "到时间再显示" in page
    assert client.get(f"/console/checks/{first.pk}/").status_code == 200
    assert client.get(f"/console/checks/{last.pk}/").status_code == 404


def test_a_check_is_placed_and_judged_from_its_page(here: City, monkeypatch: pytest.MonkeyPatch) -> None:
    check = here.checks[0]
    at(monkeypatch, check.from_at)
    client = client_of(here.inspector)
    page = f"/console/checks/{check.pk}/"
    assert client.post(f"{page}place/").status_code == 303
    here.comes_in(check, check.from_at + timedelta(minutes=1))
    at(monkeypatch, check.from_at + timedelta(minutes=5))
    checking.sweep(timezone.now())
    assert "您怎么看" in client.get(page).content.decode()

    refused = client.post(f"{page}judge/", {"himself": "yes", "note": "很好"})
    assert (refused.status_code, "很好" in refused.content.decode()) == (422, True)
    judged = {"himself": "yes", "to_the_point": "yes", "polite": "unsure", "note": "很好"}
    assert client.post(f"{page}judge/", judged).status_code == 303
    check.refresh_from_db()
    assert (check.himself, check.polite, check.note) == (True, None, "很好")


@pytest.mark.parametrize("role", list(Role))
def test_nobody_but_the_inspector_learns_of_a_check_before_it_is_over(
    here: City, role: Role, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Tomorrow's is not even drawn; today's is on no page of anybody else, of no address of the console."""
    check = here.checks[-1]
    at(monkeypatch, check.from_at)
    inspected = check.line.official
    viewers = [make.viewer(here.city, role), make.viewer(inspected.office, role, official=inspected)]
    for viewer in viewers:
        client = client_of(viewer)
        if role is Role.INSPECTOR and viewer.official_id is None:
            continue
        for address in ("checks/", "checks/over/", "liveness/", "today/", "calls/", "ledger/"):
            page = client.get(f"/console/{address}")
            said = page.content.decode()
            assert f"checks/{check.pk}/" not in said, (role, address)
        assert client.get(f"/console/checks/{check.pk}/").status_code == 404
        for act in ("place", "by-hand", "judge"):
            yes = {"himself": "yes", "to_the_point": "yes", "polite": "yes"}
            assert client.post(f"/console/checks/{check.pk}/{act}/", yes).status_code == 404
    assert not check.tries.exists()


def test_every_page_of_checks_is_closed_to_whoever_is_not_signed_in(here: City) -> None:
    names = ("checks", "checked", "liveness")
    addresses = {pattern.name: str(pattern.pattern) for pattern in urlpatterns}  # type: ignore[union-attr]
    for name in names:
        assert Client().get(f"/console/{addresses[name]}").status_code == 302


def test_supervision_sees_a_check_when_it_is_over(here: City, monkeypatch: pytest.MonkeyPatch) -> None:
    check = here.checks[0]
    client = client_of(here.supervisor)
    at(monkeypatch, check.until_at)
    assert check.line.official.name not in client.get("/console/checks/over/").content.decode()

    checking.sweep(check.until_at)
    said = client.get("/console/checks/over/").content.decode()
    assert check.line.official.name in said
    assert "未能拨通" in said


def test_before_the_day_is_over_the_public_sees_the_hash_and_neither_seed_nor_line(
    here: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    draw = Draw.objects.get(on=make.MONDAY_10.date())
    at(monkeypatch, here.checks[-1].from_at)
    page = Client().get("/draws/").content.decode()

    assert draw.commitment in page
    assert draw.table_digest in page
    assert not any(check.line.official.name in page for check in here.checks)
    assert Client().get("/draws/2026-03-02.csv").status_code == 404


def test_after_the_day_anybody_downloads_what_he_needs_to_compute_it_again(here: City) -> None:
    Check.objects.update(state="not_placed", over_at=MONDAY + timedelta(hours=10))
    drawing.reveal_due(MONDAY + timedelta(days=1))
    draw = Draw.objects.get(on=make.MONDAY_10.date())
    page = Client().get("/draws/").content.decode()
    table = Client().get("/draws/2026-03-02.csv")

    assert draw.seed in page
    assert commitment(draw.on, draw.seed) in page
    assert hashlib.sha256(table.content).hexdigest() == draw.table_digest
    assert all(check.line.official.name in page for check in here.checks)
    assert Client().get("/draws/nonsense.csv").status_code == 404


def test_a_number_is_dialled_corrected_and_approved_from_its_page(here: City, monkeypatch: pytest.MonkeyPatch) -> None:
    at(monkeypatch, make.MONDAY_10)
    line = here.lines[1]
    inspector, supervisor = client_of(here.inspector), client_of(here.supervisor)
    unit = client_of(make.viewer(here.county, Role.UNIT))
    assert inspector.post(f"/console/liveness/{line.pk}/", {"health": "well"}).status_code == 422
    assert inspector.post(f"/console/liveness/{line.pk}/", {"health": "dead", "note": "空号"}).status_code == 303
    owed = Correction.objects.get()

    assert line.official.name in unit.get("/console/liveness/").content.decode()
    assert unit.post(f"/console/corrections/{owed.pk}/propose/", {"how": "换号"}).status_code == 303
    assert unit.post(f"/console/corrections/{owed.pk}/approve/").status_code == 422
    assert "换号" in supervisor.get("/console/liveness/").content.decode()
    assert supervisor.post(f"/console/corrections/{owed.pk}/approve/").status_code == 303
    owed.refresh_from_db()
    assert owed.approved_at is not None
    assert LivenessTest.objects.get().health == Health.DEAD.value


def test_who_owes_a_correction_is_told_and_sees_it_among_what_he_owes(
    here: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    at(monkeypatch, make.MONDAY_10)
    official = here.lines[1].official
    unit = client_of(make.viewer(here.county, Role.UNIT))
    him = client_of(make.viewer(official.office, Role.OFFICIAL, official=official))
    assert "要更正的号码" not in unit.get("/console/ledger/").content.decode()
    dialling.record(here.lines[1].pk, Health.DEAD, by=here.inspector)

    assert "要更正" in him.get("/console/today/").content.decode()
    for client in (unit, him):
        owed = client.get("/console/ledger/").content.decode()
        assert "要更正的号码" in owed
        assert "待说明怎样更正" in owed
        told = client.get("/console/notices/").content.decode()
        assert "公布的号码打不通或者不对，请更正" in told
        assert 'href="/console/liveness/"' in told


def test_the_official_plays_the_recording_of_his_failed_check_on_the_page_about_himself(
    here: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    check = here.checks[0]
    at(monkeypatch, check.from_at + timedelta(minutes=7))
    official = check.line.official
    him = client_of(make.viewer(official.office, Role.OFFICIAL, official=official))
    recorded(here, check)
    over(here, check, Judgement(himself=True, to_the_point=False, polite=False))
    sound = f"/console/checks/{check.pk}/recording/"
    assert (sound in him.get("/console/about-me/").content.decode(), him.get(sound).status_code) == (False, 404)

    laddering.sweep(timezone.now())
    assert f'src="{sound}"' in him.get("/console/about-me/").content.decode()
    assert him.get(sound).content == b"RIFF"
