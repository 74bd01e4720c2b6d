"""A ``minhu NAME SUBCOMMAND``: each subcommand is a module with ``HELP``, ``add_arguments`` and ``run``."""

from __future__ import annotations

from argparse import ArgumentParser
from collections.abc import Callable, Mapping
from typing import ClassVar, Protocol

from django.core.management.base import BaseCommand


class Subcommand(Protocol):
    """What such a module has. run: with the options, and where a line is written."""

    HELP: str

    def add_arguments(self, parser: ArgumentParser, /) -> None: ...

    def run(self, options: Mapping[str, object], write: Callable[[str], object], /) -> None: ...


class WithSubcommands(BaseCommand):
    """Runs the one that was named."""

    requires_system_checks = []
    subcommands: ClassVar[Mapping[str, Subcommand]]

    def add_arguments(self, parser: ArgumentParser) -> None:
        subparsers = parser.add_subparsers(dest="subcommand", required=True, metavar="SUBCOMMAND")
        for name, module in self.subcommands.items():
            module.add_arguments(subparsers.add_parser(name, help=module.HELP))

    def handle(self, *_args: object, **options: object) -> None:
        self.subcommands[str(options["subcommand"])].run(options, self.stdout.write)
