"""``minhu plan OFFICIAL --week``: the answer windows proposed for a line, what they are expected to do and what else is
possible, as a table."""

from __future__ import annotations

from argparse import ArgumentParser
from collections.abc import Callable, Mapping
from datetime import datetime

from django.core.management.base import CommandError
from django.utils import timezone

from minhu.directory.models import Line
from minhu.ops.plan.week_told import printed, told
from minhu.planner.engine.errors import InputUnclear
from minhu.planner.engine.proposal import Aim
from minhu.planner.proposals import proposal_for
from minhu.rules.clock import SHANGHAI
from minhu.supervision.leaving_out import not_checks

HELP = "propose answer windows for an official's line, with their expected effect and what else is possible"
MOST_THREADS = 64


def add_arguments(parser: ArgumentParser) -> None:
    usual = Aim()
    parser.add_argument("official", metavar="OFFICIAL", help="name, or published number")
    parser.add_argument("--soon", type=float, default=usual.soon, help="share reaching a person within 60 s")
    parser.add_argument("--kept", type=float, default=usual.kept, help="share contacted within a working day")
    parser.add_argument("--in-person", type=float, default=usual.in_person, help="share the official answers himself")
    parser.add_argument("--minutes", type=int, default=usual.own_minutes_a_day, help="of the official a day at most")
    parser.add_argument("--set-aside", type=int, default=usual.window_minutes_a_day, help="minutes of windows a day")
    parser.add_argument("--at", type=datetime.fromisoformat, help="a moment of the week, now unless given")
    parser.add_argument("--threads", type=int, default=1, help="how many at once; the answer is the same")


def run(options: Mapping[str, object], write: Callable[[str], object]) -> None:
    """Propose and print. Raises: CommandError."""
    name, threads, at = options["official"], options["threads"], options.get("at")
    if not (isinstance(name, str) and isinstance(threads, int)):
        raise TypeError(options)
    if not 1 <= threads <= MOST_THREADS:
        raise CommandError(f"--threads：应是 1 到 {MOST_THREADS} 的整数，现为 {threads}。")
    line = _line(name)
    when = at if isinstance(at, datetime) else timezone.now()
    if when.tzinfo is None:
        when = when.replace(tzinfo=SHANGHAI)
    try:
        proposed = proposal_for(line, when, of_citizens=not_checks(), aim=_aim(options), threads=threads)
    except InputUnclear as fault:
        raise CommandError(f"{name}：{fault.shown}") from None
    write(f"{line.official.name}（{line.official.title}）  {line.number}")
    write(printed(told(proposed)))


def _aim(options: Mapping[str, object]) -> Aim:
    """Raises: InputUnclear."""
    soon, kept, in_person = options["soon"], options["kept"], options["in_person"]
    minutes, aside = options["minutes"], options["set_aside"]
    if not (isinstance(soon, float) and isinstance(kept, float) and isinstance(in_person, float)):
        raise TypeError(options)
    if not (isinstance(minutes, int) and isinstance(aside, int)):
        raise TypeError(options)
    return Aim(soon, kept, minutes, aside, in_person)


def _line(name: str) -> Line:
    """By number, or by the name of its official. Raises: CommandError."""
    lines = Line.objects.filter(withdrawn_at__isnull=True, official__left_on__isnull=True).select_related("official")
    found = list(lines.filter(number=name) or lines.filter(official__name=name).order_by("id"))
    if not found:
        raise CommandError(f"{name}：没有这位领导的在用公布号码。请写全名，或写公布的号码。")
    if len(found) > 1:
        choices = "；".join(f"{line.number}（{line.official.title}）" for line in found)
        raise CommandError(f"{name}：不止一条号码，请写号码：{choices}。")
    return found[0]
