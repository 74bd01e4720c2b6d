"""The command ``minhu``: a word for each thing an operator does, and Django's own commands besides."""

from __future__ import annotations

import os
import sys

_HELP = """\
Minhu (民呼): every call and text answered, followed to its end and accounted for.

  minhu demo          a made-up city of 81 officials comes alive on this machine
  minhu serve         everything in one: pages, telephone line, jobs (SQLite is enough)
  minhu web           the pages only
  minhu switch        the telephone line only
  minhu jobs          texts and due times only
  minhu doctor        what is wrong with this installation, and what to do about it
  minhu audit verify  has the trail been tampered with?
  minhu checks redraw DATE  was a day's draw of checks fair? computes it again
  minhu insight rebuild   groups all cases into hot issues anew
  minhu migrate       bring the database up to this release

  minhu COMMAND --help tells more of each; minhu help --commands lists all. Settings: see .env.example.
"""


def main() -> None:
    """Run one command; without one, say what there is."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "minhu.settings")
    match sys.argv[1:]:
        case [] | ["help"] | ["-h"] | ["--help"]:
            sys.stdout.write(_HELP)
        case ["--version"] | ["version"]:
            from importlib.metadata import version

            sys.stdout.write(f"minhu {version('minhu')}\n")
        case ["demo", *words]:
            from minhu.ops.demo.options import enter

            enter(words)  # decides on the mode and the folder before any setting is read
            _run("demo")
        case words:
            _run(*words)


def _run(*words: str) -> None:
    from django.core.management import execute_from_command_line

    execute_from_command_line(["minhu", *words])


if __name__ == "__main__":
    main()
