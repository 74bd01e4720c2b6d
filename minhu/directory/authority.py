"""Who may change the directory.

Refusal
└── NotAllowed      the viewer holds no role that covers this office
"""

from __future__ import annotations

from minhu.directory.errors import NotAllowed
from minhu.directory.models import Office, Official
from minhu.rules.access import Viewer
from minhu.rules.words import Role

KEEPS_THE_DIRECTORY = (Role.OPERATOR,)
"""Who imports, publishes and withdraws."""

HELPS_THE_OFFICIAL = (Role.STAFF, Role.OPERATOR)
"""Who may set an official's presence and arrangements besides the official."""


def acts_for_system(viewer: Viewer) -> bool:
    """The software itself: the command line, a job, the demo."""
    return viewer.account_id is None and viewer.name == "system"


def line_of_offices(office: Office) -> list[int]:
    """The office and all above it, nearest first."""
    parents = dict(Office.objects.filter(city_id=office.city_id).values_list("id", "parent_id"))
    chain: list[int] = []
    here: int | None = office.pk
    while here is not None and here not in chain:
        chain.append(here)
        here = parents.get(here)
    return chain


def covers(viewer: Viewer, office: Office, roles: tuple[Role, ...]) -> bool:
    """Whether one of the viewer's roles holds for the office."""
    if viewer.city_id != office.city_id:
        return False
    if acts_for_system(viewer):
        return True
    granted = {grant.office_id for grant in viewer.grants if grant.role in roles}
    if not granted:
        return False
    return None in granted or not granted.isdisjoint(line_of_offices(office))


def require(viewer: Viewer, office: Office, roles: tuple[Role, ...] = KEEPS_THE_DIRECTORY) -> None:
    """Raises: NotAllowed."""
    if not covers(viewer, office, roles):
        raise NotAllowed


def require_himself_or_help(viewer: Viewer, official: Official) -> None:
    """The official himself, or staff whose role covers his office. Raises: NotAllowed."""
    himself = viewer.official_id == official.pk and viewer.city_id == official.city_id
    if not himself and not covers(viewer, official.office, HELPS_THE_OFFICIAL):
        raise NotAllowed
