"""What people on our side see of rectifications: the list with due times, and one of them as its reader may see it.

Citizens are shown to who asks them alone, each by the case he sees anyway; the owner reads what they said, not who.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Count, Q, QuerySet

from minhu.cases.authority import of_seen, seen
from minhu.cases.models import Case
from minhu.cases.rows import shown
from minhu.directory.naming import full_title
from minhu.insight import issues, reporters
from minhu.insight.issues import shown_title
from minhu.insight.models import HotIssue, Recheck, Rectification, RectifyStep, Sample
from minhu.insight.rechecking import evidence_of
from minhu.insight.rectify_rights import kept_from, may_begin, may_do, same_issues, visible
from minhu.intake.scope import NotYours
from minhu.rules.access import Viewer
from minhu.rules.rectifying import RectifyAct, RectifyState, Verdict
from minhu.rules.words import Stage

_MOST_ROWS = 200
_MOST_OFFERED = 20


@dataclass(frozen=True, slots=True)
class RectifyRow:
    """A rectification in a list. due_at: of what its step waits for. reporters: who were promised it."""

    id: int
    title: str
    owner: str
    office: str
    state: RectifyState
    due_at: datetime | None
    reporters: int
    times: int
    his: bool


@dataclass(frozen=True, slots=True)
class Offered:
    """An issue that nobody puts right yet."""

    id: int
    title: str
    reporters: int
    last_at: datetime


@dataclass(frozen=True, slots=True)
class StepRow:
    state: RectifyState
    words: str
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class MeasureRow:
    id: int
    what: str
    who: str
    due_on: date
    done: str
    done_at: datetime | None

    @property
    def form(self) -> str:
        """Name of the form in which it is written up."""
        return f"measure-{self.id}"


@dataclass(frozen=True, slots=True)
class RecheckRow:
    """One who is asked. who: masked. spoken: a conversation since the draw, or (written) what he wrote since.

    solved None: he has not answered.
    """

    id: int
    rank: int
    case_id: int
    code: str
    who: str
    attempts: int
    unreachable: bool
    asked: bool
    spoken: datetime | None
    written: str
    solved: bool | None
    words: str

    @property
    def form(self) -> str:
        """Name of the form in which he is written up."""
        return f"recheck-{self.id}"


@dataclass(frozen=True, slots=True)
class SampleRow:
    """commitment, seed: for who recomputes the draw; seed "" until it is judged."""

    nth: int
    reporters: int
    size: int
    reached: int
    solved: int
    drawn_at: datetime | None
    verdict: Verdict | None
    commitment: str
    seed: str


@dataclass(frozen=True, slots=True)
class ToCall:
    """A reporter who is to be told by telephone that it is done."""

    promise_id: int
    case_id: int
    code: str
    who: str


@dataclass(frozen=True, slots=True)
class RectifyPage:
    """told, kept: how many reporters were told that it is done, and how many of them it has reached. issue_id: its hot
    issue, None where the viewer may not see that.
    """

    row: RectifyRow
    issue_id: int | None
    acts: frozenset[RectifyAct]
    promised_until: datetime | None
    begun_at: datetime
    steps: tuple[StepRow, ...]
    measures: tuple[MeasureRow, ...]
    samples: tuple[SampleRow, ...]
    rechecks: tuple[RecheckRow, ...]
    to_call: tuple[ToCall, ...]
    told: int
    kept: int
    title: str
    words: str
    published_at: datetime | None


def overview(viewer: Viewer) -> tuple[RectifyRow, ...]:
    """Those the viewer may know of, what is due first; what is published last."""
    rows = [_row(one, viewer) for one in _listed(visible(viewer))[:_MOST_ROWS]]
    waiting = sorted((row for row in rows if row.due_at is not None), key=lambda row: (row.due_at, row.id))
    return (*waiting, *(row for row in rows if row.due_at is None))


def offered(viewer: Viewer) -> tuple[Offered, ...]:
    """Issues that are hot or becoming so and that the viewer may have put right, the hottest first."""
    if not may_begin(viewer):
        return ()
    rising = [Stage.HOT.value, Stage.EMERGING.value, Stage.COOLING.value]
    found = _issues(viewer).filter(stage__in=rising).order_by("-heat", "pk")
    return tuple(Offered(one.pk, shown_title(one), one.reporters, one.last_at) for one in found[:_MOST_OFFERED])


def issue_to_begin(viewer: Viewer, issue_id: int) -> Offered:
    """The issue for which one is to be begun. Raises: NotYours."""
    one = _issues(viewer).filter(pk=issue_id).first() if may_begin(viewer) else None
    if one is None:
        raise NotYours
    return Offered(one.pk, shown_title(one), one.reporters, one.last_at)


def rectification_of(viewer: Viewer, issue_id: int) -> RectifyRow | None:
    """What stands on the page of an issue, for who may know of it; that of one that was merged into it too."""
    issue = HotIssue.objects.filter(city_id=viewer.city_id, pk=issue_id).first()
    one = _listed(visible(viewer).filter(issue__in=same_issues(issue))).first() if issue is not None else None
    return _row(one, viewer) if one is not None else None


def may_be_begun(viewer: Viewer, issue_id: int) -> bool:
    """Whether the viewer may have an issue put right that nobody puts right yet."""
    return may_begin(viewer) and _issues(viewer).filter(pk=issue_id).exists()


def rectify_page(viewer: Viewer, rectification_id: int) -> RectifyPage:
    """Raises: NotYours."""
    one = _listed(visible(viewer).filter(pk=rectification_id)).first()
    if one is None:
        raise NotYours
    acts = may_do(viewer, one)
    counts = one.reporters.aggregate(
        told=Count("pk", filter=Q(done_at__isnull=False)), kept=Count("pk", filter=Q(promise__kept_at__isnull=False))
    )
    steps = one.steps.select_related("by").order_by("at", "pk")
    return RectifyPage(
        row=_row(one, viewer),
        issue_id=issues.visible(viewer).filter(pk__in=same_issues(one.issue)).values_list("pk", flat=True).first(),
        acts=acts,
        promised_until=one.due_at,
        begun_at=one.begun_at,
        steps=tuple(StepRow(RectifyState(s.state), s.words, str(s.by) if s.by else "", s.at) for s in steps),
        measures=tuple(
            MeasureRow(m.pk, m.what, m.who, m.due_on, m.done, m.done_at) for m in one.measures.order_by("due_on", "pk")
        ),
        samples=tuple(_sample(s) for s in one.samples.order_by("-nth")),
        rechecks=_rechecks(viewer, one) if RectifyAct.RECHECK in acts else (),
        to_call=_to_call(viewer, one),
        told=counts["told"],
        kept=counts["kept"],
        title=one.title,
        words=one.words,
        published_at=one.published_at,
    )


def page_of_step(viewer: Viewer, step_id: int) -> int:
    """The rectification that a notice is about. Raises: NotYours."""
    step = RectifyStep.objects.filter(pk=step_id, rectification__in=visible(viewer)).first()
    if step is None:
        raise NotYours
    return step.rectification_id


def _issues(viewer: Viewer) -> QuerySet[HotIssue]:
    here = HotIssue.objects.filter(city_id=viewer.city_id, merged_into=None, rectification=None)
    free = here.exclude(merged__rectification__isnull=False)
    return free.exclude(pk__in=kept_from(viewer).values("pk")).select_related("titled_by")


def _listed(rows: QuerySet[Rectification]) -> QuerySet[Rectification]:
    counted = rows.select_related("issue__titled_by", "owner", "office").annotate(promised=Count("reporters"))
    return counted.prefetch_related("steps").order_by("pk")


def _row(one: Rectification, viewer: Viewer) -> RectifyRow:
    step = next(step for step in one.steps.all() if step.ended_at is None)
    return RectifyRow(
        id=one.pk,
        title=shown_title(one.issue),
        owner=f"{full_title(one.office.name, one.office.kind, one.owner.title)} {one.owner.name}",
        office=one.office.name,
        state=RectifyState(one.state),
        due_at=step.due_at,
        reporters=getattr(one, "promised", 0),
        times=one.times,
        his=viewer.official_id is not None and viewer.official_id == one.owner_id,
    )


def _sample(one: Sample) -> SampleRow:
    answers = list(one.rechecks.exclude(solved=None).values_list("solved", flat=True))
    return SampleRow(
        one.nth, one.reporters, one.size, len(answers), sum(bool(solved) for solved in answers), one.drawn_at,
        Verdict(one.verdict) if one.verdict else None, one.commitment, one.seed,
    )  # fmt: skip


def _rechecks(viewer: Viewer, one: Rectification) -> tuple[RecheckRow, ...]:
    """Of the sample under way, those whose cases the viewer sees."""
    rows = Recheck.objects.filter(sample__rectification=one, sample__judged_at=None)
    rows = rows.filter(of_seen(viewer, "reporter__case"))
    joins = ("sample__rectification", "reporter__case__citizen", "asked")
    return tuple(_recheck(row) for row in rows.select_related(*joins).order_by("rank"))


def _recheck(one: Recheck) -> RecheckRow:
    case = one.reporter.case
    found = evidence_of(one, case) if one.solved is None else None
    return RecheckRow(
        id=one.pk,
        rank=one.rank,
        case_id=case.pk,
        code=case.code,
        who=shown(case.citizen),
        attempts=case.attempts.filter(at__gte=one.sample.drawn_at).count(),
        unreachable=one.unreachable_at is not None,
        asked=one.asked_id is not None,
        spoken=found.call.received_at if found and found.call else None,
        written=found.text.body if found and found.text else "",
        solved=one.solved,
        words=one.words,
    )


def _to_call(viewer: Viewer, one: Rectification) -> tuple[ToCall, ...]:
    waiting = reporters.to_call(one)
    visible_cases = set(
        Case.objects.filter(seen(viewer), pk__in=[each.case_id for each in waiting]).values_list("pk", flat=True)
    )
    return tuple(
        ToCall(each.promise_id, each.case_id, each.case.code, shown(each.case.citizen))
        for each in waiting
        if each.case_id in visible_cases
    )
