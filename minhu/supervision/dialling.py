"""Liveness: every published number is dialled once a quarter, and what is wrong with it is promised to be corrected.

record(line_id, health)      an inspector dialled it
seen_alive(check)            a check that the official answered counts
propose, approve             how it is corrected, and that a supervisor agrees
settle(at)                   corrections are kept by what the directory shows, never by a tick
"""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from minhu.audit import trail
from minhu.cases import noticing
from minhu.cases.noticing import News
from minhu.directory.models import Line
from minhu.directory.queries import published
from minhu.intake.scope import NotYours, scope_of
from minhu.rules import access, numbers
from minhu.rules.access import Viewer
from minhu.rules.calendar import china
from minhu.rules.clock import legal_day
from minhu.rules.cycles import cycle_of
from minhu.rules.liveness import TO_CORRECT, Health, NotProposed, NotWaiting, SayHow, correction_due
from minhu.rules.plain import storable
from minhu.rules.words import NoticeKind, PartyKind, Role
from minhu.supervision.models import Check, Correction, LivenessTest

DIALS = (Role.INSPECTOR,)
ANSWERS_FOR = (Role.UNIT, Role.STAFF)
"""Who says how a number of his office is corrected; the official himself may too."""
APPROVES = (Role.SUPERVISOR,)


@transaction.atomic
def record(line_id: int, health: Health, *, by: Viewer, note: str = "", at: datetime | None = None) -> LivenessTest:
    """A published number was dialled; a bad one becomes a promise to correct it. Raises: NotYours."""
    at = at or timezone.now()
    if by.account_id is None:
        raise NotYours
    line = _published_line(line_id, by, DIALS, at)
    made = LivenessTest.objects.create(
        city_id=line.city_id, line=line, cycle=cycle_of(legal_day(at)).name, health=health.value,
        note=storable(note.strip(), 300), at=at, by_id=by.account_id,
    )  # fmt: skip
    _follow_up(made, line, at)
    trail.record(by, "dial_line", made, made.note, line=line.pk, health=health.value)
    return made


def seen_alive(one: Check, *, at: datetime) -> None:
    """In the transaction that judges a check: whoever was spoken with in person has a number that lives."""
    answered = one.call is not None and one.call.answered_by_kind == PartyKind.OFFICIAL.value
    if answered and one.himself is not False:
        made = LivenessTest.objects.create(
            city_id=one.city_id, line_id=one.line_id, cycle=cycle_of(legal_day(at)).name, health=Health.ALIVE.value,
            at=at, check_of=one,
        )  # fmt: skip
        _keep_by_test(made, at)


@transaction.atomic
def propose(correction_id: int, how: str, *, by: Viewer, at: datetime | None = None) -> Correction:
    """The office that owes it says how, until it is approved. Raises: NotYours, NotWaiting, SayHow."""
    at = at or timezone.now()
    one = _correction(correction_id, by, ANSWERS_FOR)
    if one.approved_at is not None:
        raise NotWaiting
    one.proposed = storable(how.strip(), 300)
    if not one.proposed:
        raise SayHow
    one.proposed_by_id, one.proposed_at = by.account_id, at
    one.save(update_fields=["proposed", "proposed_by", "proposed_at"])
    trail.record(by, "propose_correction", one, one.proposed)
    return one


@transaction.atomic
def approve(correction_id: int, *, by: Viewer, at: datetime | None = None) -> Correction:
    """A supervisor agrees, who did not propose it himself. Raises: NotYours, NotWaiting, NotProposed."""
    at = at or timezone.now()
    one = _correction(correction_id, by, APPROVES)
    if one.approved_at is not None:
        raise NotWaiting
    if not one.proposed or one.proposed_by_id == by.account_id:
        raise NotProposed
    one.approved_by_id, one.approved_at = by.account_id, at
    one.save(update_fields=["approved_by", "approved_at"])
    trail.record(by, "approve_correction", one, one.proposed)
    return one


