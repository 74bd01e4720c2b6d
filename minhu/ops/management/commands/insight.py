"""``minhu insight …``: train and judge the readers of texts on any files; group all cases, index all words anew."""

from __future__ import annotations

from django.core.management.base import CommandError

from minhu.ops.insight import evaluate, evaluate_groups, evaluate_owners, evaluate_replies, rebuild, reindex, train
from minhu.ops.insight.errors import InsightCommandError
from minhu.ops.management.subcommands import Subcommands

SUBCOMMANDS = {
    "evaluate": evaluate,
    "evaluate-groups": evaluate_groups,
    "evaluate-replies": evaluate_replies,
    "evaluate-owners": evaluate_owners,
    "train": train,
    "rebuild": rebuild,
    "reindex": reindex,
}


class Command(Subcommands):
    """Each subcommand is a module of ``minhu.ops.insight``."""

    help = "Train the readers of texts and judge them, on files of your own; group all cases, index all words anew."
    subcommands = SUBCOMMANDS

    def handle(self, *args: object, **options: object) -> None:
        try:
            super().handle(*args, **options)
        except InsightCommandError as fault:
            raise CommandError(str(fault)) from None
