"""What is said in cases, as rows for the index: words of citizens, of replies, of notes; no telephone numbers."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from minhu.cases.models import Addition, Case, Note, Reply, WrapUp
from minhu.directory.models import Line, Official
from minhu.directory.naming import full_title, search_key
from minhu.insight.engine.spelling import Bar, barred, initials, line_mark, month_mark, without_numbers
from minhu.insight.models import SearchEntry
from minhu.intake.models import Text
from minhu.rules.clock import local
from minhu.rules.words import Direction, Said

LONGEST = 20_000
"""Characters of one text that can be searched."""


@dataclass(frozen=True, slots=True)
class Names:
    """Names as the index has them."""

    words: str
    letters: str


def entries_of(case_ids: Collection[int]) -> Iterator[SearchEntry]:
    """The rows of these cases, not saved."""
    if not case_ids:
        return
    cases = list(Case.objects.filter(pk__in=case_ids, erased_at=None))
    named = _named(cases)
    for case in cases:
        yield _row(case, Said.CASE, case.pk, case.opened_at, _case_words(case, named))
    known = {case.pk: case for case in cases}
    for kind, case_id, source_id, at, body in _said(cases):
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
    marks = month_mark(on.year, on.month) + (line_mark(case.line_id) if case.line_id else "")
    return SearchEntry(
        city_id=case.city_id, case_id=case.pk, kind=kind.value, source_id=source_id, at=at,
        words=f"{marks} {words}",
    )  # fmt: skip


def _case_words(case: Case, named: dict[tuple[int | None, int | None], Names]) -> str:
    """Title and place count as a title, and come first; who it is with is found by name, too. No phrase goes from one
    part into the next.
    """
    heads = [without_numbers(case.title), without_numbers(case.place)]
    bodies = [*heads, without_numbers(case.body[:LONGEST]), case.code]
    names = named[case.line_id, case.holder_id]
    parts = [*(barred(one, Bar.TITLE) for one in heads), *(barred(initials(one), Bar.INITIALS) for one in heads)]
    return "\n".join([*parts, names.letters, *(barred(one, Bar.TEXT) for one in bodies), names.words])


def _named(cases: list[Case]) -> dict[tuple[int | None, int | None], Names]:
    """Whose line each case came to and who holds it, by these two: by name, post and office."""
    lines = Line.objects.filter(pk__in={case.line_id for case in cases}).values_list("pk", "official")
    by_line: dict[int | None, int] = dict(lines)
    wanted = {*by_line.values(), *(case.holder_id for case in cases if case.holder_id)}
    people = {one.pk: one for one in Official.objects.filter(pk__in=wanted).select_related("office")}
    found = {}
    for pair in {(case.line_id, case.holder_id) for case in cases}:
        his = [people[one] for one in dict.fromkeys((by_line.get(pair[0]), pair[1])) if one in people]
        posts = [full_title(one.office.name, one.office.kind, one.title) for one in his]
        letters = [*(search_key(one.name) for one in his), *map(initials, posts)]
        words = [*(one.name for one in his), *posts]
        found[pair] = Names(_lines(words, Bar.TEXT), _lines(letters, Bar.INITIALS))
    return found


def _lines(texts: Iterable[str], bar: Bar) -> str:
    return "\n".join(barred(one, bar) for one in texts)
