"""Starts a process quickly: everything is imported once, and each life is a fork that begins as ``minhu NAME`` does.

A line on standard input starts one life; its process id is the answer. What a life did dies with it.
"""

from __future__ import annotations

import os
import signal
import sys


def main() -> None:
    """Serve lives until standard input closes."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "minhu.settings")
    import django

    django.setup()
    from minhu.ops import jobs
    from minhu.rules.calendar import china
    from minhu.switch import main as switch

    begin = {"switch": switch.run, "jobs": jobs.run}[sys.argv[1]]

    china()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # the dead need no burial
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    for _ in sys.stdin:
        pid = os.fork()
        if pid == 0:
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            os.close(0)
            begin()
            os._exit(0)
        sys.stdout.write(f"{pid}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
