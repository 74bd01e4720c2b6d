"""The re-check (回访核验): a drawn sample of those who reported it say whether it is put right.

    commit_sample(one)           before the work begins: a seed that nobody knows, and its hash
    draw_sample(one)             the owner says it is done: who is asked follows from the seed
    call(recheck_id)             click-to-call: our telephone, then his
    ask(recheck_id)              by text instead
    answer(recheck_id, …)        what he said, on a call through Minhu or in a text of his since the draw
    sweep(at)                    who cannot be reached is replaced by the next in the draw

When enough of them have answered the sample is judged by itself: verified, or failed with what they said.

Refusal
├── NotYours           (intake.scope) not his, or it does not exist: one answer
├── NoNumber, NoPhone, QuietNow    (intake.ordering, rules.callbacks)
├── SpeakFirst         (cases.telling) he cannot be texted
└── those of rules.rectifying
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from minhu.audit import privacy, trail
from minhu.cases import ledger
from minhu.cases.authority import seen
from minhu.cases.models import Case
from minhu.cases.opening import tell
from minhu.cases.telling import SpeakFirst
from minhu.insight.models import Recheck, Rectification, Reporter, Sample
from minhu.insight.rectify_rights import locked, members_of
from minhu.insight.rectify_steps import move
from minhu.intake import outbox
from minhu.intake.models import Call, CallOrder, Text
from minhu.intake.ordering import place_order
from minhu.intake.scope import NotYours
from minhu.rules import access, callbacks
from minhu.rules import rectifying as rule
from minhu.rules.access import Viewer
from minhu.rules.plain import storable
from minhu.rules.rectifying import RectifyAct, RectifyState, Tally, Verdict, judged
from minhu.rules.words import Direction, PartyKind


@dataclass(frozen=True, slots=True)
class Evidence:
    """On what he said it: a conversation, or a text of his."""

    call: Call | None = None
    text: Text | None = None


def commit_sample(one: Rectification, *, at: datetime) -> Sample:
    """In the transaction in which the work begins."""
    seed = secrets.token_hex(rule.SEED_BYTES)
    return Sample.objects.create(
        rectification=one, nth=one.samples.count() + 1, commitment=rule.commitment(seed),
        seed_sealed=privacy.seal(seed), committed_at=at,
    )  # fmt: skip


def draw_sample(one: Rectification, *, at: datetime) -> Sample:
    """In the transaction in which the owner says that it is done. Raises: NobodyToAsk."""
    sample = one.samples.get(judged_at=None)
    drawn = _in_order(one, sample)
    if not drawn:
        raise rule.NobodyToAsk
    sample.drawn_at, sample.reporters, sample.size = at, len(drawn), rule.sample_size(len(drawn))
    sample.save(update_fields=["drawn_at", "reporters", "size"])
    Recheck.objects.bulk_create(
        Recheck(sample=sample, reporter=reporter, rank=rank)
        for rank, reporter in enumerate(drawn[: sample.size], start=1)
    )
    return sample


@transaction.atomic
def call(recheck_id: int, *, by: Viewer, key: str, at: datetime | None = None) -> CallOrder:
    """Have him rung: the viewer's own telephone first.

    Raises: NotYours, NotPossibleNow, AskedAlready, NoNumber, NoPhone, QuietNow.
    """
    at = at or timezone.now()
    one, case = _to_ask(recheck_id, by)
    if case.line is None:
        raise NotYours
    return place_order(case.line, case.citizen_id, by=by, key=key, promise_id=one.reporter.promise_id, at=at)


@transaction.atomic
def ask(recheck_id: int, *, by: Viewer, at: datetime | None = None) -> Text:
    """Ask him by text, once. Raises: NotYours, NotPossibleNow, SpeakFirst, AskedAlready."""
    at = at or timezone.now()
    one, case = _to_ask(recheck_id, by)
    if one.asked is not None:
        return one.asked
    if outbox.why_not(case.citizen, asked_for=False):
        raise SpeakFirst
    draft = outbox.Draft(template="rectify_ask", variables={"code": case.code}, code=case.code)
    one.asked = tell(case, case.citizen, draft, key=f"recheck:{one.pk}", at=at)
    one.save(update_fields=["asked"])
    trail.record(by, "ask_recheck", one, case=case.pk, text=one.asked.pk)
    return one.asked


@transaction.atomic
def answer(recheck_id: int, *, solved: bool, words: str, by: Viewer, at: datetime | None = None) -> Recheck:
    """What he said. words: needed where it is not solved; the owner reads them.

    Raises: NotYours, NotPossibleNow, NoEvidence, AskedAlready, SayIt.
    """
    at = at or timezone.now()
    one, case = _to_ask(recheck_id, by)
    found = evidence_of(one, case)
    if found is None:
        raise rule.NoEvidence
    words = storable(words.strip(), 500) if solved else rule.said(storable(words), 500)
    one.solved, one.words, one.call, one.text, one.by_id, one.at = (
        solved, words, found.call, found.text, by.account_id, at,
    )  # fmt: skip
    one.save()
    trail.record(by, "recheck", one, case=case.pk, solved=solved, call=one.call_id, text=one.text_id)
    _judge(one.sample, by=access.system(case.city_id), at=at)
    return one


def sweep(at: datetime) -> int:
    """Replace those who were called in vain, and judge what can be judged; returns how many were replaced."""
    found = Sample.objects.filter(judged_at=None, drawn_at__isnull=False).order_by("pk")
    return sum(_look_at(pk, at) for pk in found.values_list("pk", flat=True))


def evidence_of(one: Recheck, case: Case) -> Evidence | None:
    """The latest conversation with him since the draw, not the owner's own; else the latest text of his."""
    since = one.sample.drawn_at
    calls = Call.objects.filter(city_id=case.city_id, citizen=case.citizen_id, received_at__gte=since, recheck=None)
    owner = one.sample.rectification.owner_id
    calls = calls.exclude(answered_by_kind=PartyKind.OFFICIAL.value, answered_by_id=owner)
    spoken = next(filter(ledger.was_conversation, calls.order_by("-received_at")[:20]), None)
    if spoken is not None:
        return Evidence(call=spoken)
    texts = Text.objects.filter(
        thread__citizen=case.citizen_id, thread__line=case.line_id, direction=Direction.INBOUND.value, recheck=None
    )
    text = texts.filter(at__gte=one.asked.at if one.asked else since).order_by("-at").first()
    return Evidence(text=text) if text is not None else None


