"""What the forms on a case's page offer: whom it may go to, what it may join, and what else the viewer may open.

A form lists only what its action would allow, so a block shows before anybody runs into it; the action asks again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from minhu.cases import noticing
from minhu.cases.authority import current_transfer, handed_to, seen, seen_case
from minhu.cases.models import Case, Conflict
from minhu.cases.opening import WORKING
from minhu.cases.owing import NOTICES_SHOWN_FOR
from minhu.directory import choosing
from minhu.directory.choosing import Choice
from minhu.directory.models import Line, Official
from minhu.directory.naming import full_title
from minhu.directory.tree import tree_of
from minhu.intake.models import Text
from minhu.intake.scope import NotYours, scope_of
from minhu.rules.access import Viewer
from minhu.rules.conflicts import who_blocks
from minhu.rules.words import CaseState, Direction

_MOST_ROWS = 30


@dataclass(frozen=True, slots=True)
class Receivers:
    """Whom a case may be handed to. withheld: how many are not offered because the case must never reach them."""

    deputies: tuple[Choice, ...]
    units: tuple[Choice, ...]
    hotline: bool
    withheld: int


@dataclass(frozen=True, slots=True)
class Joinable:
    """An open case of the same official."""

    id: int
    code: str
    title: str
    opened_at: datetime


def receivers(viewer: Viewer, case_id: int) -> Receivers:
    """Deputies of the official it is with, units, the hotline; of a confidential case only who is named for it.

    Raises: NotYours.
    """
    case = seen_case(viewer, case_id)
    there = current_transfer(case)
    now = (there.official_id, there.office_id) if there else (None, None)
    deputies = [one for one in _deputies(case) if one.pk not in {case.holder_id, now[0]}]
    units = [] if case.confidential else [one for one in choosing.units(case.city_id) if one.id != now[1]]
    free = free_of(case)
    kept = [one for one in deputies if free(one.pk, None)], [one for one in units if free(None, one.id)]
    return Receivers(
        deputies=tuple(Choice(one.pk, _post(one)) for one in kept[0]),
        units=tuple(kept[1]),
        hotline=not case.confidential and not (there and now == (None, None)),
        withheld=len(deputies) + len(units) - len(kept[0]) - len(kept[1]),
    )


def joinable(viewer: Viewer, case_id: int) -> tuple[Joinable, ...]:
    """Open cases of the same official that this one may turn out to be about. Raises: NotYours."""
    case = seen_case(viewer, case_id)
    working = [state.value for state in WORKING]
    rows = Case.objects.filter(seen(viewer), holder=case.holder_id, state__in=working, confidential=False, parent=None)
    return tuple(
        Joinable(one.pk, one.code, one.title, one.opened_at)
        for one in rows.exclude(pk=case.pk).order_by("-opened_at")[:_MOST_ROWS]
    )


def case_of_code(viewer: Viewer, code: str) -> int:
    """The case of a code that somebody typed. Raises: NotYours."""
    found = Case.objects.filter(seen(viewer), code=code).values_list("pk", flat=True).first()
    if found is None:
        raise NotYours
    return found


def opens_contacts(viewer: Viewer, line_id: int | None) -> bool:
    """Whether calls and texts of this line are the viewer's to open, and not only the case they led to."""
    line = Line.objects.select_related("official").filter(pk=line_id or 0).first()
    return scope_of(viewer).covers(line, viewer.city_id)


def unread(viewer: Viewer, at: datetime) -> int:
    """How many of the viewer's notices he has not read; none of a case that must not reach him."""
    return noticing.readable(viewer).filter(at__gt=at - NOTICES_SHOWN_FOR, read_at=None).count()


def on_desk(viewer: Viewer) -> int:
    """How many cases are handed to the viewer's unit, or to him, and wait for an answer."""
    waiting = Case.objects.filter(seen(viewer), state=CaseState.HELD.value)
    return handed_to(viewer).filter(case__in=waiting).count()


def questions(codes: Iterable[str], city_id: int) -> dict[str, str]:
    """The one question that was asked by text about each unclear matter, by its code."""
    asked = Text.objects.filter(
        city_id=city_id, code__in=list(codes), template="clarify", direction=Direction.OUTBOUND.value
    )
    return dict(asked.order_by("id").values_list("code", "body"))


def codes_of(viewer: Viewer, case_ids: Iterable[int]) -> dict[int, str]:
    """The codes of those of the cases that the viewer sees."""
    return dict(Case.objects.filter(seen(viewer), pk__in=list(case_ids)).values_list("pk", "code"))


def _deputies(case: Case) -> list[Official]:
    here = Official.objects.filter(city_id=case.city_id, left_on=None).select_related("office")
    if case.confidential:
        return list(here.filter(pk__in=case.named.values("official")).order_by("order", "id"))
    return list(here.filter(deputises_for=case.holder_id or 0).order_by("order", "id"))


def free_of(case: Case) -> Callable[[int | None, int | None], bool]:
    """Whether an official, or an office, is none that this case or one that joined it must never reach."""
    family = [case.pk, *Case.objects.filter(parent=case).values_list("pk", flat=True)]
    accused = set(Conflict.objects.filter(case__in=family).values_list("office_id", "official_id"))
    if not accused:
        return lambda official_id, office_id: True
    tree = tree_of(case.city_id)

    def free(official_id: int | None, office_id: int | None) -> bool:
        blocking = who_blocks(tree, official_id=official_id, office_ids=[office_id] if office_id else [])
        return not any(blocking.by(office, official) for office, official in accused)

    return free


def _post(one: Official) -> str:
    return f"{full_title(one.office.name, one.office.kind, one.title)} {one.name}"
