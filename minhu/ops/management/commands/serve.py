"""``minhu serve``: pages, telephone line and jobs under one supervisor."""

from __future__ import annotations

import asyncio
import os
from argparse import ArgumentParser

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand

from minhu.ops.site import web_programs
from minhu.ops.supervise import Program, supervise


class Command(BaseCommand):
    """Runs pages, switch and jobs, and brings back what dies."""

    help = "Everything in one: web, switch and jobs. The database is brought up to this release first."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--address", default="127.0.0.1:8000", help="where the pages are served (default %(default)s)"
        )
        parser.add_argument("--no-migrate", action="store_true", help="leave the database as it is")

    def handle(self, *args: object, **options: object) -> None:
        if not options["no_migrate"]:
            call_command("migrate", verbosity=0, interactive=False)
        others = (Program("switch", ("switch",)), Program("jobs", ("jobs",)))
        with web_programs(str(options["address"]), settings.WEB_PROCESSES) as pages:
            self.stdout.write(f"http://{options['address']}/   Ctrl-C ends all.")
            asyncio.run(supervise((*pages, *others), dict(os.environ)))
