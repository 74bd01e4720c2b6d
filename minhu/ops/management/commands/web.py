"""``minhu web``: the pages, the event streams and the gateways' callbacks."""

from __future__ import annotations

import asyncio
import os
from argparse import ArgumentParser

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand

from minhu.ops.site import web_programs
from minhu.ops.supervise import supervise


class Command(BaseCommand):
    """Serves the site until it is told to stop."""

    help = "Serve the pages, from MINHU_WEB_PROCESSES processes at one address."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--address", default="127.0.0.1:8000", help="host:port (default %(default)s)")

    def handle(self, *args: object, **options: object) -> None:
        address, processes = str(options["address"]), settings.WEB_PROCESSES
        if processes == 1:
            call_command("web_process", address=address)
            return
        with web_programs(address, processes) as programs:
            asyncio.run(supervise(programs, dict(os.environ)))
