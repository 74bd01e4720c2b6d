"""Whom a complaint must never reach (回避): the accused and those under them (rule C2).

    who_blocks(tree, …)     which accusations bar this person or unit
    can_be_barred(…)        whether any could, without a look at the tree

An office that is complained about bars everybody in it and below it, and whoever has a superior there. An official
bars himself, everybody in the chain below him, and his office with all below it, save his own superiors there. An
office of the whole city cannot be avoided, so an official of the city's own office bars by the chain alone.

Source: Regulations on Petitions 2022, Art. 28 (recusal) and Art. 30 (no accusation to the accused).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from minhu.rules.errors import Refusal


class InConflict(Refusal):
    """It must not reach him or them."""

    code = "in_conflict"
    words = "承办对象与这件诉求有利害关系，按回避规定不能交给他们办理。"


class TooWide(Refusal):
    """A complaint about the city as a whole would bar everybody."""

    code = "too_wide"
    words = "不能回避整个城市，请写明具体的单位或领导干部。"


@dataclass(frozen=True, slots=True)
class Tree:
    """Who is under whom in one city.

    above: office -> the office above it, None for the city. superiors: official -> his superior. posts: official ->
    his office.
    """

    city_id: int
    above: Mapping[int, int | None]
    superiors: Mapping[int, int | None]
    posts: Mapping[int, int]

    def up(self, office_id: int) -> Iterator[int]:
        """The office and all above it, without the city."""
        seen: set[int] = set()
        here: int | None = office_id
        while here is not None and here != self.city_id and here not in seen:
            seen.add(here)
            yield here
            here = self.above.get(here)

    def chain(self, official_id: int) -> tuple[int, ...]:
        """His superior, that one's superior and so on."""
        found: list[int] = []
        here = self.superiors.get(official_id)
        while here is not None and here != official_id and here not in found:
            found.append(here)
            here = self.superiors.get(here)
        return tuple(found)


@dataclass(frozen=True, slots=True)
class Blocking:
    """The accusations that bar somebody: of these offices, of these officials."""

    offices: frozenset[int] = frozenset()
    officials: frozenset[int] = frozenset()

    def by(self, office_id: int | None, official_id: int | None) -> bool:
        """Whether a complaint about this office or official bars him."""
        return office_id in self.offices or official_id in self.officials


def can_be_barred(city_id: int, *, official_id: int | None = None, office_ids: Iterable[int] = ()) -> bool:
    """Whether any accusation could bar them: none bars who is no official and works for the whole city alone."""
    return official_id is not None or any(one != city_id for one in office_ids)


def who_blocks(tree: Tree, *, official_id: int | None = None, office_ids: Iterable[int] = ()) -> Blocking:
    """Which accusations bar an official, or whoever works for these offices."""
    own = set(office_ids)
    chain: tuple[int, ...] = ()
    if official_id is not None:
        chain = tree.chain(official_id)
        own |= {tree.posts[official_id]} if official_id in tree.posts else set()
    inside = {office for one in own for office in tree.up(one)}
    under = {office for one in chain if one in tree.posts for office in tree.up(tree.posts[one])}
    above_me = {official_id, *chain} - {None}
    colleagues = {
        one
        for one, office in tree.posts.items()
        if office in inside and (official_id is None or official_id not in tree.chain(one))
    }
    officials = frozenset(one for one in {*above_me, *colleagues} if one is not None)
    return Blocking(frozenset(inside | under), officials)
