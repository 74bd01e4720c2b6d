"""``minhu jobs``: texts, due times, calendars, seals."""

from __future__ import annotations

from django.core.management.base import BaseCommand

from minhu.ops import jobs


class Command(BaseCommand):
    """Runs the jobs process until it is told to stop."""

    help = "Take in what has come, send what is due, read calendars, seal the journal."
    requires_system_checks = []  # they load every page, of which it serves none; serve, migrate and CI ask for them

    def handle(self, *args: object, **options: object) -> None:
        jobs.run()
