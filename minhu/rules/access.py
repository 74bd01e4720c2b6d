"""Who is looking, and what that allows. Deny by default."""

from __future__ import annotations

from dataclasses import dataclass

from minhu.rules.words import Role


@dataclass(frozen=True, slots=True)
class Grant:
    """One role held by an account. office_id: the root of the subtree it holds for; None for the role's own nature."""

    role: Role
    office_id: int | None = None


@dataclass(frozen=True, slots=True)
class Viewer:
    """A person (or the system itself) who reads or acts.

    account_id: None for the system, a citizen or a public visitor. official_id: the official this account belongs to.
    city_id: the root of the office tree the viewer belongs to; he never sees another city.
    """

    account_id: int | None
    name: str
    city_id: int
    grants: tuple[Grant, ...] = ()
    official_id: int | None = None

    def has(self, *roles: Role) -> bool:
        """Whether the viewer holds at least one of these roles."""
        return any(grant.role in roles for grant in self.grants)


def system(city_id: int) -> Viewer:
    """The software acting by itself: a job, the switch."""
    return Viewer(account_id=None, name="system", city_id=city_id)


def reader(city_id: int) -> Viewer:
    """The software that reads what citizens wrote; the trail tells it from people."""
    return Viewer(account_id=None, name="reader", city_id=city_id)


def citizen(city_id: int) -> Viewer:
    """A citizen acting for himself, by phone, text or code."""
    return Viewer(account_id=None, name="citizen", city_id=city_id)
