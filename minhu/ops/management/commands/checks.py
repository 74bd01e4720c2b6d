"""``minhu checks redraw DATE``: compute a day's draw again from what was published, and say whether it is the same."""

from __future__ import annotations

from argparse import ArgumentParser
from datetime import date
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from minhu.directory.models import Office
from minhu.rules.draw_table import TableUnreadable
from minhu.rules.drawing import Drawn, commitment, draw
from minhu.supervision import drawing
from minhu.supervision.models import Draw


class Command(BaseCommand):
    """Ends with status 1 when anything differs, so that a timer can watch it."""

    help = (
        "Compute the draw of a day again. With --table (the CSV of the public page) and --seed nothing is read from "
        "the database, so that anybody can do it who has a copy of this program."
    )
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("what", choices=["redraw"])
        parser.add_argument("on", metavar="DATE", type=_date, help="such as 2026-03-02")
        parser.add_argument("--city", type=int, help="its number; all cities unless given")
        parser.add_argument("--table", type=Path, help="the day's table as it was downloaded")
        parser.add_argument("--seed", help="the day's seed, as published after it")

    def handle(self, *_args: object, **options: object) -> None:
        on, table, seed = options["on"], options["table"], options["seed"]
        if not isinstance(on, date) or (table is None) != (seed is None):
            raise CommandError("--table and --seed go together: download both from the page of the draw")
        if isinstance(table, Path) and isinstance(seed, str):
            self._from_paper(on, table, seed)
        else:
            city_id = options.get("city")
            self._from_database(on, city_id if isinstance(city_id, int) else None)

    def _from_paper(self, on: date, table: Path, seed: str) -> None:
        try:
            lines = draw(seed, table.read_text(encoding="utf-8"))
        except OSError as fault:
            raise CommandError(f"{table}: {fault.strerror}") from None
        except (TableUnreadable, UnicodeDecodeError):
            raise CommandError(f"{table} is not a table of a draw; download it again and do not change it") from None
        self.stdout.write(f"the hash published the day before must be {commitment(on, seed)}")
        self._tell(lines)

    def _from_database(self, on: date, city_id: int | None) -> None:
        cities = Office.objects.filter(parent=None).order_by("pk")
        if city_id is not None:
            cities = cities.filter(pk=city_id)
        if not cities:
            raise CommandError("there is no such city")
        different = [fault for city in cities if (fault := self._again(city, on))]
        if different:
            raise CommandError("\n".join(different))

    def _again(self, city: Office, on: date) -> str:
        one = Draw.objects.filter(city=city, on=on).first()
        if one is None or one.not_drawn:
            self.stdout.write(f"{city.name} {on}: no draw ({one.not_drawn if one else 'none was announced'})")
            return ""
        found = drawing.redraw(city.pk, on)
        if found is None:
            self.stdout.write(f"{city.name} {on}: not revealed yet; the hash of its seed is {one.commitment}")
            return ""
        self._tell(found.lines)
        if found.same:
            self.stdout.write(f"{city.name} {on}: the same ({len(found.lines)} lines)")
            return ""
        wrong = (
            (found.committed, "the seed is not the one that was promised the day before"),
            (found.same_table, "the table was changed after the draw"),
            (found.same_lines, "the lines that were checked are not those that were drawn"),
        )
        return f"{city.name} {on}: different: " + "; ".join(words for fine, words in wrong if not fine)

    def _tell(self, lines: tuple[Drawn, ...]) -> None:
        for one in lines:
            self.stdout.write(f"  {one.from_time:%H:%M} {one.line} ({one.band.value})")


def _date(text: str) -> date:
    return date.fromisoformat(text)