def _to_ask(recheck_id: int, by: Viewer) -> tuple[Recheck, Case]:
    """One of the sample who has not answered, and his case, under the lock of the rectification.

    Raises: NotYours, NotPossibleNow, AskedAlready.
    """
    joins = ("sample", "reporter__case__citizen", "reporter__case__line__official__office", "asked")
    found = Recheck.objects.select_related("sample").filter(pk=recheck_id).first()
    if found is None:
        raise NotYours
    rectification = locked(found.sample.rectification_id, by, RectifyAct.RECHECK)
    one = Recheck.objects.select_related(*joins).get(pk=recheck_id)
    case = one.reporter.case
    if one.sample.judged_at is not None or not Case.objects.filter(seen(by), pk=case.pk).exists():
        raise NotYours
    if one.at is not None:
        raise rule.AskedAlready
    one.sample.rectification = rectification
    return one, case


@transaction.atomic
def _look_at(pk: int, at: datetime) -> int:
    sample = Sample.objects.select_related("rectification").get(pk=pk)
    held = Rectification.objects.select_for_update(no_key=True, of=("self",)).select_related("issue")
    sample.rectification = held.get(pk=sample.rectification_id)
    sample.refresh_from_db(fields=["judged_at"])
    if sample.judged_at is not None or sample.rectification.state != RectifyState.CLAIMED:
        return 0
    waiting = sample.rechecks.filter(at=None, unreachable_at=None).select_related("reporter__case").order_by("rank")
    lost = [one for one in waiting if _is_lost(one, sample)]
    for one in lost:
        one.unreachable_at = at
        one.save(update_fields=["unreachable_at"])
    _replace(sample, len(lost))
    _judge(sample, by=access.system(sample.rectification.city_id), at=at)
    return len(lost)


def _is_lost(one: Recheck, sample: Sample) -> bool:
    """Called in vain as the rule says; or he may not be asked any more."""
    case = one.reporter.case
    if not members_of(sample.rectification.issue).filter(pk=case.pk).exists():
        return True
    since = case.attempts.filter(at__gte=sample.drawn_at).values_list("at", flat=True)
    return callbacks.is_unreachable(since)


def _replace(sample: Sample, count: int) -> None:
    """The next of the draw are asked too."""
    last = sample.rechecks.aggregate(last=Max("rank"))["last"] or 0
    others = _left_in_draw(sample)[:count]
    Recheck.objects.bulk_create(
        Recheck(sample=sample, reporter=reporter, rank=rank) for rank, reporter in enumerate(others, start=last + 1)
    )


def _left_in_draw(sample: Sample) -> list[Reporter]:
    asked = set(sample.rechecks.values_list("reporter__case__citizen", flat=True))
    return [one for one in _in_order(sample.rectification, sample) if one.case.citizen_id not in asked]


def _in_order(one: Rectification, sample: Sample) -> list[Reporter]:
    """Everybody who can be asked, each citizen once, in the order of the draw."""
    can = one.reporters.filter(case__in=members_of(one.issue), case__line__isnull=False)
    can = can.filter(case__citizen__number_sealed__isnull=False).select_related("case").order_by("case__opened_at")
    by_citizen = {reporter.case.citizen_id: reporter for reporter in can}  # the latest of each
    by_code = {reporter.case.code: reporter for reporter in by_citizen.values()}
    before = Recheck.objects.filter(sample__rectification=one, sample__nth=sample.nth - 1, solved=False)
    again = set(before.values_list("reporter__case__citizen", flat=True))
    first = [code for code, reporter in by_code.items() if reporter.case.citizen_id in again]
    seed = privacy.unseal(sample.seed_sealed)
    return [by_code[code] for code in rule.order(seed, by_code, first=first)]


def _judge(sample: Sample, *, by: Viewer, at: datetime) -> None:
    rows = list(sample.rechecks.values_list("solved", "words", "unreachable_at"))
    answers = [solved for solved, _words, _lost in rows if solved is not None]
    waiting = sum(solved is None and lost is None for solved, _words, lost in rows)
    tally = Tally(sample.size, len(answers), sum(answers), waiting)
    verdict = judged(tally)
    if verdict is None:
        return
    sample.verdict, sample.judged_at, sample.seed = verdict.value, at, privacy.unseal(sample.seed_sealed)
    sample.save(update_fields=["verdict", "judged_at", "seed"])
    one = sample.rectification
    said = f"{tally.solved}/{tally.reached}"
    if verdict is Verdict.PASSED:
        one.verified_at = at
        move(one, RectifyAct.VERIFY, by=by, at=at, words=said)
    else:
        reasons = [words for solved, words, _lost in rows if solved is False]
        move(one, RectifyAct.FAIL, by=by, at=at, words=_reasons(said, reasons))


def _reasons(said: str, words: Iterable[str]) -> str:
    return "；".join((said, *words))[:1000]
