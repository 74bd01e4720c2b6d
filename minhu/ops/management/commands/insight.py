"""``minhu insight …``: train and judge the readers of texts on any files; group all cases, index all words anew."""

from __future__ import annotations

from argparse import ArgumentParser

from django.core.management.base import BaseCommand, CommandError

from minhu.ops.insight import evaluate, evaluate_groups, evaluate_owners, evaluate_replies, rebuild, reindex, train
from minhu.ops.insight.errors import InsightCommandError

SUBCOMMANDS = {
    "evaluate": evaluate,
    "evaluate-groups": evaluate_groups,
    "evaluate-replies": evaluate_replies,
    "evaluate-owners": evaluate_owners,
    "train": train,
    "rebuild": rebuild,
    "reindex": reindex,
}


class Command(BaseCommand):
    """Each subcommand is a module of ``minhu.ops.insight``."""

    help = "Train the readers of texts and judge them, on files of your own; group all cases, index all words anew."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        subparsers = parser.add_subparsers(dest="subcommand", required=True, metavar="SUBCOMMAND")
        for name, module in SUBCOMMANDS.items():
            module.add_arguments(subparsers.add_parser(name, help=module.HELP))

    def handle(self, *_args: object, **options: object) -> None:
        module = SUBCOMMANDS[str(options["subcommand"])]
        try:
            module.run(options, self.stdout.write)
        except InsightCommandError as fault:
            raise CommandError(str(fault)) from None
