"""One of several processes that hand over the same case at the same moment, each from many threads.

    python -m tests.races.racer CASE OFFICIAL ACCOUNT CITY OFFICE…

Says ``ready``, waits for a line, and then says for each thread what came of it.
"""

from __future__ import annotations

import sys
import threading
from collections import Counter

import django


def main() -> None:
    """Race: one thread an office."""
    django.setup()
    from django.db import DatabaseError, connection

    from minhu.cases import actions
    from minhu.rules.access import Grant, Viewer
    from minhu.rules.errors import Refusal
    from minhu.rules.words import Role

    case, official, account, city, *offices = (int(one) for one in sys.argv[1:])
    him = Viewer(account, "王明", city, (Grant(Role.OFFICIAL, city),), official)
    start = threading.Barrier(len(offices) + 1)
    results: Counter[str] = Counter()

    def hand_over(office: int) -> None:
        connection.ensure_connection()
        start.wait(60)
        try:
            actions.transfer(case, actions.Receiver.unit(office), by=him, reason="抢转")
            came = "handed_over"
        except Refusal as refusal:
            came = refusal.code
        except DatabaseError as fault:
            came = type(fault).__name__
        finally:
            connection.close()
        results[came] += 1

    threads = [threading.Thread(target=hand_over, args=(office,)) for office in offices]
    for thread in threads:
        thread.start()
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    sys.stdin.readline()
    start.wait(60)
    for thread in threads:
        thread.join()
    for came, count in results.items():
        sys.stdout.write(f"{came} {count}\n")


if __name__ == "__main__":
    main()
