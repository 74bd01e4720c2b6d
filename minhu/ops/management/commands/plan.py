"""``minhu plan …``: windows for an official's line; the forecast on any file of calls; any documented queue model."""

from __future__ import annotations

from argparse import ArgumentParser

from django.core.management.base import BaseCommand

from minhu.ops.plan import backtest, simulate, week

SUBCOMMANDS = {"backtest": backtest, "simulate": simulate, "week": week}


class Command(BaseCommand):
    """Each subcommand is a module of ``minhu.ops.plan``."""

    help = (
        "Propose answer windows for an official; judge how well calls would have been forecast, or simulate a queue "
        "model, each on a file of your own."
    )
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        subparsers = parser.add_subparsers(dest="subcommand", required=True, metavar="SUBCOMMAND")
        for name, module in SUBCOMMANDS.items():
            module.add_arguments(subparsers.add_parser(name, help=module.HELP))

    def handle(self, *_args: object, **options: object) -> None:
        SUBCOMMANDS[str(options["subcommand"])].run(options, self.stdout.write)
