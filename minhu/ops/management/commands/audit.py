"""``minhu audit verify``: recompute the trail and the journal's seals, city by city."""

from __future__ import annotations

from argparse import ArgumentParser
from collections.abc import Iterator

from django.core.management.base import BaseCommand, CommandError
from django.db import connection

from minhu.audit import guards, trail, triggers
from minhu.directory.models import Office
from minhu.intake import seal


class Command(BaseCommand):
    """Ends with status 1 and the first place in each city that does not fit, so that a timer can watch it."""

    help = "Check that nothing that was recorded has been changed."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("what", choices=["verify"])
        parser.add_argument("--city", type=int, help="its number; all cities unless given")

    def handle(self, *_args: object, **options: object) -> None:
        wanted = options.get("city")
        known = sorted({*trail.cities(), *Office.objects.filter(parent=None).values_list("pk", flat=True)})
        if wanted is not None and wanted not in known:
            raise CommandError(f"there is no city {wanted}; known: {', '.join(map(str, known)) or 'none'}")
        if not known:
            self.stdout.write("There is no city yet, so nothing was recorded.")
        faults = list(_missing_guards())
        for city_id in known:
            if wanted in (None, city_id):
                faults += self._examined(city_id)
        if faults:
            raise CommandError("\n".join(faults))

    def _examined(self, city_id: int) -> Iterator[str]:
        city = Office.objects.filter(pk=city_id).first()
        called = f"city {city_id}" + (f" ({city.name})" if city else "")
        for kind, unit, verdict in (
            ("trail", "entries", trail.verify(city_id)),
            ("journal", "seals", seal.verify_journal(city_id)),
        ):
            if verdict.sound:
                self.stdout.write(f"{called}: {kind} sound ({verdict.entries} {unit})")
            else:
                yield (
                    f"{called}: {kind}: {verdict.fault} (trail entry {verdict.seq})\n"
                    f"  → keep this database as it is and compare it with a backup from before: "
                    f"what was recorded from entry {verdict.seq} on is in doubt"
                )


def _missing_guards() -> Iterator[str]:
    for name in triggers.missing(connection, guards.all_guards()):
        yield (f"the guard {name} is not in the database\n  → minhu migrate puts it back; find out who took it away")
