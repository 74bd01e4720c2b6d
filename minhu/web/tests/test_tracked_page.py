"""What a citizen does on the page of his matter, by its code alone."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from minhu.cases import actions
from minhu.cases.actions import Receiver
from minhu.cases.models import Addition, Attachment, Case, Conflict, Notice, Rating
from minhu.cases.tests.world import AT, LATER, World, photo, world
from minhu.intake.models import WebMessage
from minhu.rules.access import system
from minhu.web.public.forms import fresh_key

pytestmark = pytest.mark.django_db

DAY = AT + timedelta(hours=1, minutes=30)
WEEKS_LATER = AT + timedelta(days=30)


@pytest.fixture
def w(monkeypatch: pytest.MonkeyPatch) -> World:
    at(monkeypatch)
    return world()


def at(monkeypatch: pytest.MonkeyPatch, now: object = DAY) -> None:
    monkeypatch.setattr(timezone, "now", lambda: now)


def page(client: Client, w: World) -> str:
    answer = client.get(f"/m/{w.case.code}/")
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "private, no-store"
    return answer.content.decode()


def post(client: Client, w: World, act: str, typed: Mapping[str, object] | None = None) -> tuple[int, str]:
    answer = client.post(f"/m/{w.case.code}/{act}/", dict(typed or {}))
    return answer.status_code, answer.content.decode()


def test_he_reads_the_same_times_as_officials_do_with_hand_over_and_extension(w: World, client: Client) -> None:
    by = system(w.line.city_id)
    actions.transfer(w.case.pk, Receiver.unit(w.bureau.pk), by=by, reason="内部理由", at=LATER)
    actions.extend(w.case.pk, 2, by=by, reason="等零件到货", at=LATER)
    actions.write_note(w.case.pk, "只给自己人看", by=by, at=LATER)

    shown = page(client, w)
    assert f"转给{w.bureau.name}办理" in shown
    assert "等零件到货" in shown
    assert "内部理由" not in shown
    assert "只给自己人看" not in shown
    assert w.case.citizen.masked not in shown


def test_he_adds_a_few_words_once_however_often_it_is_sent(w: World, client: Client) -> None:
    key = fresh_key()
    for _ in range(2):
        assert post(client, w, "add", {"body": "就在三号楼门口", "key": key})[0] == 303

    assert Addition.objects.get(case=w.case).body == "就在三号楼门口"
    assert "您补充了内容" in page(client, w)


def test_nothing_said_is_refused_on_the_page(w: World, client: Client) -> None:
    status, words = post(client, w, "add", {"body": "  "})

    assert (status, "请写明" in words) == (422, True)
    assert 'id="add" open' in words


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("病毒.jpg", b"MZ\x90\x00", "只收照片"),
        ("大.jpg", b"\xff\xd8\xff" + b"0" * (10 * 1024 * 1024), "10 MB"),
        ("坏.jpg", b"\xff\xd8\xff broken", "打不开"),
    ],
    ids=["not a photo", "too big", "broken"],
)
def test_a_file_we_do_not_take_is_refused_in_plain_words(
    w: World, client: Client, name: str, content: bytes, says: str
) -> None:
    status, words = post(client, w, "attach", {"file": SimpleUploadedFile(name, content), "file_key": fresh_key()})

    assert (status, says in words) == (422, True)
    assert Attachment.objects.filter(case=w.case, by=None).count() == 1  # the world's own


def test_his_photo_is_kept_and_he_may_have_it_back_and_nobody_elses(w: World, client: Client) -> None:
    typed = {"file": SimpleUploadedFile("门口.jpg", photo()), "file_key": fresh_key()}
    assert post(client, w, "attach", typed)[0] == 303

    kept = Attachment.objects.filter(case=w.case).latest("id")
    assert kept.name == "门口.jpg"
    answer = client.get(f"/m/{w.case.code}/files/{kept.pk}/")
    assert answer.headers["Content-Type"] == "image/jpeg"
    hidden = actions.attach(w.case.pk, actions.Upload("h", "内部.jpg", photo()), by=w.viewers["holder"], at=DAY)
    assert "内部.jpg" not in page(client, w)
    assert client.get(f"/m/{w.case.code}/files/{hidden.pk}/").status_code == 404


def test_withdrawing_asks_once_more_and_then_it_ends_in_plain_words(w: World, client: Client) -> None:
    assert f"/m/{w.case.code}/withdraw/" in page(client, w)
    asked = client.get(f"/m/{w.case.code}/withdraw/").content.decode()
    assert "确定不用办了吗" in asked
    w.case.refresh_from_db()
    assert w.case.state == "new"

    assert post(client, w, "withdraw", {"reason": "自己修好了"})[0] == 303

    shown = page(client, w)
    assert "按您的意思撤回，不再办理" in shown
    assert "补充几句话" not in shown
    assert client.get(f"/m/{w.case.code}/withdraw/").status_code == 303
    assert post(client, w, "withdraw")[0] == 422


def test_he_rates_only_what_was_answered_and_answers_all_three_questions(w: World, client: Client) -> None:
    assert "办得怎么样" not in page(client, w)
    good = {"answered": "yes", "solved": "yes", "satisfied": "yes"}
    assert post(client, w, "rate", good)[0] == 422

    actions.reply(w.case.pk, "已修好", "市住建局", by=system(w.line.city_id), at=DAY)
    status, words = post(client, w, "rate", {"answered": "yes", "solved": "yes"})
    assert (status, "三个问题都选一下" in words) == (422, True)
    assert not Rating.objects.exists()

    assert post(client, w, "rate", good | {"words": "很快"})[0] == 303
    shown = page(client, w)
    assert "已经办结" in shown
    assert Rating.objects.get().words == "很快"


def test_what_is_not_solved_comes_back_to_the_official_himself(w: World, client: Client) -> None:
    actions.reply(w.case.pk, "已核实", "市住建局", by=system(w.line.city_id), at=DAY)
    post(client, w, "rate", {"answered": "yes", "solved": "no", "satisfied": "no"})

    shown = page(client, w)
    assert "领导本人重新办理" in shown
    assert "这件事已经重新办过 1 次" in shown


def test_he_may_go_one_level_up_only_when_the_rules_allow_it_and_reads_why(
    w: World, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "请上一级过问" not in page(client, w)
    status, words = post(client, w, "up")
    assert (status, "现在还在承诺的时限内" in words) == (422, True)

    at(monkeypatch, WEEKS_LATER)
    shown = page(client, w)
    assert "请上一级过问" in shown
    assert "前给您回音，已经超了" in shown
    assert post(client, w, "up", {"words": "两周没人管"})[0] == 303
    assert Notice.objects.filter(kind="went_up", to_official=w.officials["mayor"]).exists()


def test_what_belongs_elsewhere_says_which_door(w: World, client: Client) -> None:
    from minhu.rules.words import Door

    actions.show_door(w.case.pk, Door.COURT, by=system(w.line.city_id), at=DAY)

    shown = page(client, w)
    assert "这件事要走另外的渠道" in shown
    assert "12368" in shown


@pytest.mark.parametrize("act", ["add", "attach", "rate", "up", "withdraw"])
def test_without_the_code_nothing_can_be_done(w: World, client: Client, act: str) -> None:
    assert client.post(f"/m/NOTACODE/{act}/").status_code == 404
    wrong = Case.objects.get().code[:-1] + ("2" if w.case.code[-1] != "2" else "3")
    assert client.post(f"/m/{wrong}/{act}/").status_code == 404


def test_whoever_tries_codes_by_posting_is_stopped_too(w: World, client: Client) -> None:
    from minhu.rules.codes import make_code

    answers = [client.post(f"/m/{make_code(n.to_bytes(8, 'big'))}/up/").status_code for n in range(40)]

    assert answers[0] == 404
    assert answers[-1] == 429


def test_the_page_costs_the_same_few_questions(w: World, client: Client, django_assert_max_num_queries: object) -> None:
    for number in range(9):
        actions.add_by_code(w.case.code, "1", f"再说{number}", key=f"k{number}", at=DAY)
    with django_assert_max_num_queries(18):  # type: ignore[operator]
        page(client, w)


# ---- whom it is about is asked on the form


def form(**typed: object) -> dict[str, object]:
    filled = {
        "key": fresh_key(),
        "kind": "complaint",
        "body": "工程转包没人管",
        "phone": "15400005678",
        "consent": "on",
    }
    return filled | typed


def test_the_form_asks_whom_a_complaint_is_about_and_it_never_reaches_them(w: World, client: Client) -> None:
    shown = client.get("/new/").content.decode()
    assert "反映的是谁" in shown
    assert f'value="office:{w.bureau.pk}"' in shown

    assert client.post("/new/", form(about=f"office:{w.bureau.pk}", line=w.line.pk)).status_code == 303
    actions.take_in(at=DAY)
    assert Conflict.objects.get().office == w.bureau


def test_of_a_request_nobody_is_accused_whatever_the_form_says(w: World, client: Client) -> None:
    assert client.post("/new/", form(kind="request", about=f"official:{w.officials['chief'].pk}")).status_code == 303
    assert WebMessage.objects.get().about_official is None


@pytest.mark.parametrize(
    "about", ["office:", "office:x", "city:1", "official:99999999999999999999999", "official:0", "official:999999"]
)
def test_an_accused_that_is_not_in_the_list_is_refused(w: World, client: Client, about: str) -> None:
    answer = client.post("/new/", form(about=about))

    assert answer.status_code == 422
    assert not WebMessage.objects.exists()
