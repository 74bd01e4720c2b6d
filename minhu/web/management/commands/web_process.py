"""``minhu web_process``: one of the processes of ``minhu web``."""

from __future__ import annotations

import gc
import socket
from argparse import ArgumentParser
from importlib import import_module

import uvicorn
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

GRACE_SECONDS = 3
"""Open event streams are cut after this long; without it a stop would wait for them for ever."""
GC_THRESHOLDS = (20_000, 20, 20)


class Command(BaseCommand):
    """Serves the site until it is told to stop."""

    help = "Serve the pages from one process. minhu web starts as many as the machine can use."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--address", default="127.0.0.1:8000", help="host:port (default %(default)s)")
        parser.add_argument("--shared", action="store_true", help="other processes serve the same address")

    def handle(self, *args: object, **options: object) -> None:
        config = uvicorn.Config(
            "minhu.asgi:application",
            log_config=None,
            access_log=False,
            server_header=False,
            lifespan="off",
            timeout_graceful_shutdown=GRACE_SECONDS,
            proxy_headers=settings.SECURE_PROXY_SSL_HEADER is not None,
        )
        config.load()
        settle()
        with bound(str(options["address"]), shared=bool(options["shared"])) as listening:
            uvicorn.Server(config).run(sockets=[listening])


def settle() -> None:
    """What is loaded stays for good: no answer waits while all of it is looked through for garbage, which takes as long
    as a page. What a page leaves behind is looked through less often, too.
    """
    import_module(settings.ROOT_URLCONF)
    gc.collect()
    gc.freeze()
    gc.set_threshold(*GC_THRESHOLDS)


def bound(address: str, *, shared: bool) -> socket.socket:
    """A socket at host:port. shared: the system deals connections out to all who bound it so.

    Raises: CommandError for an address that cannot be read, or is somebody else's.
    """
    host, _, port = address.rpartition(":")
    if not host or not port.isdigit() or int(port) > 65_535:
        raise CommandError(f"--address must read host:port, such as 127.0.0.1:8000, not {address}")
    host = host.strip("[]")
    listening = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if shared:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    try:
        listening.bind((host, int(port)))
    except OSError as fault:
        listening.close()
        raise CommandError(f"{address} cannot be served from: {fault.strerror}. Is Minhu running already?") from fault
    return listening
