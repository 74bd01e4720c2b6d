"""``make bench``: every measurement, one after another, each with its table.

    python -m benchmarks [--peers] [NAME …]

Each is a program of its own (``python -m benchmarks.calls --help``), so that one cannot warm or slow another.
"""

from __future__ import annotations

import argparse
import subprocess
import sys

BENCHMARKS = {
    "calls": "a call from INVITE through decision and durable journal to ring and answer",
    "live": "a thousand open pages on one process: memory, CPU, and how soon each hears of a call",
    "media_bridge": "a hundred bridged calls: loss, added delay, CPU",
    "smpp_inbound": "inbound texts a second, each durable before its acknowledgement",
    "texting": "texts a second out and in through each kind of SMS gateway, beside the adapter alone",
    "queue_drain": "a million queued texts drain in order, in no more memory",
    "deadlines": "a sweep over one million open clocks",
    "figures": "the figures of a page over one million journal rows",
    "decay": "how soon a line that is answered less is found, and how rarely by chance",
    "forecast": "calls forecast week by week on an invented city, beside two plain ways",
    "pages": "the pages people wait for, with a hundred thousand cases behind them",
    "planner": "a queue beside simpy and ciw, a line, a city of lines, a proposal",
    "grouping": "a million texts grouped by matter as they come, in bounded memory",
    "search": "search for staff over a million texts, beside going through all of them with LIKE",
    "triage": "what texts are about, read beside a TF-IDF and a support vector machine",
    "whatif": "from a slider of the what-if page to its result",
    "web_form": "matters a second posted to the public form",
}
WITH_PEERS = frozenset({"calls", "web_form"})


def main() -> int:
    """Run what was named, or all; the exit code is that of the first that failed."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--peers", action="store_true", help="measure the others beside us, in the same run")
    arguments.add_argument("names", nargs="*", metavar="NAME", help=", ".join(BENCHMARKS))
    given = arguments.parse_args()
    if unknown := sorted(set(given.names) - BENCHMARKS.keys()):
        arguments.error(f"unknown: {', '.join(unknown)}; known: {', '.join(BENCHMARKS)}")
    failed = 0
    for name in given.names or BENCHMARKS:
        sys.stdout.write(f"\n## {name}: {BENCHMARKS[name]}\n\n")
        sys.stdout.flush()
        peers = ["--peers"] if given.peers and name in WITH_PEERS else []
        failed = subprocess.run([sys.executable, "-m", f"benchmarks.{name}", *peers], check=False).returncode or failed
    return failed


if __name__ == "__main__":
    sys.exit(main())