def settle(at: datetime) -> int:
    """Keep the corrections whose number was withdrawn after approval; returns how many."""
    approved = Correction.objects.filter(kept_at=None, approved_at__isnull=False, line__withdrawn_at__isnull=False)
    return sum(_keep_by_directory(pk, at) for pk in approved.values_list("pk", flat=True))


def mine(viewer: Viewer) -> Q:
    """Condition on corrections: those the viewer has something to do with."""
    return scope_of(viewer, (*ANSWERS_FOR, *APPROVES, *DIALS)).lines()


def owed_by(viewer: Viewer) -> QuerySet[Correction]:
    """What is still to be corrected of the viewer's offices, and of his own numbers."""
    return Correction.objects.filter(scope_of(viewer, (*ANSWERS_FOR, *APPROVES)).lines(), kept_at=None)


def _follow_up(made: LivenessTest, line: Line, at: datetime) -> None:
    if Health(made.health) not in TO_CORRECT:
        _keep_by_test(made, at)
    elif not Correction.objects.filter(line=line, kept_at=None).exists():
        owed = Correction.objects.create(
            city_id=line.city_id, found=made, line=line, office_id=line.official.office_id, made_at=at,
            due_at=correction_due(at, china()),
        )  # fmt: skip
        _tell(owed, line, at)


def _tell(owed: Correction, line: Line, at: datetime) -> None:
    """Whoever owes it learns of it: the official whose number it is, and those who answer for it at his office."""
    words = f"{line.official.name} {numbers.pretty(line.number)}"
    news = News(owed.city_id, NoticeKind.CORRECT, owed.pk, words, due_at=owed.due_at)
    noticing.tell(news, officials=[line.official_id], roles=ANSWERS_FOR, office_id=owed.office_id, at=at)


def _keep_by_test(made: LivenessTest, at: datetime) -> None:
    owed = Correction.objects.filter(line=made.line_id, kept_at=None, made_at__lte=made.at)
    for pk in owed.values_list("pk", flat=True):
        noticing.settled(NoticeKind.CORRECT, about_id=pk, at=at)
    owed.update(kept_at=at, kept_test=made)


@transaction.atomic
def _keep_by_directory(pk: int, at: datetime) -> int:
    one = Correction.objects.select_for_update(no_key=True, of=("self",)).select_related("line__official").get(pk=pk)
    if one.kept_at is not None or one.line.withdrawn_at is None:
        return 0
    others = Line.objects.filter(published(legal_day(at)), official=one.line.official_id).exclude(pk=one.line_id)
    instead = others.order_by("-published_from", "-pk").first()
    if instead is None and one.line.official.left_on is None:
        return 0  # he still holds the post, so the public is owed a number of his
    one.kept_line, one.kept_at = instead or one.line, at
    one.save(update_fields=["kept_line", "kept_at"])
    noticing.settled(NoticeKind.CORRECT, about_id=one.pk, at=at)
    trail.record(access.system(one.city_id), "keep_correction", one, line=one.kept_line_id)
    return 1


def _published_line(line_id: int, by: Viewer, roles: tuple[Role, ...], at: datetime) -> Line:
    lines = Line.objects.filter(published(legal_day(at)), pk=line_id, city_id=by.city_id)
    line = lines.select_related("official__office").first()
    if line is None or not by.has(*roles) or not scope_of(_without_post(by), roles).covers(line, line.city_id):
        raise NotYours
    return line


def _correction(pk: int, by: Viewer, roles: tuple[Role, ...]) -> Correction:
    found = Correction.objects.select_for_update(no_key=True, of=("self",)).select_related("line__official")
    one = found.filter(pk=pk).first()
    viewer = _without_post(by) if roles == APPROVES else by
    if one is None or by.account_id is None or not scope_of(viewer, roles).covers(one.line, one.city_id):
        raise NotYours
    if one.kept_at is not None:
        raise NotWaiting
    return one


def _without_post(viewer: Viewer) -> Viewer:
    """The viewer by his roles alone: his own line is not his to inspect or to approve."""
    return Viewer(viewer.account_id, viewer.name, viewer.city_id, viewer.grants)
