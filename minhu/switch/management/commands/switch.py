"""``minhu switch``: the telephone line."""

from __future__ import annotations

from django.core.management.base import BaseCommand

from minhu.switch import main


class Command(BaseCommand):
    """Runs the switch until it is told to stop."""

    help = "Answer the SIP trunk, carry out call plans, journal every step. SIGTERM lets calls end first."
    requires_system_checks = []  # they load every page, of which it serves none; after a crash each moment counts

    def handle(self, *args: object, **options: object) -> None:
        main.run()
