"""Signs of perfunctory replies: shown to the writer before he sends, kept as they stood when he did.

    signs_before(case_id, done, by)     what the writer is shown
    keep(reply, signs, seen, by)        in the reply's own transaction; sending all the same is allowed and recorded
    sign_new(at)                        a job: replies that came about otherwise

Refusal
└── SignsUnseen    the reply has signs that the writer was not shown yet; it is not sent
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from django.utils import timezone

from minhu.audit import trail
from minhu.cases.authority import current_transfer, parts_of, seen_case
from minhu.cases.models import Case, Reply
from minhu.insight.models import ReplySigns
from minhu.rules.access import Viewer
from minhu.rules.casework import Act
from minhu.rules.errors import Refusal
from minhu.rules.rights import require_right
from minhu.rules.words import ReplyMeans, ReplySign

if TYPE_CHECKING:  # the engine takes its time to load, and few processes read replies
    from minhu.insight.engine.reply import Sign

EARLIER = 50
"""Latest replies of the same office that a new one is compared with."""
LOOKS_BACK = 2_000
"""Latest replies among which the job looks for those without signs; what is older was written before there were any."""
_AT_ONCE = 100
_WRITTEN = (ReplyMeans.TEXT.value, ReplyMeans.PAGE.value, ReplyMeans.ATTEMPTS.value)
"""What the citizen reads. Of what was said on the telephone there is only a note."""


class SignsUnseen(Refusal):
    """The writer has not seen what may be amiss."""

    code = "signs_unseen"
    words = "还没有发出：这份答复可能让群众觉得敷衍。请看下面的提示，改好再发；确实写全了，也可以仍然发送。"


def signs_before(case_id: int, done: str, *, by: Viewer) -> tuple[Sign, ...]:
    """The signs of a reply that is being written; none of an empty one. Raises: NotYours, NotAllowed."""
    case = seen_case(by, case_id)
    require_right(parts_of(by, case), Act.REPLY)
    return _signs(done, case, _office_of(case)) if done.strip() else ()


def keep(reply: Reply, signs: Sequence[Sign], *, seen_before: Collection[ReplySign], by: Viewer) -> ReplySigns:
    """Record which signs stand; in the transaction of the reply, which fails with it.

    seen_before: the signs that the writer was shown. Raises: SignsUnseen.
    """
    if not {one.kind for one in signs} <= set(seen_before):
        raise SignsUnseen
    made = _row(reply, signs, _office_of(reply.case), shown=bool(signs))
    made.save()
    if signs:
        trail.record(by, "reply_with_signs", reply, signs=[one.kind.value for one in signs])
    return made


def sign_new(at: datetime) -> int:
    """Read the written replies that have no signs yet; how many. Two jobs that read the same one keep it once."""
    latest = Reply.objects.order_by("-pk")[:LOOKS_BACK].values("pk")
    waiting = Reply.objects.filter(pk__in=list(latest.values_list("pk", flat=True)), signs=None, parent=None)
    found = list(waiting.filter(means__in=_WRITTEN).select_related("case__holder").order_by("pk")[:_AT_ONCE])
    rows = []
    for reply in found:
        office_id = _office_of(reply.case)
        rows.append(_row(reply, _signs(reply.done, reply.case, office_id, before=reply.pk), office_id, at=at))
    ReplySigns.objects.bulk_create(rows, ignore_conflicts=True)
    return len(rows)


def _signs(done: str, case: Case, office_id: int, *, before: int | None = None) -> tuple[Sign, ...]:
    from minhu.insight.engine.reply import signs_of

    return signs_of(done, asked=f"{case.title}。{case.body}", earlier=_earlier(office_id, case, before))


def _earlier(office_id: int, case: Case, before: int | None) -> list[str]:
    """What the office told others; nothing of confidential cases."""
    rows = ReplySigns.objects.filter(office=office_id, reply__case__confidential=False)
    rows = rows.exclude(reply__case=case.pk).exclude(reply__case__parent=case.pk)
    if before is not None:
        rows = rows.filter(reply__lt=before)
    return list(rows.order_by("-at").values_list("reply__done", flat=True)[:EARLIER])


def _office_of(case: Case) -> int:
    """Who replies: the unit it is with, or the office of the official who holds it."""
    there = current_transfer(case)
    if there is not None and there.office_id is not None:
        return there.office_id
    if there is not None and there.official is not None:
        return there.official.office_id
    return case.holder.office_id if case.holder is not None else case.city_id


def _row(
    reply: Reply, signs: Sequence[Sign], office_id: int, *, shown: bool = False, at: datetime | None = None
) -> ReplySigns:
    return ReplySigns(
        reply=reply, office_id=office_id, shown=shown, at=at or timezone.now(),
        words={one.kind.value: list(one.words) for one in signs}, **{one.kind.value: True for one in signs},
    )  # fmt: skip
