"""``minhu doctor``: what is wrong with this installation, and what to do about it."""

from __future__ import annotations

import sys

from django.core.management.base import BaseCommand
from django.utils.translation import override

from minhu.ops.doctor import examine
from minhu.ops.findings import Grade

MARK = {Grade.WELL: "ok  ", Grade.CARE: "care", Grade.ILL: "ILL "}


class Command(BaseCommand):
    """Prints one line a check, in English as all commands do. Exit code 1 when something is ill."""

    help = "Look at settings, database, disk, clock, calendar, trunk, gateway and processes; say what to do about each."
    requires_system_checks = []

    def handle(self, *args: object, **options: object) -> None:
        ill = False
        with override("en"):
            for finding in examine():
                self.stdout.write(f"{MARK[finding.grade]}  {finding.about}: {finding.found}")
                if finding.cure:
                    self.stdout.write(f"      → {finding.cure}")
                ill = ill or finding.grade is Grade.ILL
        if ill:
            sys.exit(1)
