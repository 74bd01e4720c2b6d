"""A citizen shows that the number he left is his, with a code that is texted to it."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from minhu.cases import actions
from minhu.cases.models import Case
from minhu.directory.models import Office
from minhu.intake import confirming
from minhu.intake.models import NumberCheck, Text, Thread
from minhu.rules import onetime
from minhu.rules.onetime import CodeOver, CodeTooSoon, NothingToConfirm, TooManyCodes, WrongCode
from minhu.rules.words import Role
from minhu.web.public.forms import fresh_key
from tests import make

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("daytime")]

MINUTE = timedelta(minutes=1)


@pytest.fixture
def city() -> Office:
    return make.city()


def sent(client: Client, phone: str = "15400005678") -> str:
    typed = {"key": fresh_key(), "kind": "request", "body": "荷花苑停水一天了", "consent": "on", "phone": phone}
    return client.post("/new/", typed).headers["Location"].split("/")[2]


def texted(code: str) -> str:
    latest = Text.objects.filter(template="number_code", code=code).latest("id")
    return str(latest.variables["number"])


def wrong(number: str) -> str:
    return f"{(int(number) + 1) % 10**onetime.DIGITS:06}"


def test_the_number_is_confirmed_with_the_code_that_was_texted_and_no_script(client: Client, city: Office) -> None:
    code = sent(client)
    assert "发验证码" in client.get(f"/m/{code}/sent/").content.decode()

    asked = client.post(f"/m/{code}/confirm/", follow=True).content.decode()
    number = texted(code)
    done = client.post(f"/m/{code}/confirm/", {"number": f" {number[:3]} {number[3:]} "}, follow=True)

    assert number not in asked
    assert "号码已经确认" in done.content.decode()
    assert confirming.is_confirmed(code)
    assert "发验证码" not in client.get(f"/m/{code}/sent/").content.decode()
    assert number.encode() not in bytes(NumberCheck.objects.get().code_key)


def test_a_wrong_code_is_refused_and_after_five_tries_the_right_one_too(client: Client, city: Office) -> None:
    code = sent(client)
    confirming.send(code)
    number = texted(code)
    for _ in range(onetime.MOST_TRIES):
        with pytest.raises(WrongCode):
            confirming.confirm(code, wrong(number))

    with pytest.raises(CodeOver):
        confirming.confirm(code, number)
    assert not confirming.is_confirmed(code)


def test_a_code_is_over_after_ten_minutes_and_when_another_was_sent(client: Client, city: Office) -> None:
    code, at = sent(client), timezone.now()
    confirming.send(code, at=at)
    first = texted(code)
    with pytest.raises(CodeOver):
        confirming.confirm(code, first, at=at + onetime.LASTS)

    confirming.send(code, at=at + 2 * MINUTE)
    if texted(code) != first:
        with pytest.raises(WrongCode):
            confirming.confirm(code, first, at=at + 3 * MINUTE)
    confirming.confirm(code, texted(code), at=at + 3 * MINUTE)
    with pytest.raises(CodeOver):
        confirming.confirm(code, texted(code), at=at + 3 * MINUTE)


def test_a_number_gets_one_a_minute_and_three_a_day_whatever_the_matter(client: Client, city: Office) -> None:
    one, other, at = sent(client), sent(client), timezone.now()
    confirming.send(one, at=at)
    with pytest.raises(CodeTooSoon):
        confirming.send(other, at=at + MINUTE / 2)
    confirming.send(other, at=at + MINUTE)
    confirming.send(other, at=at + 2 * MINUTE)

    with pytest.raises(TooManyCodes):
        confirming.send(one, at=at + 3 * MINUTE)
    assert Text.objects.filter(template="number_code").count() == onetime.MOST_A_DAY


@pytest.mark.parametrize("phone", ["", "057188886666"])
def test_without_a_mobile_number_nothing_is_sent(client: Client, city: Office, phone: str) -> None:
    code = sent(client, phone)

    with pytest.raises(NothingToConfirm):
        confirming.send(code)
    assert "发验证码" not in client.get(f"/m/{code}/sent/").content.decode()
    assert client.post(f"/m/{code}/confirm/").status_code == 422


def test_the_database_refuses_a_sixth_try_and_a_late_confirmation(client: Client, city: Office) -> None:
    made = confirming.send(sent(client))
    too_late: datetime = made.until + MINUTE

    for change in ({"tries": onetime.MOST_TRIES + 1}, {"confirmed_at": too_late}):
        with pytest.raises(IntegrityError), transaction.atomic():
            NumberCheck.objects.filter(pk=made.pk).update(**change)


def test_staff_see_that_the_number_is_confirmed_and_never_the_code(client: Client, city: Office) -> None:
    code = sent(client)
    confirming.send(code)
    number = texted(code)
    confirming.confirm(code, number)
    actions.take_in(at=timezone.now())
    case = Case.objects.get(code=code)
    client.force_login(make.account(city, Role.STAFF))

    page = client.get(f"/console/cases/{case.pk}/").content.decode()
    thread = client.get(f"/console/threads/{Thread.objects.get().pk}/").content.decode()

    assert "本人已确认" in page
    assert "••••••" in thread
    assert number not in page + thread
