"""``minhu audit verify``: recompute the trail and the seals over the journal, city by city."""

from __future__ import annotations

from argparse import ArgumentParser

from django.core.management.base import BaseCommand, CommandError
from django.db import connection

from minhu.audit import guards, trail, triggers
from minhu.intake import seal


class Command(BaseCommand):
    """Ends with status 1 and the first place that does not fit, so that a timer can watch it."""

    help = "Check that nothing that was recorded has been changed."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("what", choices=["verify"])

    def handle(self, *_args: object, **_options: object) -> None:
        faults = [f"the guard {name} is not in the database" for name in _missing()]
        for city_id in trail.cities():
            chain = trail.verify(city_id)
            journal = seal.verify_journal(city_id)
            for kind, verdict in (("trail", chain), ("journal", journal)):
                if verdict.sound:
                    self.stdout.write(f"city {city_id}: {kind} sound ({verdict.entries} entries)")
                else:
                    faults.append(f"city {city_id}: {verdict.fault} (trail entry {verdict.seq})")
        if faults:
            raise CommandError("\n".join(faults))


def _missing() -> list[str]:
    return triggers.missing(connection, guards.all_guards())
