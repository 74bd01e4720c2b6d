"""Who asked for the digest by mail, and each mail, sent once.

    ask(address, by), stop(by)      whoever leads asks for it himself; nobody gets one unasked
    queue_due(at)                   on Monday at eight: one mail a reader
    claim(at)                       one mail to send now; committed before the mail server is called
    sent(..), refused(..), lost(..) what became of it
    settle_lost(at)                 claimed by a process that died

Refusal
├── NotForLeadership    the digest by mail is for leadership
└── NoAddress           what was typed is no mail address
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.db.models import F, Q, QuerySet

from minhu.audit import trail
from minhu.directory.models import Account
from minhu.directory.queries import viewer_of
from minhu.insight.models import DigestMail, DigestReader
from minhu.rules.access import Viewer
from minhu.rules.errors import Refusal
from minhu.rules.plain import storable
from minhu.rules.weeks import last_week
from minhu.rules.words import MailState, Role

GETS_MAIL = (Role.LEADERSHIP,)
FIRST_WAIT, LONGEST_WAIT = timedelta(minutes=5), timedelta(hours=6)
MOST_ATTEMPTS = 12
"""With the waits between them they last two days."""
CLAIM_LASTS = timedelta(minutes=15)
"""A mail server answers sooner, or the process that asked it is gone."""


class NotForLeadership(Refusal):
    """The account does not lead."""

    code = "not_for_leadership"
    words = "每周摘要的邮件只发给领导账号。"


class NoAddress(Refusal):
    """The form brought no mail address."""

    code = "no_address"
    words = "请填写一个完整的邮箱地址，例如 name@example.gov.cn。"


@dataclass(frozen=True, slots=True)
class Claimed:
    """A mail that is ours to send. attempt: from 1."""

    mail_id: int
    monday: date
    address: str
    viewer: Viewer
    attempt: int


@dataclass(frozen=True, slots=True)
class Trouble:
    """A mail that did not go, or may not have."""

    account: str
    monday: date
    state: MailState
    fault: str


def address_of(viewer: Viewer) -> str:
    """Where the viewer's mail goes; "" if he did not ask for any."""
    mine = DigestReader.objects.filter(account=viewer.account_id or 0)
    return mine.values_list("address", flat=True).first() or ""


@transaction.atomic
def ask(address: str, *, by: Viewer, at: datetime) -> None:
    """From next Monday on. Raises: NotForLeadership, NoAddress."""
    if by.account_id is None or not by.has(*GETS_MAIL):
        raise NotForLeadership
    try:
        validate_email(address.strip())
    except ValidationError:
        raise NoAddress from None
    if len(address.strip()) > 200:
        raise NoAddress
    wanted = {"address": address.strip()}
    DigestReader.objects.update_or_create(
        account_id=by.account_id, defaults=wanted, create_defaults=wanted | {"since": at}
    )
    trail.record(by, "digest_by_mail", Account.objects.get(pk=by.account_id))


@transaction.atomic
def stop(*, by: Viewer) -> None:
    """No more mails; asked twice it is the same."""
    reader = DigestReader.objects.select_related("account").filter(account=by.account_id or 0).first()
    if reader is not None:
        reader.delete()
        trail.record(by, "digest_no_mail", reader.account)


def queue_due(at: datetime) -> int:
    """A mail of the last week for everybody who had asked before it was due, once; how many are new."""
    week = last_week(at)
    if at < week.told_at:
        return 0
    there = DigestMail.objects.filter(monday=week.monday).values("account")
    readers = _readers().filter(since__lt=week.told_at).exclude(account__in=there)
    rows = [DigestMail(account_id=one.account_id, monday=week.monday, next_at=at) for one in readers]
    DigestMail.objects.bulk_create(rows, ignore_conflicts=True)
    return len(rows)


def claim(at: datetime) -> Claimed | None:
    """The next mail to send, taken for us alone. Who no longer leads or reads gets none."""
    due = DigestMail.objects.filter(state=MailState.WAITING.value, next_at__lte=at).order_by("next_at", "pk")
    for mail_id in due.values_list("pk", flat=True)[:50]:
        taken = DigestMail.objects.filter(pk=mail_id, state=MailState.WAITING.value, next_at__lte=at)
        if taken.update(state=MailState.SENDING.value, claimed_at=at, attempts=F("attempts") + 1):
            mail = DigestMail.objects.get(pk=mail_id)
            reader = _readers().filter(account=mail.account_id).first()
            if reader is not None:
                return Claimed(mail.pk, mail.monday, reader.address, viewer_of(reader.account), mail.attempts)
            _end(mail_id, MailState.FAILED, "no longer wanted")
    return None


def sent(claimed: Claimed, *, at: datetime) -> None:
    """The mail server took it."""
    _ours(claimed.mail_id).update(state=MailState.SENT.value, sent_at=at, fault="")


def refused(claimed: Claimed, fault: str, *, at: datetime) -> None:
    """It surely did not go: tried again later, ever more slowly, and in the end given up."""
    if claimed.attempt >= MOST_ATTEMPTS:
        _end(claimed.mail_id, MailState.FAILED, fault)
        return
    wait = min(FIRST_WAIT * 2 ** (claimed.attempt - 1), LONGEST_WAIT)
    _ours(claimed.mail_id).update(state=MailState.WAITING.value, next_at=at + wait, fault=storable(fault, 200))


def lost(claimed: Claimed, fault: str) -> None:
    """The connection broke while it was handed over: it may have gone, so it is not sent again."""
    _end(claimed.mail_id, MailState.UNKNOWN, fault)


def settle_lost(at: datetime) -> int:
    """Mails of processes that died while sending."""
    old = DigestMail.objects.filter(state=MailState.SENDING.value, claimed_at__lt=at - CLAIM_LASTS)
    return old.update(state=MailState.UNKNOWN.value, fault="the process died while sending")


def readers() -> int:
    """How many get it."""
    return _readers().count()


def troubles(at: datetime) -> tuple[Trouble, ...]:
    """Mails of the last week that did not go, or are being tried again."""
    amiss = Q(state__in=[MailState.FAILED.value, MailState.UNKNOWN.value])
    amiss |= Q(state=MailState.WAITING.value, attempts__gt=0)
    rows = DigestMail.objects.filter(amiss, monday__gte=last_week(at).monday).exclude(fault="no longer wanted")
    return tuple(
        Trouble(str(one.account), one.monday, MailState(one.state), one.fault)
        for one in rows.select_related("account").order_by("pk")[:20]
    )


def _readers() -> QuerySet[DigestReader]:
    leads = Q(account__grants__role__in=[role.value for role in GETS_MAIL], account__is_active=True)
    return DigestReader.objects.filter(leads).select_related("account__official").distinct()


def _ours(mail_id: int) -> QuerySet[DigestMail]:
    return DigestMail.objects.filter(pk=mail_id, state=MailState.SENDING.value)


def _end(mail_id: int, state: MailState, fault: str) -> None:
    _ours(mail_id).update(state=state.value, fault=storable(fault, 200))
