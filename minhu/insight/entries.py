"""What is said in cases, as rows for the index: words of citizens, of replies, of notes; no telephone numbers."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import datetime

from minhu.cases.models import Addition, Case, Note, Reply, WrapUp
from minhu.directory.naming import full_title
from minhu.insight.engine.spelling import Bar, barred, initials, quarter, without_numbers
from minhu.insight.models import SearchEntry
from minhu.intake.models import Text
from minhu.rules.clock import local
from minhu.rules.words import Direction, Said

LONGEST = 20_000
"""Characters of one text that can be searched."""


def entries_of(case_ids: Collection[int]) -> Iterator[SearchEntry]:
    """The rows of these cases, not saved."""
    if not case_ids:
        return
    cases = Case.objects.filter(pk__in=case_ids).select_related("line__official__office", "holder__office")
    known = {case.pk: case for case in cases}
    for case in known.values():
        yield _row(case, Said.CASE, case.pk, case.opened_at, _case_words(case))
    for kind, case_id, source_id, at, body in _said(list(known.values())):
        yield _row(known[case_id], kind, source_id, at, barred(without_numbers(body[:LONGEST]), Bar.TEXT))


def _said(cases: list[Case]) -> Iterator[tuple[Said, int, int, datetime, str]]:
    ids = [case.pk for case in cases]
    for text in Text.objects.filter(contact__case__in=ids).values_list("contact__case", "pk", "at", "body"):
        yield Said.TEXT, *text
    by_code = {case.code: case.pk for case in cases}
    ours = Text.objects.filter(
        thread__citizen__in=[case.citizen_id for case in cases], direction=Direction.OUTBOUND.value,
        code__in=by_code, written_by__isnull=False, reply=None, contact=None,
    )  # fmt: skip
    for pk, code, at, body in ours.values_list("pk", "code", "at", "body"):
        yield Said.TEXT, by_code[code], pk, at, body
    for added in Addition.objects.filter(case__in=ids).values_list("case", "pk", "at", "body"):
        yield Said.ADDED, *added
    for written in WrapUp.objects.filter(call__contact__case__in=ids).values_list(
        "call__contact__case", "pk", "at", "note"
    ):
        yield Said.CALL, *written
    for reply in Reply.objects.filter(case__in=ids):
        yield Said.REPLY, reply.case_id, reply.pk, reply.at, f"{reply.done}\n{reply.done_by}"
    for note in Note.objects.filter(case__in=ids).values_list("case", "pk", "at", "body"):
        yield Said.NOTE, *note


def _row(case: Case, kind: Said, source_id: int, at: datetime, words: str) -> SearchEntry:
    on = local(at)
    return SearchEntry(
        city_id=case.city_id, case_id=case.pk, kind=kind.value, source_id=source_id, at=at,
        words=f"{quarter(on.year, on.month)} {words}",
    )  # fmt: skip


def _case_words(case: Case) -> str:
    """Title and place count as a title; who it is with is found by name, too."""
    head = without_numbers(f"{case.title}\n{case.place}")
    names = "\n".join(_names(case))
    return " ".join(
        (
            barred(head, Bar.TITLE),
            barred(f"{head}\n{without_numbers(case.body[:LONGEST])}\n{case.code}\n{names}", Bar.TEXT),
            barred(f"{initials(head)}\n{initials(names)}", Bar.INITIALS),
        )
    )


def _names(case: Case) -> Iterator[str]:
    people = [case.line.official if case.line else None, case.holder]
    for one in dict.fromkeys(filter(None, people)):
        yield one.name
        yield full_title(one.office.name, one.office.kind, one.title)
