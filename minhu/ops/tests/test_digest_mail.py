"""The digest by mail, to a mail server that speaks SMTP."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from pytest_django.fixtures import Settings

from minhu.audit.models import TrailEntry
from minhu.directory.models import RoleGrant
from minhu.insight import mailing
from minhu.insight.models import DigestMail, DigestReader
from minhu.insight.tests.replied import case, many
from minhu.ops import digest_mail
from minhu.ops.digest_checks import mails
from minhu.ops.findings import Grade
from minhu.rules.access import Viewer
from minhu.rules.weeks import Week
from minhu.rules.words import MailState, Role
from tests import make
from tests.smtp import MailServer, mail_server

pytestmark = pytest.mark.django_db
WEEK = Week(date(2026, 3, 2))
MONDAY_8 = WEEK.told_at
BEFORE = make.MONDAY_10
MINUTE = timedelta(minutes=1)


@pytest.fixture
def server(settings: Settings) -> Iterator[MailServer]:
    with mail_server() as running:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", running.port
        settings.DEFAULT_FROM_EMAIL = "minhu@example.gov.cn"
        settings.PUBLIC_ADDRESS = "https://minhu.example.gov.cn"
        yield running


@pytest.fixture
def leader() -> Viewer:
    """He asked for it, and his city had a week."""
    city = make.city()
    viewer = make.viewer(city, Role.LEADERSHIP)
    mailing.ask("leader@example.gov.cn", by=viewer, at=BEFORE)
    line = make.line(make.official(make.office(city, "甲局"), "赵不应出现"))
    many(line, 11, "AA", empty=True)
    case(line, "BBBB0001", kind="complaint", title="不应出现的事由", body="不应出现")
    return viewer


def test_on_monday_at_eight_it_goes_once_with_numbers_and_links_and_no_word_of_a_citizen(
    server: MailServer, leader: Viewer
) -> None:
    assert digest_mail.send_due(MONDAY_8 - MINUTE) == 0
    assert digest_mail.send_due(MONDAY_8) == 1
    assert digest_mail.send_due(MONDAY_8 + MINUTE) == 0

    (mail,) = server.took
    assert server.to == ["leader@example.gov.cn"]
    assert mail["subject"].strip() == "安澜市 每周摘要 2026-03-02 至 2026-03-08"
    text, html = (part.get_content() for part in mail.iter_parts())
    assert "新诉求: 12" in text
    assert "投诉（未归类）: 不足 10" in text
    for body in (text, html):
        assert "https://minhu.example.gov.cn/console/insight/digest/cases/?week=2026-03-02" in body
        for never in ("不应出现", "AA00", "BBBB", "+86"):
            assert never not in body
    assert re.search(r"href=\"https://[^\"]+subject=complaint\"", html)
    assert DigestMail.objects.get().state == MailState.SENT.value


def test_two_jobs_processes_send_it_once(server: MailServer, leader: Viewer) -> None:
    mailing.queue_due(MONDAY_8)
    mailing.queue_due(MONDAY_8)
    mine = mailing.claim(MONDAY_8)

    assert mine is not None
    assert mailing.claim(MONDAY_8) is None
    assert digest_mail.send_due(MONDAY_8) == 0
    assert server.took == []


def test_a_refused_mail_is_tried_again_later_and_the_doctor_says_so(server: MailServer, leader: Viewer) -> None:
    server.refuses = "451 try again later"
    assert digest_mail.send_due(MONDAY_8) == 0
    assert digest_mail.send_due(MONDAY_8 + MINUTE) == 0
    assert DigestMail.objects.get().attempts == 1
    (found,) = mails(at=MONDAY_8 + MINUTE)
    assert (found.grade, "451 try again later" in found.found) == (Grade.CARE, True)

    server.refuses = ""
    assert digest_mail.send_due(MONDAY_8 + timedelta(minutes=6)) == 1
    assert [one.grade for one in mails(at=MONDAY_8 + timedelta(minutes=7))] == [Grade.WELL]


def test_a_mail_server_that_is_down_is_tried_again(server: MailServer, leader: Viewer, settings: Settings) -> None:
    settings.EMAIL_PORT = 1
    assert digest_mail.send_due(MONDAY_8) == 0

    settings.EMAIL_PORT = server.port
    assert digest_mail.send_due(MONDAY_8 + timedelta(minutes=6)) == 1


def test_it_is_given_up_in_the_end(server: MailServer, leader: Viewer) -> None:
    server.refuses = "550 no such user"
    mailing.queue_due(MONDAY_8)
    DigestMail.objects.update(attempts=mailing.MOST_ATTEMPTS - 1)
    for days in range(2):
        digest_mail.send_due(MONDAY_8 + timedelta(days=days))

    mail = DigestMail.objects.get()
    assert (mail.state, mail.attempts) == (MailState.FAILED.value, mailing.MOST_ATTEMPTS)


def test_one_that_may_have_gone_is_not_sent_again(server: MailServer, leader: Viewer) -> None:
    server.breaks_off = True
    digest_mail.send_due(MONDAY_8)
    server.breaks_off = False

    assert digest_mail.send_due(MONDAY_8 + timedelta(days=1)) == 0
    assert DigestMail.objects.get().state == MailState.UNKNOWN.value
    assert [one.grade for one in mails(at=MONDAY_8)] == [Grade.CARE]


def test_one_whose_process_died_is_not_sent_again(server: MailServer, leader: Viewer) -> None:
    mailing.queue_due(MONDAY_8)
    mailing.claim(MONDAY_8)

    assert digest_mail.send_due(MONDAY_8 + timedelta(hours=1)) == 0
    assert DigestMail.objects.get().state == MailState.UNKNOWN.value


def test_who_no_longer_leads_or_stopped_it_gets_none(server: MailServer, leader: Viewer) -> None:
    mailing.queue_due(MONDAY_8)
    RoleGrant.objects.all().delete()
    assert digest_mail.send_due(MONDAY_8) == 0
    assert DigestMail.objects.get().state == MailState.FAILED.value
    assert [one.grade for one in mails(at=MONDAY_8)] == [Grade.WELL]

    mailing.stop(by=leader)
    mailing.stop(by=leader)
    assert not DigestReader.objects.exists()
    assert [one.act for one in TrailEntry.objects.order_by("seq")] == ["digest_by_mail", "digest_no_mail"]


def test_who_asks_after_it_was_due_gets_the_next(server: MailServer) -> None:
    mailing.ask("late@example.gov.cn", by=make.viewer(make.city(), Role.LEADERSHIP), at=MONDAY_8 + MINUTE)

    assert digest_mail.send_due(MONDAY_8 + 2 * MINUTE) == 0
    assert digest_mail.send_due(WEEK.after.told_at) == 1


def test_only_leadership_asks_and_only_with_an_address() -> None:
    city = make.city()
    with pytest.raises(mailing.NotForLeadership):
        mailing.ask("a@example.gov.cn", by=make.viewer(city, Role.SUPERVISOR), at=BEFORE)
    for typed in ("", "no address", "a@b", "a@example.gov.cn\nBcc: b@example.gov.cn"):
        with pytest.raises(mailing.NoAddress):
            mailing.ask(typed, by=make.viewer(city, Role.LEADERSHIP), at=BEFORE)


def test_without_a_mail_server_nothing_is_queued_and_the_doctor_says_who_waits(leader: Viewer) -> None:
    assert digest_mail.send_due(MONDAY_8) == 0
    assert not DigestMail.objects.exists()
    (found,) = mails(at=MONDAY_8)
    assert "EMAIL_HOST" in found.cure


def test_nobody_asked_and_the_doctor_is_silent() -> None:
    assert list(mails(at=MONDAY_8)) == []
