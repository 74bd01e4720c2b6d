"""Which lines a viewer answers for, and so which contacts and matters he sees. Deny by default."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Q

from minhu.directory.models import Line, Office
from minhu.directory.once import once
from minhu.rules.access import Viewer
from minhu.rules.errors import Refusal
from minhu.rules.words import Direction, Role

SEES_CONTACTS = (Role.STAFF, Role.SUPERVISOR, Role.LEADERSHIP)
"""Besides the official himself; for the office of the grant and all below it. Operators see none."""


OF_CITIZENS = Q(direction=Direction.INBOUND.value) | Q(line__isnull=False)
"""Condition on calls: not the inspector's own half of a check, which we place for no line and show to nobody."""


class NotYours(Refusal):
    """It is not with the viewer, or he may not see it. What does not exist is answered the same way."""

    code = "not_yours"
    words = "没有找到，或者不在您的范围内。"


@dataclass(frozen=True, slots=True)
class Scope:
    """What a viewer's roles open to him. whole_city: everything, also what came to no line."""

    city_id: int
    official_id: int | None
    whole_city: bool
    offices: frozenset[int]

    @property
    def nothing(self) -> bool:
        """No line at all."""
        return not self.whole_city and not self.offices and self.official_id is None

    def lines(self, path: str = "line") -> Q:
        """Condition on a table with a city and a line (or, with a path, something that has them)."""
        head = path.removesuffix("line")
        mine = Q(**{f"{head}city_id": self.city_id})
        if self.whole_city:
            return mine
        seen = Q(**{f"{path}__official__office_id__in": self.offices}) if self.offices else Q(pk__in=[])
        if self.official_id is not None:
            seen |= Q(**{f"{path}__official_id": self.official_id})
        return mine & seen

    def covers(self, line: Line | None, city_id: int) -> bool:
        """Whether a contact to this line is the viewer's. line None: it came to no line."""
        if city_id != self.city_id:
            return False
        if self.whole_city:
            return True
        if line is None:
            return False
        return line.official_id == self.official_id or line.official.office_id in self.offices


@once
def scope_of(viewer: Viewer, roles: tuple[Role, ...] = SEES_CONTACTS) -> Scope:
    """What these of the viewer's roles open to him, and that he is an official."""
    system = viewer.account_id is None and viewer.name == "system"
    granted = {grant.office_id for grant in viewer.grants if grant.role in roles}
    whole = system or viewer.city_id in granted
    below = frozenset() if whole else _below(viewer.city_id, {one for one in granted if one is not None})
    return Scope(viewer.city_id, viewer.official_id, whole, below)


def require(viewer: Viewer, line: Line | None, city_id: int) -> None:
    """Raises: NotYours."""
    if not scope_of(viewer).covers(line, city_id):
        raise NotYours


def _below(city_id: int, tops: Iterable[int]) -> frozenset[int]:
    """The offices and all below them."""
    found = set(tops)
    if not found:
        return frozenset()
    children: dict[int | None, list[int]] = {}
    for office, parent in Office.objects.filter(city_id=city_id).values_list("id", "parent_id"):
        children.setdefault(parent, []).append(office)
    todo = list(found)
    while todo:
        for child in children.get(todo.pop(), ()):
            if child not in found:
                found.add(child)
                todo.append(child)
    return frozenset(found)
