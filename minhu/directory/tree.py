"""Who is under whom in a city, as the rule of conflicts needs it."""

from __future__ import annotations

from minhu.directory.models import Office, Official
from minhu.directory.once import once
from minhu.rules.conflicts import Tree


@once
def tree_of(city_id: int) -> Tree:
    """Two queries, however many there are. Officials who have left keep their place."""
    people = list(Official.objects.filter(city_id=city_id).values_list("id", "superior_id", "office_id"))
    return Tree(
        city_id=city_id,
        above=dict(Office.objects.filter(city_id=city_id).values_list("id", "parent_id")),
        superiors={one: superior for one, superior, _ in people},
        posts={one: office for one, _, office in people},
    )


def below(city_id: int, office_id: int) -> frozenset[int]:
    """The office and all below it."""
    children: dict[int | None, list[int]] = {}
    for pk, parent in Office.objects.filter(city_id=city_id).values_list("id", "parent_id"):
        children.setdefault(parent, []).append(pk)
    found, todo = {office_id}, [office_id]
    while todo:
        new = children.get(todo.pop(), [])
        found.update(new)
        todo += new
    return frozenset(found)
