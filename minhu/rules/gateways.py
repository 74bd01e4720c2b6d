"""Through which gateway a text goes, how fast, and what it costs there.

A gateway serves the lines it is named for (an official's own phone), or any. What it cannot carry goes by another; one
that fails too often goes to the back of the row until its failures are forgotten.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum

from minhu.rules.texts import BRIEF, TEMPLATES, placeholders

LOOK_BACK = timedelta(minutes=5)
"""How long a failure counts against a gateway."""

LEAST_TRIED, MOST_FAILED = 8, 0.5
"""Fewer texts than this prove nothing; with this share of failures and more, others go first."""

ALONE_UNITS, JOINED_UNITS = 70, 67
"""Characters (UTF-16 units) of a text that goes alone, and of each segment of a longer one, as carriers bill them."""

SHORTEST_VARIABLE = 11
"""Room that every registered template needs: ``12月25日09:00`` and a tracking code fit, and less would not do."""


class Unfit(StrEnum):
    """Why a gateway cannot carry a text."""

    FREE_TEXT = "free_text"
    NOT_REGISTERED = "not_registered"
    TOO_LONG = "too_long"


@dataclass(frozen=True, slots=True)
class Channel:
    """What a gateway can carry, and for whom.

    lines: numbers it serves, E.164; empty: any. templates_only: nothing but registered templates go. templates: the
    gateway's ids by our names. max_variable: longest variable in characters; 0: any. signature: what the gateway puts
    before the words (签名), for the bill.
    """

    name: str
    lines: frozenset[str] = frozenset()
    templates_only: bool = False
    templates: Mapping[str, str] = field(default_factory=dict)
    max_variable: int = 0
    signature: str = ""

    def serves(self, line: str) -> bool:
        """Whether texts of this line may go here. line: E.164; "" for none."""
        return not self.lines or line in self.lines


@dataclass(frozen=True, slots=True)
class Fitted:
    """A text as a gateway carries it. template: our name of it; registered: the gateway's id; "" for free words."""

    template: str = ""
    registered: str = ""
    variables: Mapping[str, str] = field(default_factory=dict)


def fit(channel: Channel, template: str, shown: Mapping[str, str]) -> Fitted | Unfit:
    """How a gateway carries a text: in its own words, by its template, or by a shorter one that says less.

    template: "" for free words. shown: variables as the citizen reads them.
    """
    if not channel.templates_only:
        return Fitted(template)
    if not template:
        return Unfit.FREE_TEXT
    why = Unfit.NOT_REGISTERED
    for name in dict.fromkeys((template, BRIEF.get(template, template))):
        if name not in channel.templates:
            continue
        variables = {one: shown[one] for one in placeholders(name)}
        if all(_short_enough(channel, value) for value in variables.values()):
            return Fitted(name, channel.templates[name], variables)
        why = Unfit.TOO_LONG
    return why


def _short_enough(channel: Channel, value: str) -> bool:
    return value != "" and (not channel.max_variable or len(value) <= channel.max_variable)


def carried_templates(channel: Channel) -> frozenset[str]:
    """Names of the texts that the gateway has a template for, its own or a shorter one."""
    return frozenset(name for name in TEMPLATES if name in channel.templates or BRIEF.get(name) in channel.templates)


def missing_templates(channel: Channel) -> tuple[str, ...]:
    """What has to be registered before a gateway that takes nothing but templates can be used: our names, in order.

    Where variables must be short, the shorter forms; elsewhere either form will do.
    """
    if not channel.templates_only:
        return ()
    carried = carried_templates(channel)
    whole = [name for name in TEMPLATES if name not in BRIEF.values()]
    if channel.max_variable:
        needed = dict.fromkeys(BRIEF.get(name, name) for name in whole)
        return tuple(name for name in needed if name not in channel.templates)
    return tuple(name for name in whole if name not in carried)


def unknown_templates(channel: Channel) -> tuple[str, ...]:
    """Names in the settings that are no texts of ours."""
    return tuple(name for name in channel.templates if name not in TEMPLATES)


def in_order(channels: Sequence[Channel], ailing: Collection[str] = ()) -> tuple[Channel, ...]:
    """Who goes first: the well before the ailing, the line's own before the general, then as they are listed."""
    return tuple(sorted(channels, key=lambda one: (one.name in ailing, not one.lines)))  # stable: then as listed


def is_ailing(tried: int, failed: int) -> bool:
    """Whether others should go first. Within LOOK_BACK; failed: refused, unanswered or not handed over."""
    return tried >= LEAST_TRIED and failed >= tried * MOST_FAILED


def allowance(before: float, *, elapsed_seconds: float, per_second: float) -> float:
    """How many texts may go now: what was left, and what has been earned since; never more than a second's worth."""
    return min(max(per_second, 1.0), before + max(elapsed_seconds, 0.0) * per_second)


def billed_segments(words: str) -> int:
    """What carriers bill for a text with Chinese words in it, signature included."""
    units = len(words.encode("utf-16-be", "surrogatepass")) // 2
    return 1 if units <= ALONE_UNITS else -(-units // JOINED_UNITS)
