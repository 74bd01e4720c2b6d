"""What a search finds, as a page shows it: cases, the best first, each with the texts that were found, marked."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from django.db.models import Model, QuerySet

from minhu.cases.models import Addition, Case, Note, Reply, WrapUp
from minhu.insight.by_number import cases_of_number
from minhu.insight.engine.question import Question, read
from minhu.insight.engine.snippets import Piece, snippet, whole
from minhu.insight.searching import Hit, Narrowed, cases_of, hits
from minhu.intake.models import Text
from minhu.rules.access import Viewer
from minhu.rules.words import CaseKind, CaseState, Said, Urgency

A_PAGE, TEXTS_SHOWN = 20, 2


class By(StrEnum):
    """What the question was taken for. NUMBER_WITHHELD: a number that came in an address, where it is not looked up."""

    NOTHING = "nothing"
    WORDS = "words"
    CODE = "code"
    NUMBER = "number"
    NUMBER_WITHHELD = "number_withheld"


@dataclass(frozen=True, slots=True)
class Quoted:
    """One text that was found."""

    kind: Said
    at: datetime
    pieces: tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class Card:
    """One case that was found. others: texts of it that were found and are not quoted."""

    case_id: int
    code: str
    title: tuple[Piece, ...]
    place: str
    state: CaseState
    kind: CaseKind
    urgent: bool
    confidential: bool
    official: str
    office: str
    opened_at: datetime
    quoted: tuple[Quoted, ...]
    others: int


@dataclass(frozen=True, slots=True)
class Found:
    """One page of what was found. total: cases in all. more: and older ones. cut: not all that was typed was read."""

    by: By
    cards: tuple[Card, ...] = ()
    total: int = 0
    more: bool = False
    cut: bool = False
    page: int = 1
    pages: int = 1


def find(
    viewer: Viewer, typed: str, narrowed: Narrowed, at: datetime, *, page: int = 1, numbers: bool = False
) -> Found:
    """One page of what the viewer finds. numbers: a telephone number may be looked up, which is recorded."""
    question = read(typed)
    cases = cases_of(viewer)
    if question.number:
        if not numbers:
            return Found(By.NUMBER_WITHHELD)
        return _page(cases, By.NUMBER, dict.fromkeys(cases_of_number(question.number, by=viewer), ()), question, page)
    if question.code and (case_id := cases.filter(code=question.code).values_list("pk", flat=True).first()):
        return _page(cases, By.CODE, {case_id: ()}, question, page)
    if question.empty:
        return Found(By.NOTHING)
    found = hits(viewer, cases, question, narrowed, at)
    return _page(cases, By.WORDS, found.by_case, question, page, more=found.more)


def _page(
    cases: QuerySet[Case],
    by: By,
    found: dict[int, tuple[Hit, ...]],
    question: Question,
    page: int,
    *,
    more: bool = False,
) -> Found:
    pages = max(1, -(-len(found) // A_PAGE))
    page = min(max(1, page), pages)
    here = list(found)[(page - 1) * A_PAGE : page * A_PAGE]
    known = {case.pk: case for case in cases.filter(pk__in=here).select_related("line__official__office")}
    bodies = _bodies(known, [hit for pk in here for hit in found[pk][:TEXTS_SHOWN]])
    cards = tuple(_card(known[pk], found[pk], bodies, question.terms) for pk in here if pk in known)
    return Found(by, cards, len(found), more, question.cut, page, pages)


def _card(case: Case, found: Sequence[Hit], bodies: dict[tuple[Said, int], str], terms: Sequence[str]) -> Card:
    """A text that is the title again is not quoted."""
    official = case.line.official if case.line else None
    said = [(hit, bodies.get((hit.kind, hit.source_id), "")) for hit in found[:TEXTS_SHOWN]]
    shown = [(hit, body) for hit, body in said if body and body.strip() != case.title.strip()]
    return Card(
        case_id=case.pk,
        code=case.code,
        title=whole(case.title, terms),
        place=case.place,
        state=CaseState(case.state),
        kind=CaseKind(case.kind),
        urgent=case.urgency == Urgency.URGENT.value,
        confidential=case.confidential,
        official=official.name if official else "",
        office=official.office.name if official else "",
        opened_at=case.opened_at,
        quoted=tuple(Quoted(hit.kind, hit.at, snippet(body, terms)) for hit, body in shown),
        others=max(0, len(found) - TEXTS_SHOWN),
    )


def _bodies(known: dict[int, Case], shown: Iterable[Hit]) -> dict[tuple[Said, int], str]:
    """The words themselves, as they stand now, by where they stand: one query for each kind."""
    wanted: dict[Said, list[int]] = {}
    for hit in shown:
        wanted.setdefault(hit.kind, []).append(hit.source_id)
    found = {(Said.CASE, pk): case.body for pk, case in known.items()}
    for kind, ids in wanted.items():
        if kind in _READ:
            model, column = _READ[kind]
            rows = model._default_manager.filter(pk__in=ids).values_list("pk", column)
            found |= {(kind, pk): words for pk, words in rows}
    return found


_READ: dict[Said, tuple[type[Model], str]] = {
    Said.TEXT: (Text, "body"),
    Said.ADDED: (Addition, "body"),
    Said.CALL: (WrapUp, "note"),
    Said.REPLY: (Reply, "done"),
    Said.NOTE: (Note, "body"),
}
