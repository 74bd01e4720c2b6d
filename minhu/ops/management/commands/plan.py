"""``minhu plan …``: windows for an official's line; the forecast on any file of calls; any documented queue model."""

from __future__ import annotations

from collections.abc import Sequence

from minhu.ops.management.subcommands import Subcommands
from minhu.ops.plan import backtest, simulate, week

WEEK = "--week"


class Command(Subcommands):
    """Each subcommand is a module of ``minhu.ops.plan``."""

    help = (
        "Propose answer windows for an official (minhu plan OFFICIAL --week); judge how well calls would have been "
        "forecast, or simulate a queue model, each on a file of your own."
    )
    subcommands = {"backtest": backtest, "simulate": simulate, "week": week}

    def run_from_argv(self, argv: Sequence[str]) -> None:
        program, command, *given = argv
        super().run_from_argv([program, command, *respelled(given)])


def respelled(given: Sequence[str]) -> list[str]:
    """``OFFICIAL --week`` as ``week OFFICIAL``, which it is another spelling of."""
    return ["week", *(one for one in given if one != WEEK)] if WEEK in given else list(given)
