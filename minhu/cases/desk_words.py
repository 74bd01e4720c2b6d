"""What staff keep for their own desk: named views of the queue, and the phrases of their offices.

Refusal
├── NameIt               a view or phrase needs a name, and something in it
├── NamedAlready         there is one of this name
├── TooMany              nobody finds his way in more
└── UnknownPlaceholder   a phrase has braces that nothing is put into
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from minhu.audit import trail
from minhu.cases.models import Phrase, SavedFilter
from minhu.directory.models import Office
from minhu.intake.scope import NotYours
from minhu.rules.access import Viewer
from minhu.rules.errors import Refusal
from minhu.rules.plain import storable
from minhu.rules.words import Role

LONGEST_NAME = 20
LONGEST_BODY = 500
MOST_FILTERS = 20
MOST_PHRASES = 50
PLACEHOLDERS = ("who", "official", "title", "office", "place", "due", "code")
"""What may stand in braces; filled in from the case when the phrase is put into a reply."""

_BRACES = re.compile(r"\{([^{}]*)\}")


class NameIt(Refusal):
    code = "name_it"
    words = "请写名称和内容。"


class NamedAlready(Refusal):
    code = "named_already"
    words = "已经有同名的，请换一个名称。"


class TooMany(Refusal):
    code = "too_many"
    words = "已经存满了，请先删掉不用的。"


class UnknownPlaceholder(Refusal):
    code = "unknown_placeholder"
    words = "花括号里的词不认识，请从页面列出的里面选。"


@dataclass(frozen=True, slots=True)
class PhraseRow:
    id: int
    label: str
    body: str
    office: str


def filters(by: Viewer) -> list[SavedFilter]:
    """What the viewer named, in order of name."""
    return list(_own(by).order_by("name")[:MOST_FILTERS])


@transaction.atomic
def save_filter(name: str, query: str, *, by: Viewer) -> SavedFilter:
    """Name a view of the queue; the same name again changes it. Raises: NotYours, NameIt, TooMany."""
    name, query = storable(name.strip(), LONGEST_NAME), storable(query, 300)
    if by.account_id is None or not by.has(Role.STAFF):
        raise NotYours
    if not name or not query:
        raise NameIt("请先选好条件，再写个名称。")
    if not _own(by).filter(name=name).exists() and _own(by).count() >= MOST_FILTERS:
        raise TooMany
    return SavedFilter.objects.update_or_create(account_id=by.account_id, name=name, defaults={"query": query})[0]


def forget_filter(filter_id: int, *, by: Viewer) -> None:
    """Raises: NotYours."""
    if not _own(by).filter(pk=filter_id).delete()[0]:
        raise NotYours


def phrases(by: Viewer) -> tuple[PhraseRow, ...]:
    """Those of the offices whose staff the viewer is, by name."""
    found = Phrase.objects.filter(office__in=_offices(by)).select_related("office").order_by("label", "id")
    return tuple(PhraseRow(one.pk, one.label, one.body, one.office.name) for one in found[:MOST_PHRASES])


def offices_of_phrases(by: Viewer) -> tuple[tuple[int, str], ...]:
    """The offices for which the viewer may write phrases."""
    return tuple(Office.objects.filter(pk__in=_offices(by)).order_by("id").values_list("id", "name"))


@transaction.atomic
def write_phrase(office_id: int, label: str, body: str, *, by: Viewer) -> Phrase:
    """A phrase for the staff of an office. Raises: NotYours, NameIt, UnknownPlaceholder, TooMany, NamedAlready."""
    label, body = storable(label.strip(), LONGEST_NAME), storable(body.strip(), LONGEST_BODY)
    if office_id not in _offices(by):
        raise NotYours
    if not label or not body:
        raise NameIt
    check(body)
    if Phrase.objects.filter(office=office_id).count() >= MOST_PHRASES:
        raise TooMany
    try:
        with transaction.atomic():
            phrase = Phrase.objects.create(office_id=office_id, label=label, body=body)
    except IntegrityError:
        raise NamedAlready from None
    trail.record(by, "write_phrase", phrase, label=label)
    return phrase


@transaction.atomic
def drop_phrase(phrase_id: int, *, by: Viewer) -> None:
    """Raises: NotYours."""
    phrase = Phrase.objects.select_for_update().filter(pk=phrase_id, office__in=_offices(by)).first()
    if phrase is None:
        raise NotYours
    trail.record(by, "drop_phrase", phrase, label=phrase.label)
    phrase.delete()


def check(body: str) -> None:
    """Every brace holds a word that is known. Raises: UnknownPlaceholder, naming the first that does not."""
    for inside in _BRACES.findall(body):
        if inside not in PLACEHOLDERS:
            raise UnknownPlaceholder(
                f"不认识 {{{inside}}}；能用的是：{'、'.join(f'{{{one}}}' for one in PLACEHOLDERS)}。"
            )
    if set("{}") & set(_BRACES.sub("", body)):
        raise UnknownPlaceholder("花括号要成对，里面写页面列出的词。")


def _own(by: Viewer) -> QuerySet[SavedFilter]:
    return SavedFilter.objects.filter(account=by.account_id or 0)


def _offices(by: Viewer) -> frozenset[int]:
    return frozenset(one.office_id for one in by.grants if one.role is Role.STAFF and one.office_id is not None)
