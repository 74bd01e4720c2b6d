"""``minhu plan …``: windows for an official's line; the forecast on any file of calls; any documented queue model."""

from __future__ import annotations

from minhu.ops.management.subcommands import Subcommands
from minhu.ops.plan import backtest, simulate, week


class Command(Subcommands):
    """Each subcommand is a module of ``minhu.ops.plan``."""

    help = (
        "Propose answer windows for an official; judge how well calls would have been forecast, or simulate a queue "
        "model, each on a file of your own."
    )
    subcommands = {"backtest": backtest, "simulate": simulate, "week": week}
