"""Replies with signs, for supervision and leadership: by office, and one by one. Never by person; it proposes nothing.

Only replies to cases that the viewer sees, and none to confidential ones.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Q, QuerySet

from minhu.cases.authority import of_seen
from minhu.cases.escalated import SUPERVISES
from minhu.directory.models import Office
from minhu.insight.models import ReplySigns
from minhu.rules.access import Viewer
from minhu.rules.intervals import Share, shown
from minhu.rules.words import ReplySign

A_PAGE = 20
_MOST_OF_CASE = 100
ANY = Q(*((sign.value, True) for sign in ReplySign), _connector=Q.OR)


@dataclass(frozen=True, slots=True)
class Between:
    """From the first instant to before the last."""

    since: datetime
    until: datetime


@dataclass(frozen=True, slots=True)
class OfficeShares:
    """An office's replies. Shares are None where there are too few to say."""

    office_id: int
    name: str
    replies: int
    any_sign: Share | None
    signs: tuple[tuple[ReplySign, Share | None], ...]


@dataclass(frozen=True, slots=True)
class SignedReply:
    """One reply and the signs that stood. shown: its writer had seen them."""

    case_id: int
    code: str
    office: str
    done: str
    at: datetime
    shown: bool
    signs: tuple[tuple[ReplySign, tuple[str, ...]], ...]


@dataclass(frozen=True, slots=True)
class Signed:
    """Replies with signs, a page of them. page: from 1 to pages."""

    rows: tuple[SignedReply, ...]
    total: int
    page: int
    pages: int


def by_office(viewer: Viewer, time: Between) -> tuple[OfficeShares, ...]:
    """In the order of the directory: overlapping intervals make no ranking."""
    counts = {sign.value: Count("pk", filter=Q(**{sign.value: True})) for sign in ReplySign}
    rows = _visible(viewer, time).values("office").annotate(replies=Count("pk"), some=Count("pk", filter=ANY), **counts)
    by_id = {row["office"]: row for row in rows.order_by()}
    offices = Office.objects.filter(pk__in=by_id).order_by("parent_id", "order", "id")
    return tuple(_shares(one, by_id[one.pk]) for one in offices)


def with_signs(
    viewer: Viewer, time: Between, *, office_id: int | None = None, sign: ReplySign | None = None, page: int = 1
) -> Signed:
    """The latest first; of a page that is not there, the last."""
    rows = _visible(viewer, time).filter(Q(**{sign.value: True}) if sign else ANY)
    if office_id is not None:
        rows = rows.filter(office=office_id)
    total = rows.count()
    pages = max(1, -(-total // A_PAGE))
    page = min(max(page, 1), pages)
    return Signed(_rows(rows, A_PAGE * (page - 1), A_PAGE * page), total, page, pages)


def of_case(viewer: Viewer, case_id: int) -> tuple[SignedReply, ...]:
    """Every reply to one case that was read, the latest first; also those without a sign."""
    return _rows(_supervised(viewer).filter(reply__case=case_id), 0, _MOST_OF_CASE)


def _supervised(viewer: Viewer) -> QuerySet[ReplySigns]:
    if not viewer.has(*SUPERVISES):
        return ReplySigns.objects.none()
    return ReplySigns.objects.filter(of_seen(viewer, "reply__case"), reply__case__city=viewer.city_id)


def _visible(viewer: Viewer, time: Between) -> QuerySet[ReplySigns]:
    rows = _supervised(viewer).filter(reply__at__gte=time.since, reply__at__lt=time.until)
    return rows.filter(reply__case__confidential=False)


def _shares(office: Office, row: Mapping[str, Any]) -> OfficeShares:
    whole = row["replies"]
    signs = tuple((sign, shown(row[sign.value], whole)) for sign in ReplySign)
    return OfficeShares(office.pk, office.name, whole, shown(row["some"], whole), signs)


def _rows(rows: QuerySet[ReplySigns], first: int, after: int) -> tuple[SignedReply, ...]:
    found = rows.select_related("reply__case", "office").order_by("-reply__at", "-reply")[first:after]
    return tuple(
        SignedReply(
            case_id=one.reply.case_id, code=one.reply.case.code, office=one.office.name, done=one.reply.done,
            at=one.reply.at, shown=one.shown,
            signs=tuple((sign, tuple(one.words[sign.value])) for sign in ReplySign if getattr(one, sign.value)),
        )
        for one in found
    )  # fmt: skip
