"""``minhu found_city 安澜市 --operator admin``: the first step of a new installation."""

from __future__ import annotations

import getpass
import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from minhu.directory import actions
from minhu.rules.access import system
from minhu.rules.errors import Refusal
from minhu.rules.words import Role


class Command(BaseCommand):
    """Founds the city, and opens the account of its first operator."""

    help = "Found the city of this installation and open its first operator's account."

    def add_arguments(self, parser: CommandParser) -> None:
        """The city's name, and who runs it."""
        parser.add_argument("name", help="the city's name, such as 安澜市")
        parser.add_argument("--operator", help="user name of the first operator; the password is asked for")
        parser.add_argument("--password-stdin", action="store_true", help="read the password from standard input")

    def handle(self, *args: Any, **options: Any) -> None:
        """Both or neither."""
        name = options["name"].strip()
        if not name:
            raise CommandError("The city needs a name.")
        try:
            with transaction.atomic():
                city = actions.found_city(name)
                if operator := options["operator"]:
                    password = sys.stdin.readline().rstrip("\n") if options["password_stdin"] else getpass.getpass()
                    by = system(city.pk)
                    account = actions.open_account(operator, password, by=by, shown=operator)
                    actions.grant(account.pk, Role.OPERATOR, city.pk, by=by)
        except Refusal as refusal:
            raise CommandError(refusal.shown) from refusal
        self.stdout.write(f"{name} (office {city.pk}) is founded. Next: minhu import_directory FILE")
