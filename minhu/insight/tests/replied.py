"""Replies of two offices, for tests of what is made of them."""

from __future__ import annotations

from datetime import datetime, timedelta

from minhu.cases.models import Case, Reply
from minhu.directory.models import Line, Office
from minhu.insight.models import ReplySigns
from minhu.rules.words import CaseState, ReplyMeans
from tests import make

AT = make.MONDAY_10


def case(line: Line, code: str, *, body: str = "", **more: object) -> Case:
    """A matter that was replied to."""
    return Case.objects.create(
        city_id=line.city_id,
        code=code,
        line=line,
        holder=line.official,
        citizen=make.citizen(line.city),
        opened_at=AT,
        state=CaseState.REPLIED.value,
        replied_at=AT,
        body=body,
        **more,
    )


def reply(about: Case, done: str, *, at: datetime = AT, means: ReplyMeans = ReplyMeans.PAGE) -> Reply:
    """What he was told."""
    return Reply.objects.create(case=about, done=done, done_by="王明", at=at, means=means.value)


def signed(about: Case, office: Office, at: datetime = AT, **signs: object) -> ReplySigns:
    """A reply that was read before."""
    words = {name: ["已收悉"] for name in signs}
    return ReplySigns.objects.create(reply=reply(about, "已收悉", at=at), office=office, words=words, at=at, **signs)


def many(line: Line, number: int, prefix: str, **signs: object) -> None:
    """So many replies of the line's office, each to a matter of its own."""
    for count in range(number):
        signed(case(line, f"{prefix}{count:06d}"), line.official.office, AT + timedelta(minutes=count), **signs)
