"""``minhu demo``: a made-up city comes alive; ``minhu demo call LINE``: one call to it."""

from __future__ import annotations

import sys

from django.core.management.base import BaseCommand

from minhu.ops.demo import options


class Command(BaseCommand):
    """What was typed is read by demo.options, because it decides in which folder and mode Django runs."""

    help = "A made-up city of 81 officials rings, answers, texts and calls back on this machine. See minhu demo --help."
    requires_system_checks = []

    def handle(self, *args: object, **options_: object) -> None:
        typed = options.parser().parse_args(sys.argv[2:])
        match typed.word:
            case "play":
                from minhu.ops.demo import play

                play.run()
            case "call":
                from minhu.ops.demo import one_call

                sys.exit(one_call.run(typed))
            case _:
                from minhu.ops.demo import start

                start.start(typed)
