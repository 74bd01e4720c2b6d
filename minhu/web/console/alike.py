"""Cases that may be one matter, in the words of a page: the other case, and what speaks for it."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from minhu.insight import duplicates
from minhu.insight.duplicates import Proposal, Side
from minhu.rules.access import Viewer

WHY = {
    "same_citizen": gettext_noop("同一个人反映"),
    "same_place": gettext_noop("地点相同：%(shown)s"),
    "other_place": gettext_noop("地点不同：%(shown)s"),
    "same_object": gettext_noop("都说到：%(shown)s"),
    "days_apart": gettext_noop("相隔 %(shown)s 天"),
}


@dataclass(frozen=True, slots=True)
class Alike:
    """A proposal on a page. other: the case to look at; why: the reasons in words; back: which page to show again."""

    row: Proposal
    other: Side
    why: tuple[str, ...]
    back: str


def of_case(viewer: Viewer, case_id: int) -> tuple[Alike, ...]:
    """On the page of one of the two."""
    return tuple(
        _alike(one, one.earlier if one.case.id == case_id else one.case, back=f"case:{case_id}")
        for one in duplicates.of_case(viewer, case_id)
    )


def waiting(viewer: Viewer) -> tuple[Alike, ...]:
    """In the queue of staff."""
    return tuple(_alike(one, one.earlier, back="queue") for one in duplicates.waiting(viewer))


def _alike(row: Proposal, other: Side, *, back: str) -> Alike:
    why = tuple(_why(name, shown) for name, shown in row.reasons if _says(name, shown))
    return Alike(row, other, why, back)


def _why(name: str, shown: tuple[str, ...]) -> str:
    if name == "days_apart" and shown == ("0",):
        return _("同一天")
    return _(WHY[name]) % {"shown": "、".join(shown)}


def _says(name: str, shown: tuple[str, ...]) -> bool:
    return name in WHY and (bool(shown) or name == "same_citizen")
