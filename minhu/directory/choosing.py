"""Offices and officials of a city to choose from, as a form lists them."""

from __future__ import annotations

from dataclasses import dataclass

from minhu.directory.models import Official
from minhu.directory.naming import full_title
from minhu.directory.queries import offices_in_order


@dataclass(frozen=True, slots=True)
class Choice:
    """One of a list. kind: of the office."""

    id: int
    label: str
    kind: str = ""


def units(city_id: int) -> tuple[Choice, ...]:
    """Every office but the city itself, in the city's order."""
    return tuple(Choice(one.pk, one.name, one.kind) for one, depth in offices_in_order(city_id) if depth)


def officials(city_id: int) -> tuple[Choice, ...]:
    """Everybody in office, in the city's order, with his post."""
    found = Official.objects.filter(city_id=city_id, left_on=None).select_related("office").order_by("order", "id")
    return tuple(
        Choice(one.pk, f"{full_title(one.office.name, one.office.kind, one.title)} {one.name}") for one in found
    )
