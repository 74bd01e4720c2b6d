"""``minhu complaints verify [NUMBER …]``: hash the evidence packs again and look the hashes up in the trail."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from minhu.supervision import evidence
from minhu.supervision.models import EvidencePack


class Command(BaseCommand):
    """Ends with status 1 when anything differs, so that a timer can watch it."""

    help = (
        "Say of every evidence pack, or of those of the complaints named, whether document and trail still agree. "
        "With --file nothing is read from the database: a pack that was handed out is hashed, to be compared with the "
        "hash on its page."
    )
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("what", choices=["verify"])
        parser.add_argument("numbers", metavar="NUMBER", type=int, nargs="*", help="of a complaint; all unless given")
        parser.add_argument("--file", type=Path, help="a pack as it was downloaded (JSON)")

    def handle(self, *_args: object, **options: object) -> None:
        numbers, path = options["numbers"], options["file"]
        if isinstance(path, Path):
            try:
                self.stdout.write(f"{evidence.digest(path.read_bytes())}  {path.name}")
            except OSError as fault:
                raise CommandError(f"{path} cannot be read: {fault.strerror}") from fault
            return
        wanted = list(numbers) if isinstance(numbers, list) and numbers else _all()
        faults = [self._verify(number) for number in wanted]
        self.stdout.write(f"{len(wanted)} evidence packs, {sum(faults)} with a fault")
        if any(faults):
            raise CommandError("evidence was changed: see above", returncode=1)

    def _verify(self, number: int) -> bool:
        found = evidence.verify(number)
        if found is None:
            raise CommandError(f"complaint {number} has no evidence pack: it was not opened for a statement")
        if not found.sound:
            self.stderr.write(f"complaint {number}: {found.fault}; kept: {found.sha256}")
        return not found.sound


def _all() -> list[int]:
    return list(EvidencePack.objects.order_by("complaint").values_list("complaint", flat=True))
