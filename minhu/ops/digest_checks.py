"""Whether the weekly digest gets to whoever asked for it, as ``minhu doctor`` tells it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from django.conf import settings
from django.utils import timezone

from minhu.insight import mailing
from minhu.ops.findings import Finding, Grade, said
from minhu.rules.words import MailState

_CURES = {
    MailState.WAITING: said("会自己再试；设置见 .env.example 里的 EMAIL_HOST 等"),
    MailState.FAILED: said("不再试了；在每周摘要页改正邮箱，或者检查邮件服务器"),
    MailState.UNKNOWN: said("可能已经发出，不再重发；看邮件服务器的记录"),
}


def mails(at: datetime | None = None) -> Iterator[Finding]:
    """Nothing while nobody asked for one."""
    wanted, amiss = mailing.readers(), mailing.troubles(at or timezone.now())
    if wanted and not settings.EMAIL_HOST:
        yield Finding("digest", Grade.CARE, said("{n} 人要收邮件，没有邮件服务器", n=wanted), said("设 EMAIL_HOST"))
    for one in amiss:
        found = said(
            "给 {account} 的邮件，{monday} 起的一周：{state}：{fault}",
            account=one.account,
            monday=one.monday,
            state=one.state,
            fault=one.fault,
        )
        yield Finding("digest", Grade.CARE, found, _CURES[one.state])
    if settings.EMAIL_HOST and not amiss:
        yield Finding("digest", Grade.WELL, said("发给 {n} 人", n=wanted))
