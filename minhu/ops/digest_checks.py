"""Whether the weekly digest gets to whoever asked for it, as ``minhu doctor`` tells it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from django.conf import settings
from django.utils import timezone

from minhu.insight import mailing
from minhu.ops.findings import Finding, Grade
from minhu.rules.words import MailState

_CURES = {
    MailState.WAITING: "tried again by itself; see EMAIL_HOST and the rest in .env.example",
    MailState.FAILED: "given up; correct the address on the page of the digest, or the mail server",
    MailState.UNKNOWN: "it may have gone and is not sent again; look at the mail server's log",
}


def mails(at: datetime | None = None) -> Iterator[Finding]:
    """Nothing while nobody asked for one."""
    wanted, amiss = mailing.readers(), mailing.troubles(at or timezone.now())
    if wanted and not settings.EMAIL_HOST:
        yield Finding(
            "digest", Grade.CARE, f"{wanted} asked for it by mail, and there is no mail server", "set EMAIL_HOST"
        )
    for one in amiss:
        found = f"mail to {one.account}, week of {one.monday}: {one.state}: {one.fault}"
        yield Finding("digest", Grade.CARE, found, _CURES[one.state])
    if settings.EMAIL_HOST and not amiss:
        yield Finding("digest", Grade.WELL, f"mailed to {wanted}")
