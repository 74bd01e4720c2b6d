"""``minhu web``: the pages, the event streams and the gateways' callbacks."""

from __future__ import annotations

from argparse import ArgumentParser

import uvicorn
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

GRACE_SECONDS = 3
"""Open event streams are cut after this long; without it a stop would wait for them for ever."""


class Command(BaseCommand):
    """Serves the site until it is told to stop."""

    help = "Serve the pages. Run several behind a balancer if one is not enough."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--address", default="127.0.0.1:8000", help="host:port (default %(default)s)")

    def handle(self, *args: object, **options: object) -> None:
        host, _, port = str(options["address"]).rpartition(":")
        if not host or not port.isdigit():
            raise CommandError(f"--address must read host:port, such as 127.0.0.1:8000, not {options['address']}")
        uvicorn.run(
            "minhu.asgi:application",
            host=host.strip("[]"),
            port=int(port),
            log_config=None,
            access_log=False,
            server_header=False,
            lifespan="off",
            timeout_graceful_shutdown=GRACE_SECONDS,
            proxy_headers=settings.SECURE_PROXY_SSL_HEADER is not None,
        )
