"""A matter as the public form brings it, and whether it may be kept.

Refusal
├── NothingSaid       an empty matter
├── TooLong           more than anybody would read
├── NoSuchLine        not a published line
├── NoSuchAccused     a complaint about an office or official that this city does not have
└── TooWide           (rules.conflicts) about the whole city
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from minhu.directory.models import Office, Official
from minhu.rules import numbers
from minhu.rules.clock import legal_day
from minhu.rules.conflicts import TooWide
from minhu.rules.errors import Refusal
from minhu.rules.plain import storable
from minhu.rules.texts import MAX_BODY
from minhu.rules.words import CaseKind

_PUBLISHED = (
    "SELECT id FROM directory_line WHERE city_id = %s AND withdrawn_at IS NULL "
    "AND published_from <= %s AND (published_until IS NULL OR published_until >= %s) AND id IN ({})"
)


class NothingSaid(Refusal):
    code = "nothing_said"
    words = "请写明您要反映的事项。"


class TooLong(Refusal):
    code = "too_long"
    words = f"内容太长，请控制在{MAX_BODY}字以内。"


class NoSuchLine(Refusal):
    code = "no_such_line"
    words = "没有这个公布号码，请重新选择。"


class NoSuchAccused(Refusal):
    code = "no_such_accused"
    words = "没有找到被反映的单位或领导干部，请重新选择。"


@dataclass(frozen=True, slots=True)
class WebForm:
    """A matter as the public form brings it. key: made with the form, the same when it is sent again.

    number, name: as typed; both may be empty. line_id: None when the citizen does not know whom to write to.
    about_office_id, about_official_id: whom a complaint is about, when it is about somebody; it never reaches them.
    """

    key: str
    body: str
    kind: CaseKind
    line_id: int | None = None
    number: str = ""
    name: str = ""
    place: str = ""
    confidential: bool = False
    about_office_id: int | None = None
    about_official_id: int | None = None

    @property
    def stored_key(self) -> str:
        """The key as it is kept, by which the form is known again."""
        return storable(self.key, 64)


@dataclass(frozen=True, slots=True)
class Received:
    """What the citizen is told: the code to follow the matter by, and by when somebody will be in touch."""

    code: str
    due_at: datetime


@dataclass(frozen=True, slots=True)
class Checked:
    """A form whose words may be kept. number: normalised, "" for none."""

    form: WebForm
    body: str
    number: str


def checked(form: WebForm) -> Checked:
    """Raises: NothingSaid, TooLong, NotANumber."""
    body = storable(form.body.strip())
    if not body:
        raise NothingSaid
    if len(body) > MAX_BODY:
        raise TooLong
    return Checked(form, body, numbers.normalise(form.number) if form.number.strip() else "")


@dataclass(frozen=True, slots=True)
class Named:
    """Of the ids that forms name, those there are in the city. lines: to which the public may write on that day."""

    city_id: int
    lines: frozenset[int] = frozenset()
    offices: frozenset[int] = frozenset()
    officials: frozenset[int] = frozenset()

    def refusal_of(self, form: WebForm) -> Refusal | None:
        """Why a form that names something else is not kept; None when it may be."""
        if form.line_id is not None and form.line_id not in self.lines:
            return NoSuchLine()
        if form.about_office_id == self.city_id:
            return TooWide()
        if form.about_office_id is not None and form.about_office_id not in self.offices:
            return NoSuchAccused()
        if form.about_official_id is not None and form.about_official_id not in self.officials:
            return NoSuchAccused()
        return None


def named(forms: Collection[WebForm], city_id: int, at: datetime) -> Named:
    """One question a kind for all of them; none where nothing of the kind is named."""
    lines = {form.line_id for form in forms if form.line_id is not None}
    offices = {form.about_office_id for form in forms if form.about_office_id is not None}
    officials = {form.about_official_id for form in forms if form.about_official_id is not None}
    return Named(
        city_id,
        frozenset(_published(lines, city_id, at)) if lines else frozenset(),
        frozenset(_ids(Office, offices, city_id)) if offices else frozenset(),
        frozenset(_ids(Official, officials, city_id)) if officials else frozenset(),
    )


def _published(line_ids: Collection[int], city_id: int, at: datetime) -> list[int]:
    day = str(legal_day(at))
    with connection.cursor() as cursor:
        cursor.execute(_PUBLISHED.format(", ".join(["%s"] * len(line_ids))), [city_id, day, day, *line_ids])
        return [int(row[0]) for row in cursor.fetchall()]


def _ids(model: type[Office | Official], ids: Collection[int], city_id: int) -> list[int]:
    return list(model.objects.filter(pk__in=ids, city_id=city_id).values_list("pk", flat=True))
