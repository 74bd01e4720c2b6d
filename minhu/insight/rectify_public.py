"""What everybody may read of rectifications, and what a reporter reads of his on the page of his matter.

Words for the public are those a person published; an issue's own title is taken from somebody's text and stays inside.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from minhu.cases.tracking import case_id_of
from minhu.insight.models import Rectification, Reporter
from minhu.insight.reporters import CALLED_OFF
from minhu.rules.intervals import FEWEST
from minhu.rules.rectifying import DONE, RectifyState, Verdict

_MOST_ROWS = 200


@dataclass(frozen=True, slots=True)
class PublicRow:
    """A published rectification. reporters None: fewer than are ever published. again: it is being put right anew."""

    id: int
    title: str
    words: str
    office: str
    reporters: int | None
    begun_at: datetime
    due_at: datetime | None
    verified_at: datetime | None
    published_at: datetime
    asked: int
    reached: int
    solved: int
    commitment: str
    seed: str
    again: bool


@dataclass(frozen=True, slots=True)
class TrackedRectification:
    """As who reported it sees it. due_at: what he was told. why: it was called off. public_id: where all may read of
    it; None not yet.
    """

    state: RectifyState
    office: str
    promised_at: datetime
    due_at: datetime
    verified_at: datetime | None
    public_id: int | None
    why: str

    @property
    def done(self) -> bool:
        return self.state in DONE


def published(city_id: int) -> tuple[PublicRow, ...]:
    """The latest first."""
    found = Rectification.objects.filter(city_id=city_id, published_at__isnull=False).select_related("office")
    return tuple(_row(one) for one in found.order_by("-published_at", "-pk")[:_MOST_ROWS])


def public_page(city_id: int, rectification_id: int) -> PublicRow | None:
    """None where there is none, or it is not published."""
    found = Rectification.objects.filter(city_id=city_id, pk=rectification_id, published_at__isnull=False)
    one = found.select_related("office").first()
    return _row(one) if one is not None else None


def tracked(code: str) -> TrackedRectification | None:
    """For who holds the code, which the caller has looked up and counted."""
    case_id = case_id_of(code)
    his = Reporter.objects.filter(case=case_id or 0)
    still = his.filter(Q(promise__released_at=None) | Q(promise__released_reason=CALLED_OFF))
    one = still.select_related("rectification__office", "promise").order_by("-at").first()
    if one is None:
        return None
    it = one.rectification
    return TrackedRectification(
        state=RectifyState(it.state),
        office=it.office.name,
        promised_at=one.promise.made_at,
        due_at=one.promise.due_at,
        verified_at=it.verified_at,
        public_id=it.pk if it.published_at is not None else None,
        why=it.steps.get(ended_at=None).words if it.state == RectifyState.CALLED_OFF else "",
    )


def _row(one: Rectification) -> PublicRow:
    if one.published_at is None:
        raise ValueError("only what is published is for everybody")
    passed = one.samples.filter(verdict=Verdict.PASSED.value, judged_at__lte=one.published_at).order_by("-nth").first()
    answers = list(passed.rechecks.exclude(solved=None).values_list("solved", flat=True)) if passed else []
    citizens = one.reporters.values("case__citizen").distinct().count()
    return PublicRow(
        id=one.pk,
        title=one.title,
        words=one.words,
        office=one.office.name,
        reporters=citizens if citizens >= FEWEST else None,
        begun_at=one.begun_at,
        due_at=one.due_at,
        verified_at=passed.judged_at if passed else None,
        published_at=one.published_at,
        asked=passed.size if passed else 0,
        reached=len(answers),
        solved=sum(bool(solved) for solved in answers),
        commitment=passed.commitment if passed else "",
        seed=passed.seed if passed else "",
        again=one.state != RectifyState.PUBLISHED,
    )
