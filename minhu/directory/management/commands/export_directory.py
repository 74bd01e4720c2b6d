"""``minhu export_directory FILE``: the notice as XLSX, or all contact cards, by the file's ending."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from minhu.directory import exporting, queries
from minhu.rules.access import system
from minhu.rules.errors import Refusal


class Command(BaseCommand):
    """Writes the directory to a file."""

    help = "Write the directory to FILE: .xlsx (the notice) or .vcf (contact cards of what is public)."

    def add_arguments(self, parser: CommandParser) -> None:
        """Where to, and how much."""
        parser.add_argument("file", type=Path)
        parser.add_argument("--everything", action="store_true", help=".xlsx: also numbers that are not public")
        parser.add_argument("--version4", action="store_true", help=".vcf: vCard 4.0 in place of 3.0")

    def handle(self, *args: Any, **options: Any) -> None:
        """Written whole or not at all."""
        target: Path = options["file"]
        at = timezone.now()
        try:
            city = queries.the_city()
            match target.suffix.lower():
                case ".xlsx":
                    by = system(city.pk) if options["everything"] else None
                    content = exporting.notice(city.pk, at, everything_for=by)
                case ".vcf":
                    version = exporting.CardVersion.FOUR if options["version4"] else exporting.CardVersion.THREE
                    groups = queries.public_directory(city.pk, at=at)
                    content = exporting.cards((one for group in groups for one in group.officials), version).encode()
                case other:
                    raise CommandError(f"{other or 'no ending'}: write to a file that ends in .xlsx or .vcf")
            target.write_bytes(content)
        except Refusal as refusal:
            raise CommandError(refusal.shown) from refusal
        except OSError as fault:
            raise CommandError(f"{target}: {fault.strerror}") from fault
        self.stdout.write(f"{target}: {len(content)} bytes")
