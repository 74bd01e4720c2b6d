"""The small menu of 民情: what people raise, and what we make of it."""

from __future__ import annotations

from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _

from minhu.insight.issues import SEES_ISSUES
from minhu.rules.access import Viewer


@dataclass(frozen=True, slots=True)
class Entry:
    name: str
    label: str
    icon: str
    href: str


def sees_insight(viewer: Viewer) -> bool:
    """Whether 民情 is a tab of his. Officials come to single issues from their cases."""
    return viewer.official_id is None and viewer.has(*SEES_ISSUES)


def menu(_viewer: Viewer) -> tuple[Entry, ...]:
    """The pages of 民情 that the viewer may open, one line each."""
    return (Entry("insight", _("热点"), "megaphone", reverse("insight")),)
