"""What a citizen says of a reply (评价): answered? solved? satisfied?"""

from __future__ import annotations

SATISFIED, SOLVED_ONLY, NOT_SOLVED = 1, 2, 3


def score_of(*, solved: bool, satisfied: bool) -> int:
    """The digit that a text would have had. Satisfied without being solved is not solved."""
    if not solved:
        return NOT_SOLVED
    return SATISFIED if satisfied else SOLVED_ONLY
