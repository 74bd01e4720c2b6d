"""``minhu import_directory FILE``: a dry run; with ``--apply DIGEST`` exactly that is done."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from minhu.directory import actions, importing, queries
from minhu.rules import numbers
from minhu.rules.access import system
from minhu.rules.errors import Refusal
from minhu.rules.words import LineMode


class Command(BaseCommand):
    """Takes a city's notice into the directory."""

    help = "Examine a notice (XLSX or CSV); with --apply DIGEST take it in, all or nothing."

    def add_arguments(self, parser: CommandParser) -> None:
        """The file, and on what terms its numbers are taken in."""
        parser.add_argument("file", type=Path)
        parser.add_argument("--apply", metavar="DIGEST", default="", help="do what the dry run with this digest told")
        parser.add_argument("--consented-on", type=date.fromisoformat, help="when the officials agreed to publication")
        parser.add_argument("--published-from", type=date.fromisoformat, help="first public day (default: today)")
        parser.add_argument("--mode", type=LineMode, choices=list(LineMode), default=LineMode.FRONT)
        parser.add_argument("--reason", default="", help="what the trail is told, such as the number of the notice")

    def handle(self, *args: Any, **options: Any) -> None:
        """Examine or apply."""
        try:
            content = options["file"].read_bytes()
        except OSError as fault:
            raise CommandError(f"{options['file']}: {fault.strerror}") from fault
        try:
            city = queries.the_city()
            if options["apply"]:
                terms = actions.Terms(options["consented_on"], options["published_from"], options["mode"])
                report = actions.import_directory(
                    content, options["apply"], by=system(city.pk), terms=terms, reason=options["reason"]
                )
            else:
                report = importing.examine(content, city.pk)
        except Refusal as refusal:
            raise CommandError(refusal.shown) from refusal
        self._tell(report, done=bool(options["apply"]))
        if report.faults:
            raise CommandError(f"有 {len(report.faults)} 处需要改正，没有导入任何内容。")

    def _tell(self, report: importing.Report, *, done: bool) -> None:
        for fault in report.faults:
            self.stderr.write(str(fault))
        for words in (*_lines(report), *report.notes):
            self.stdout.write(words)
        self.stdout.write(
            f"{report.rows} 行：新增 {len(report.additions)}，变更 {len(report.alterations)}，"
            f"撤下号码 {len(report.withdrawals)}，不变 {report.unchanged}，文件中没有 {len(report.missing)}。"
        )
        if done:
            self.stdout.write("已导入。" if report.changes_anything else "没有需要改动的内容。")
        elif report.digest and report.changes_anything:
            self.stdout.write(f"核对无误后执行：--apply {report.digest}")


def _lines(report: importing.Report) -> Iterator[str]:
    for one in report.additions:
        shown = "、".join(numbers.pretty(number) for number in one.entry.numbers)
        made = "（新单位）" if one.new_office else ""
        yield f"+ {one.entry.office} {one.entry.name} {one.entry.title} {shown}{made}"
    for change in report.alterations:
        fields = "；".join(f"{what}：{old or '（空）'} → {new or '（空）'}" for what, old, new in change.fields)
        yield f"~ {change.entry.office} {change.entry.name}：{fields}"
    for gone in report.withdrawals:
        yield f"- {gone.name} 的 {numbers.pretty(gone.number)} 撤下"
    for missing in report.missing:
        yield f"? {missing.office} {missing.name} 不在文件中，未作改动"
