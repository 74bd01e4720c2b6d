"""Which triggers this installation has, over all parts, and the signals that keep them in place."""

from __future__ import annotations

from typing import Any

from django.db import connections
from django.db.models.signals import post_migrate, pre_migrate

from minhu.audit.triggers import Trigger, append_only, install, remove

_GUARDS: list[Trigger] = [*append_only("audit_trailentry"), *append_only("audit_erasure")]


def guard(*triggers: Trigger) -> None:
    """A part states what the database must refuse in its tables; called once from its ``apps.py``."""
    _GUARDS.extend(trigger for trigger in triggers if trigger not in _GUARDS)


def all_guards() -> tuple[Trigger, ...]:
    """Every trigger that must be in the database."""
    return tuple(_GUARDS)


def connect() -> None:
    """Begin to listen to migrations."""
    pre_migrate.connect(_before, dispatch_uid="minhu.audit.guards")
    post_migrate.connect(_after, dispatch_uid="minhu.audit.guards")


def _before(sender: Any, using: str, **_: object) -> None:
    if sender.label == "audit" and connections[using].vendor == "sqlite":
        remove(connections[using], _GUARDS)


def _after(sender: Any, using: str, **_: object) -> None:
    if sender.label == "audit":
        install(connections[using], _GUARDS)
