"""Who may do what with a case he sees. Deny by default: what is not in the table is not allowed."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

from minhu.rules.casework import Act
from minhu.rules.errors import Refusal


class Part(StrEnum):
    """How somebody is related to a case.

    HOLDER: the official it is with. UNIT: whom it was handed to. NAMED: an official named for a confidential case.
    SUPERIOR: to whom it came up. SYSTEM: the software by itself.
    """

    HOLDER = "holder"
    UNIT = "unit"
    NAMED = "named"
    SUPERIOR = "superior"
    STAFF = "staff"
    SUPERVISOR = "supervisor"
    LEADERSHIP = "leadership"
    CITIZEN = "citizen"
    SYSTEM = "system"


class NotAllowed(Refusal):
    """He sees it, but this is not his to do."""

    code = "not_allowed"
    words = "您可以查看这件诉求，但不能这样办；请联系承办人或工作人员。"


_DESK = frozenset({Part.HOLDER, Part.STAFF, Part.SYSTEM})
_WORK = _DESK | {Part.UNIT}
_ANSWERS = _WORK | {Part.SUPERIOR}
_ALL = frozenset(Part) - {Part.CITIZEN}

MAY: dict[Act, frozenset[Part]] = {
    Act.CLARIFY: _DESK,
    Act.CLARIFIED: _DESK,
    Act.HOLD: _DESK,
    Act.ASSIGN: frozenset({Part.STAFF, Part.SUPERVISOR, Part.SYSTEM}),
    Act.TRANSFER: _DESK | {Part.UNIT},  # where the city allows two levels
    Act.GIVE_BACK: frozenset({Part.UNIT}),
    Act.EXTEND: _WORK,
    Act.REPLY: _ANSWERS,
    Act.SHOW_DOOR: _DESK,
    Act.JOIN: _DESK,
    Act.PART: _DESK,
    Act.WITHDRAW: _DESK | {Part.CITIZEN},
    Act.CALL_BACK: _ANSWERS | {Part.NAMED},
    Act.ATTACH: _ANSWERS | {Part.NAMED, Part.SUPERVISOR, Part.CITIZEN},
    Act.NOTE: _ALL,
    Act.NAME: frozenset({Part.HOLDER, Part.SUPERVISOR, Part.SYSTEM}),
    Act.AVOID: _DESK | {Part.SUPERVISOR},
    Act.SORT: _DESK | {Part.SUPERVISOR},
    Act.CLOSE: frozenset({Part.CITIZEN, Part.SYSTEM}),
    Act.REOPEN: frozenset({Part.CITIZEN, Part.SYSTEM}),
}


def may(parts: Iterable[Part], act: Act) -> bool:
    """Whether one of the viewer's parts allows it."""
    return not MAY.get(act, frozenset()).isdisjoint(parts)


def require_right(parts: Iterable[Part], act: Act) -> None:
    """Raises: NotAllowed."""
    if not may(parts, act):
        raise NotAllowed
