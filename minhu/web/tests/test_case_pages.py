"""What officials, staff and units do with a case from its page, and what they are refused there."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from minhu.cases.models import Attachment, Case, Conflict, Note, Notice, Transfer
from minhu.cases.tests.world import AT, SECRET, World, photo, world
from minhu.intake.models import CallOrder, Text
from minhu.rules.words import Role
from minhu.web.tests.people import client_of
from tests import make

pytestmark = pytest.mark.django_db

DAY = AT + timedelta(hours=5)
MOST_QUERIES = 62  # what several parts of the page ask is asked once


@pytest.fixture
def w(monkeypatch: pytest.MonkeyPatch) -> World:
    monkeypatch.setattr(timezone, "now", lambda: DAY)
    return world()


def post(client: Client, w: World, act: str, typed: dict[str, object] | None = None, **headers: str) -> tuple[int, str]:
    answer = client.post(f"/console/cases/{w.case.pk}/{act}/", typed or {}, headers=headers)
    return answer.status_code, answer.content.decode()


def page(client: Client, w: World, query: str = "") -> str:
    return client.get(f"/console/cases/{w.case.pk}/{query}").content.decode()


def hand_over(w: World, reason: str = "属地事项") -> None:
    status, words = post(client_of(w, "holder"), w, "transfer", {"to": f"unit:{w.bureau.pk}", "reason": reason})
    assert status == 303, words


# ---- handing over


def test_a_case_is_handed_over_once_and_then_the_page_says_so(w: World) -> None:
    holder = client_of(w, "holder")
    assert "只能转一次" in page(holder, w)

    hand_over(w)

    again = page(holder, w)
    assert "已经转办过，按规定不能再转" in again
    assert 'id="transfer"' not in again
    status, words = post(holder, w, "transfer", {"to": "hotline", "reason": "x"})
    assert status == 422
    assert "已经转办过，不能再转" in words
    assert Transfer.objects.count() == 1


def test_whom_it_must_never_reach_is_not_in_the_list_and_the_page_says_why(w: World) -> None:
    holder = client_of(w, "holder")
    assert f'value="unit:{w.bureau.pk}"' in page(holder, w)

    post(holder, w, "avoid", {"about": f"office:{w.county.pk}", "reason": "群众指明"})

    shown = page(holder, w)
    assert f'value="unit:{w.bureau.pk}"' not in shown
    assert f'value="unit:{w.county.pk}"' not in shown
    assert "按回避规定" in shown
    status, words = post(holder, w, "transfer", {"to": f"unit:{w.bureau.pk}", "reason": "试试"})
    assert status == 422
    assert "回避" in words


def test_deputies_and_the_hotline_are_offered_and_nothing_else_is_taken(w: World) -> None:
    holder, deputy = client_of(w, "holder"), w.officials["other"]
    w.officials["holder"].deputies.add(deputy)
    shown = page(holder, w)

    assert f'value="deputy:{deputy.pk}"' in shown
    assert 'value="hotline"' in shown
    for wrong in ("", "mayor:1", "unit:", "unit:x", "deputy:99999999"):
        assert post(holder, w, "transfer", {"to": wrong, "reason": "x"})[0] == 422


def test_a_refused_form_stays_open_with_what_was_typed(w: World) -> None:
    reason = "请尽快到现场"
    status, words = post(client_of(w, "holder"), w, "transfer", {"to": "", "reason": reason})

    assert status == 422
    assert reason in words
    assert 'id="transfer" open' in words


def test_the_unit_may_reply_ask_for_time_or_give_back_and_nothing_more(w: World) -> None:
    hand_over(w)
    shown = page(client_of(w, "unit of the bureau"), w)

    assert 'id="reply"' in shown
    assert 'id="extend"' in shown
    assert 'id="give_back"' in shown
    for other in ("transfer", "hold", "avoid", "confide", "join", "withdraw", "show_door"):
        assert f'id="{other}"' not in shown
    assert "看完整号码" not in shown
    assert f"/console/threads/{w.thread.pk}/" not in shown


def test_what_a_unit_gives_back_leaves_its_desk_and_is_with_the_official_himself(w: World) -> None:
    hand_over(w)
    unit = client_of(w, "unit of the bureau")

    answer = unit.post(f"/console/cases/{w.case.pk}/give-back/", {"reason": "不归我们管"}, follow=True)

    assert "这件诉求已经不在您这里" in answer.content.decode()
    assert unit.get(f"/console/cases/{w.case.pk}/").status_code == 404
    assert "按规定不能再转" in page(client_of(w, "holder"), w)


def test_with_scripts_the_unit_is_led_to_its_desk_too(w: World) -> None:
    hand_over(w)
    typed = {"reason": "不归我们管"}
    answer = client_of(w, "unit of the bureau").post(
        f"/console/cases/{w.case.pk}/give-back/", typed, headers={"HX-Request": "true"}
    )

    assert answer.status_code == 204
    assert answer.headers["HX-Redirect"] == "/console/"


# ---- time


def test_time_is_asked_for_once_with_a_reason_that_the_citizen_reads(w: World) -> None:
    hand_over(w)
    unit = client_of(w, "unit of the bureau")
    assert "理由会原样发短信告诉群众" in page(unit, w)
    assert post(unit, w, "extend", {"days": "2", "reason": ""})[0] == 422
    assert post(unit, w, "extend", {"days": "two", "reason": "x"})[0] == 422

    assert post(unit, w, "extend", {"days": "2", "reason": "等零件到货"})[0] == 303

    assert "等零件到货" in Text.objects.get(template="extended").body
    assert 'id="extend"' not in page(unit, w)
    status, words = post(unit, w, "extend", {"days": "1", "reason": "还要等"})
    assert (status, "已经延期过一次" in words) == (422, True)


# ---- replying


def test_a_reply_with_a_photo_keeps_both_or_neither(w: World) -> None:
    hand_over(w)
    unit, typed = client_of(w, "unit of the bureau"), {"done": "已换六盏灯", "done_by": "住建局", "seen": "off_point"}

    broken = SimpleUploadedFile("灯.jpg", b"not a picture")
    status, words = post(unit, w, "reply", typed | {"file": broken, "file_key": uuid4().hex})
    assert status == 422
    assert "只收照片" in words
    assert "已换六盏灯" in words
    assert not w.case.replies.exists()

    good = SimpleUploadedFile("灯.jpg", photo())
    assert post(unit, w, "reply", typed | {"file": good, "file_key": uuid4().hex})[0] == 303
    assert w.case.replies.get().done == "已换六盏灯"
    assert Attachment.objects.filter(case=w.case, shown=True).count() == 1


def test_a_prepared_reply_comes_filled_in_and_can_be_changed(w: World) -> None:
    shown = page(client_of(w, "holder"), w, f"?canned={w.quick_reply.pk}")

    assert f"会后联系您，编号{w.case.code}</textarea>" in shown


def test_a_reply_given_on_the_phone_names_its_call(w: World) -> None:
    call = make.call(w.line, w.case.citizen, answered_by=None, at=DAY - timedelta(hours=1))
    status, words = post(client_of(w, "holder"), w, "reply", {"done": "已办", "done_by": "王明", "call": str(call.pk)})
    assert status == 422
    assert "先打电话" in words
    assert post(client_of(w, "holder"), w, "reply", {"done": "x", "done_by": "x", "call": "no-id"})[0] == 422


# ---- conflicts and confidence


def test_once_it_is_confidential_staff_lose_it_and_only_who_is_named_gains_it(w: World) -> None:
    staff, other = client_of(w, "staff of the city"), client_of(w, "other")
    answer = staff.post(f"/console/cases/{w.case.pk}/confide/", follow=True)
    assert "这件诉求已经不在您这里" in answer.content.decode()
    assert staff.get(f"/console/cases/{w.case.pk}/").status_code == 404

    holder = client_of(w, "holder")
    assert 'id="name"' in page(holder, w)
    typed = {"official": w.officials["other"].pk, "reason": "查办"}
    assert other.get(f"/console/cases/{w.case.pk}/").status_code == 404
    assert post(holder, w, "name", typed)[0] == 303
    assert other.get(f"/console/cases/{w.case.pk}/").status_code == 200


def test_a_holder_in_conflict_is_replaced_by_whom_the_form_names(w: World) -> None:
    hand_over(w)
    typed = {
        "about": f"official:{w.officials['holder'].pk}", "reason": "群众指明", "holder": w.officials["other"].pk,
    }  # fmt: skip
    supervisor = client_of(w, "supervisor of the city")

    assert post(supervisor, w, "avoid", typed | {"about": "nobody"})[0] == 422
    assert post(supervisor, w, "avoid", typed)[0] == 303
    w.case.refresh_from_db()
    assert w.case.holder == w.officials["other"]
    assert Conflict.objects.count() == 1


# ---- joining, doors, withdrawing


def another(w: World) -> Case:
    make.call(w.line, make.citizen(w.line.city), at=DAY - timedelta(minutes=50))
    from minhu.cases import actions

    actions.take_in(at=DAY - timedelta(minutes=49))
    return Case.objects.exclude(pk=w.case.pk).get()


def test_reports_of_one_matter_are_joined_from_a_list_or_by_code_and_part_again(w: World) -> None:
    holder, other = client_of(w, "holder"), another(w)
    assert other.code in page(holder, w)
    assert post(holder, w, "join", {"code": "nonsense"})[0] == 422
    assert post(holder, w, "join", {})[0] == 422

    assert post(holder, w, "join", {"code": f"{other.code[:4]} {other.code[4:]}".lower()})[0] == 303
    assert "已并入另一件同样的诉求" in page(holder, w)
    assert w.case.code[:4] in holder.get(f"/console/cases/{other.pk}/").content.decode()

    assert post(holder, w, "part", {"reason": "不是一回事"})[0] == 303
    w.case.refresh_from_db()
    assert w.case.parent is None


def test_the_right_door_is_told_and_it_is_no_case_any_more(w: World) -> None:
    holder = client_of(w, "holder")
    assert "内容像是这一类" not in page(holder, w)
    assert post(holder, w, "show-door", {"door": "heaven"})[0] == 422

    assert post(holder, w, "show-door", {"door": "court"})[0] == 303
    assert "已告诉群众走“诉讼、仲裁、执行”渠道" in page(holder, w)
    assert "12368" in Text.objects.get(template="door_court").body


def test_what_the_citizen_withdraws_ends(w: World) -> None:
    assert post(client_of(w, "staff of the city"), w, "withdraw", {"reason": "来电说不用了"})[0] == 303
    w.case.refresh_from_db()
    assert w.case.state == "withdrawn"


def test_the_official_takes_it_on_or_has_it_asked_about(w: World) -> None:
    holder = client_of(w, "holder")
    assert post(holder, w, "ask")[0] == 303
    w.case.refresh_from_db()
    assert w.case.state == "clarifying"

    assert post(holder, w, "hold")[0] == 303
    w.case.refresh_from_db()
    assert w.case.state == "held"


# ---- notes, files, calls, paper


def test_who_is_mentioned_in_a_note_finds_it_among_his_notices_and_ticks_it_off(w: World) -> None:
    post(client_of(w, "staff of the city"), w, "note", {"body": "请@王明 看一下这件"})
    holder = client_of(w, "holder")
    shown = holder.get("/console/notices/").content.decode()
    assert "在备注里提到您" in shown
    assert "请@王明 看一下这件" in shown
    assert "1 条提醒未看" in shown

    notice = Notice.objects.get(kind="mentioned")
    holder.post("/console/notices/read/", {"notice": [notice.pk]})
    assert "0 条提醒未看" in holder.get("/console/notices/").content.decode()


def test_an_empty_note_is_refused(w: World) -> None:
    status, words = post(client_of(w, "holder"), w, "note", {"body": "  "})
    assert (status, "备注是空的" in words) == (422, True)
    assert Note.objects.count() == 1


def test_files_are_checked_kept_once_and_handed_out_as_what_they_are(w: World) -> None:
    holder, key = client_of(w, "holder"), uuid4().hex
    status, words = post(holder, w, "attach", {})
    assert (status, "还没有选文件" in words) == (422, True)
    assert 'id="attach"' in words
    for _ in range(2):
        file = SimpleUploadedFile("../../现场.php.jpg", photo())
        assert post(holder, w, "attach", {"file": file, "file_key": key, "shown": "on"})[0] == 303

    kept = Attachment.objects.get(shown=True)
    answer = holder.get(f"/console/files/{kept.pk}/")
    assert answer.headers["Content-Type"] == "image/jpeg"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert "no-store" in answer.headers["Cache-Control"]
    assert client_of(w, "clerk").get(f"/console/files/{kept.pk}/").status_code == 404


def test_a_file_that_is_too_big_is_refused_before_it_is_read(w: World) -> None:
    file = SimpleUploadedFile("大.jpg", b"\xff\xd8\xff" + b"0" * (10 * 1024 * 1024))
    status, words = post(client_of(w, "holder"), w, "attach", {"file": file})
    assert (status, "10 MB" in words) == (422, True)


def test_a_time_for_the_call_is_agreed_and_he_is_not_rung_before(w: World) -> None:
    make.desk(w.line.city)
    holder = client_of(w, "holder")
    url = f"window/{w.promise.pk}"
    assert post(holder, w, url, {"begins": "nonsense", "ends": ""})[0] == 422
    assert post(holder, w, url, {"begins": "2026-03-02T17:00", "ends": "2026-03-02T16:00"})[0] == 422

    assert post(holder, w, url, {"begins": "2026-03-02T16:00", "ends": "2026-03-02T17:00"})[0] == 303
    assert "约好 16:00–17:00" in page(holder, w)
    answer = holder.post(f"/console/callbacks/{w.promise.pk}/call/", {"key": "k", "back": f"case:{w.case.pk}"})
    assert answer.status_code == 422
    assert "约了接电话的时间" in answer.content.decode()
    assert not CallOrder.objects.exists()


def test_the_printed_page_has_no_chrome_and_notes_only_when_asked_for(w: World) -> None:
    holder = client_of(w, "holder")
    plain = holder.get(f"/console/cases/{w.case.pk}/print/").content.decode()
    asked = holder.get(f"/console/cases/{w.case.pk}/print/?notes=1").content.decode()

    assert '<nav class="tabs' not in plain
    assert "masthead" not in plain
    assert w.case.citizen.masked in plain
    assert plain.count(SECRET) < asked.count(SECRET)
    assert "<h2>内部备注</h2>" not in plain
    assert "<h2>内部备注</h2>" in asked


# ---- who may only look, and what it costs


def test_leadership_looks_and_writes_notes_and_is_offered_nothing_else(w: World) -> None:
    leader = client_of(w, "leadership of the city")
    shown = page(leader, w)

    assert 'id="doings"' not in shown
    assert 'id="reply"' not in shown
    assert "回电</button>" not in shown
    assert "内部备注" in shown
    status, words = post(leader, w, "hold")
    assert (status, "不能这样办" in words) == (422, True)


@pytest.mark.parametrize("who", ["holder", "staff of the city", "supervisor of the city"])
def test_a_case_costs_the_same_questions_however_much_happened(
    w: World, who: str, django_assert_max_num_queries: object
) -> None:
    for number in range(12):
        make.text(w.line, w.case.citizen, f"再说一句{number}", at=AT + timedelta(minutes=20 + number))
        make.office(w.line.city)
    from minhu.cases import actions

    actions.take_in(at=AT + timedelta(minutes=40))
    client = client_of(w, who)
    with django_assert_max_num_queries(MOST_QUERIES):  # type: ignore[operator]
        assert client.get(f"/console/cases/{w.case.pk}/").status_code == 200


def test_only_who_signed_in_gets_anywhere(w: World, client: Client) -> None:
    for path in ("ledger", "desk", "escalated", "notices", f"cases/{w.case.pk}/print", f"files/{w.attachment.pk}"):
        assert client.get(f"/console/{path}/").status_code == 302
    assert make.account(w.line.city, Role.OPERATOR)
