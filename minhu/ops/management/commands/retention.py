"""``minhu retention``: what would go now because its time is over, and matters kept beyond it. Erases nothing."""

from __future__ import annotations

from argparse import ArgumentParser

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from minhu.cases import holding
from minhu.directory.models import Account, Office
from minhu.directory.queries import viewer_of
from minhu.ops.retention import Due, due
from minhu.rules.errors import Refusal

SHOWN = 50


class Command(BaseCommand):
    """The jobs erase by themselves, every hour. Codes are shown, never words or numbers."""

    help = (
        "Show what is due to be erased, without erasing it; or hold a matter back and let it go again, in the name of "
        "a supervisor."
    )
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("what", nargs="?", default="due", choices=["due", "hold", "release"])
        parser.add_argument("code", nargs="?", default="", help="tracking code of the matter")
        parser.add_argument("--account", default="", help="sign-in name of the supervisor who says so")
        parser.add_argument("--reason", default="", help="why it is kept; it is recorded")

    def handle(self, *_args: object, **options: object) -> None:
        if options["what"] == "due":
            self._show()
        else:
            self._hold(str(options["what"]), str(options["code"]), str(options["account"]), str(options["reason"]))

    def _show(self) -> None:
        at, kept = timezone.now(), settings.KEEPING
        self.stdout.write(
            f"words are kept {kept.words.days} days after a matter ended, recordings {kept.recordings.days}, "
            f"what no matter was made of {kept.loose.days} days"
        )
        for city in Office.objects.filter(parent=None).order_by("pk"):
            self._tell(city.name, due(city.pk, at=at))

    def _tell(self, city: str, found: Due) -> None:
        self.stdout.write(
            f"{city}: {found.cases.count()} cases, {found.recordings.count()} recordings, "
            f"{found.texts.count()} texts of no case, {found.numbers.count()} numbers would go now"
        )
        for code, ended in found.cases.values_list("code", "closed_at")[:SHOWN]:
            self.stdout.write(f"  {code} ended {ended:%F}")

    def _hold(self, what: str, code: str, name: str, reason: str) -> None:
        account = Account.objects.filter(username=name).first()
        if account is None or not code:
            raise CommandError("say which matter and who: minhu retention hold CODE --account NAME --reason WHY")
        try:
            if what == "hold":
                holding.hold(code.upper(), by=viewer_of(account), reason=reason)
            else:
                holding.release(code.upper(), by=viewer_of(account))
        except Refusal as refused:
            raise CommandError(refused.shown) from None
        self.stdout.write(f"{code.upper()}: {'kept until it is released' if what == 'hold' else 'its time runs again'}")
