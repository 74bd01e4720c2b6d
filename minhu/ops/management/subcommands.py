"""A command whose subcommands are modules of their own, each with ``HELP``, ``add_arguments`` and ``run``."""

from __future__ import annotations

from argparse import ArgumentParser
from collections.abc import Mapping
from types import ModuleType
from typing import ClassVar

from django.core.management.base import BaseCommand


class Subcommands(BaseCommand):
    """``minhu COMMAND SUBCOMMAND …``."""

    subcommands: ClassVar[Mapping[str, ModuleType]]
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        subparsers = parser.add_subparsers(dest="subcommand", required=True, metavar="SUBCOMMAND")
        for name, module in self.subcommands.items():
            module.add_arguments(subparsers.add_parser(name, help=module.HELP))

    def handle(self, *_args: object, **options: object) -> None:
        self.subcommands[str(options["subcommand"])].run(options, self.stdout.write)
