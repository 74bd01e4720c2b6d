"""The small menu of 民情: what people raise, and what we make of it."""

from __future__ import annotations

from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _

from minhu.cases.escalated import SUPERVISES
from minhu.insight.issues import SEES_ISSUES
from minhu.insight.searching import may_search
from minhu.rules.access import Viewer
from minhu.rules.words import Role

_SEES_RECTIFICATIONS = (Role.STAFF, Role.UNIT, Role.SUPERVISOR, Role.LEADERSHIP)


@dataclass(frozen=True, slots=True)
class Entry:
    """A page. name: of its address."""

    name: str
    label: str
    icon: str
    href: str


def sees_insight(viewer: Viewer) -> bool:
    """Whether 民情 is a tab of his. Officials come to single issues from their cases."""
    return viewer.official_id is None and viewer.has(*SEES_ISSUES)


def menu(viewer: Viewer) -> tuple[Entry, ...]:
    """The pages of 民情 that the viewer may open, one line each."""
    official = viewer.official_id is not None
    supervises = viewer.has(*SUPERVISES)
    pages = (
        (official or viewer.has(*SEES_ISSUES), "insight", _("热点"), "megaphone"),
        (official or viewer.has(*_SEES_RECTIFICATIONS), "rectifications", _("整改"), "list-checks"),
        (supervises, "digest", _("每周摘要"), "file-text"),
        (supervises, "reply-quality", _("答复质量"), "message-square-text"),
        (may_search(viewer), "search", _("查找"), "search"),
    )
    return tuple(Entry(name, label, icon, reverse(name)) for opens, name, label, icon in pages if opens)
