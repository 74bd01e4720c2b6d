"""The processes that serve the pages: one a core, all at one address, among which the system deals out connections."""

from __future__ import annotations

import contextlib
import socket
import tempfile
from collections.abc import Iterator

from django.core.management.base import CommandError

from minhu.ops.supervise import Program


@contextlib.contextmanager
def web_programs(address: str, processes: int) -> Iterator[tuple[Program, ...]]:
    """What to keep running for the pages, and a folder in which several processes keep one set of figures.

    Raises: CommandError when the address is somebody else's; several processes of ours would share it with him.
    """
    serve = ("web_process", "--address", address)
    if processes == 1:
        yield (Program("web", serve),)
        return
    _see_that_it_is_free(address)
    with tempfile.TemporaryDirectory(prefix="minhu-figures-") as folder:
        environment = {"PROMETHEUS_MULTIPROC_DIR": folder}
        yield tuple(Program(f"web-{number}", (*serve, "--shared"), environment) for number in range(1, processes + 1))


def _see_that_it_is_free(address: str) -> None:
    host, _, port = address.rpartition(":")
    if not host or not port.isdigit():
        raise CommandError(f"--address must read host:port, such as 127.0.0.1:8000, not {address}")
    host = host.strip("[]")
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as mine:
        mine.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            mine.bind((host, int(port)))
        except (OSError, OverflowError) as fault:
            raise CommandError(f"{address} cannot be served from: {fault}. Is Minhu running already?") from fault
