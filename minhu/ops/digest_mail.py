"""Sends the weekly digest by mail: numbers and links only, nothing of any citizen."""

from __future__ import annotations

import contextlib
import smtplib
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode, urlsplit

import structlog
from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from minhu.directory.models import Office
from minhu.insight import digesting, mailing
from minhu.insight.digesting import Digest, Number
from minhu.insight.mailing import Claimed
from minhu.rules.intervals import FEWEST
from minhu.rules.weeks import Week

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Line:
    """One number of a mail. says: "" where it is too small to leave the house. link: the page that opens it."""

    name: str
    says: str
    before: str
    link: str


def send_due(at: datetime) -> int:
    """Queue what is due and send what waits, one mail after the other; how many went. Nothing without a mail server."""
    if not settings.EMAIL_HOST:
        return 0
    mailing.settle_lost(at)
    mailing.queue_due(at)
    went = 0
    while (claimed := mailing.claim(at)) is not None:
        went += _send(claimed, at)
    return went


def _send(claimed: Claimed, at: datetime) -> bool:
    """No transaction is open while the mail server is spoken to; until it is connected nothing can have gone."""
    mail = _mail(claimed, at)
    mail.connection = get_connection()
    try:
        mail.connection.open()
    except OSError as fault:
        mailing.refused(claimed, _told(fault), at=at)
        log.warning("digest_mail_refused", mail=claimed.mail_id, attempt=claimed.attempt)
        return False
    went = _hand_over(mail, claimed, at)
    with contextlib.suppress(OSError):  # by now it has gone or not
        mail.connection.close()
    return went


def _hand_over(mail: EmailMultiAlternatives, claimed: Claimed, at: datetime) -> bool:
    try:
        mail.send()
    except (smtplib.SMTPResponseException, smtplib.SMTPRecipientsRefused) as fault:
        mailing.refused(claimed, _told(fault), at=at)
        log.warning("digest_mail_refused", mail=claimed.mail_id, attempt=claimed.attempt)
        return False
    except OSError as fault:
        mailing.lost(claimed, _told(fault))
        log.warning("digest_mail_in_doubt", mail=claimed.mail_id)
        return False
    mailing.sent(claimed, at=at)
    return True


def _mail(claimed: Claimed, at: datetime) -> EmailMultiAlternatives:
    week = Week(claimed.monday)
    with translation.override(settings.LANGUAGE_CODE):
        city = Office.objects.get(pk=claimed.viewer.city_id)
        context = _context(digesting.digest(claimed.viewer, week, at), city.name)
        made = EmailMultiAlternatives(
            subject=_("%(city)s 每周摘要 %(first)s 至 %(last)s")
            % {"city": city.name, "first": week.monday, "last": week.sunday},
            body=render_to_string("mail/digest.txt", context),
            to=[claimed.address],
            headers={"Message-ID": f"<digest-{claimed.mail_id}@{urlsplit(settings.PUBLIC_ADDRESS).hostname}>"},
        )
        made.attach_alternative(render_to_string("mail/digest.html", context), "text/html")
    return made


def _context(found: Digest, city: str) -> dict[str, object]:
    week = found.week
    return {
        "city": city,
        "week": week,
        "numbers": [
            Line(
                one.value,
                _small(found.numbers[one]),
                _small(found.before[one]),
                _link("digest-cases", week, number=one),
            )
            for one in Number
        ],
        "subjects": [
            Line(one.subject, _small(one.number), _small(one.before), _link("digest-cases", week, subject=one.subject))
            for one in found.subjects
        ],
        "issues": len(found.issues),
        "link": _link("digest", week),
    }


def _small(number: int) -> str:
    """As published figures: a mail leaves the house, and few cases can be told apart."""
    return str(number) if number == 0 or number >= FEWEST else ""


def _link(page: str, week: Week, **more: str) -> str:
    query = urlencode({"week": week.monday.isoformat(), **more})
    return f"{settings.PUBLIC_ADDRESS}{reverse(page)}?{query}"


def _told(fault: OSError) -> str:
    """What the mail server said, without the address it was said about."""
    if isinstance(fault, smtplib.SMTPResponseException):
        said = fault.smtp_error
        return f"{fault.smtp_code} {said.decode(errors='replace') if isinstance(said, bytes) else said}"
    if isinstance(fault, smtplib.SMTPRecipientsRefused):
        return " ".join(f"{code} {said.decode(errors='replace')}" for code, said in fault.recipients.values())
    return f"{type(fault).__name__}: {fault}"
