"""What citizens told goes when its time is over (到期删除): words, photos, sound, numbers; that they were there stays.

    due(city_id, …)              the matters whose words are due to go
    erase_case(case, …)          their words, photos and texts
    due_recordings(city_id, …)   recordings whose time is over, of matters and of none
    erase_recordings(rows, …)
    due_texts, erase_texts       texts of no matter
    due_numbers, erase_numbers   numbers of citizens of whom nothing is left

Each row that loses something gets a tombstone first (audit.Erasure), which its guard asks for, and a matter an entry in
the trail. Nothing open, owed, held back or complained of goes. Files are deleted last, before the commit: where the
process dies in between, the next round does it all again.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.core.files.storage import storages
from django.db import models, transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from minhu.audit import trail
from minhu.audit.models import Erasure
from minhu.cases.models import Addition, Attachment, Case, Hold, Note, Notice, Promise, Rating, Reply, WrapUp
from minhu.intake.models import Call, Citizen, NumberCheck, Peaks, RawText, Recording, Text, WebMessage
from minhu.intake.seal import text_digest
from minhu.rules import access
from minhu.rules.keeping import ERASED, Periods, ended_before
from minhu.rules.words import CaseState

OVER = [CaseState.CLOSED.value, CaseState.WITHDRAWN.value]
WHY = "period_over"


def due(city_id: int, periods: Periods, *, at: datetime, kept: QuerySet[Case]) -> QuerySet[Case]:
    """The oldest first. kept: what another part must keep, such as what was complained of."""
    found = _over(city_id, ended_before(periods.words, at=at)).filter(erased_at=None)
    return found.exclude(pk__in=kept.values("pk")).order_by("closed_at", "id")


def _over(city_id: int, before: datetime) -> QuerySet[Case]:
    """Matters that ended before that, and of which nothing is owed or held back."""
    owed = Promise.objects.filter(case=OuterRef("pk"), kept_at=None, released_at=None)
    held = Hold.objects.filter(case=OuterRef("pk"), released_at=None)
    over = Case.objects.filter(city_id=city_id, state__in=OVER, closed_at__lt=before)
    return over.filter(~Exists(owed), ~Exists(held))


@transaction.atomic
def erase_case(case: Case, *, at: datetime) -> None:
    """The matter's words go, with its recordings, photos and texts."""
    case = Case.objects.select_for_update(of=("self",)).select_related("citizen").get(pk=case.pk)
    bury("case", [case.pk], case.city_id, at=at)
    texts = _texts_of(case)
    erase_text_rows(texts, at=at)
    rows = len(texts) + _written(case, at)
    files = _attachments(case, at) + _recordings(list(_recordings_of(case)), at)
    Notice.objects.filter(case=case).exclude(words="").update(words="")
    case.title, case.body, case.place, case.erased_at = ERASED, "", "", at
    case.save(update_fields=["title", "body", "place", "erased_at"])
    trail.record(access.system(case.city_id), "erase", case, WHY, rows=rows, files=len(files), ended_at=case.closed_at)
    _delete(files)


def _texts_of(case: Case) -> list[Text]:
    his = Q(thread__citizen=case.citizen_id, code=case.code)
    return list(Text.objects.filter(his | Q(contact__case=case)).exclude(body=ERASED).order_by("id").distinct())


def _recordings_of(case: Case) -> QuerySet[Recording]:
    return Recording.objects.filter(call__contact__case=case).exclude(file="")


def _written(case: Case, at: datetime) -> int:
    """Words of the form, of additions, replies, notes, ratings and results."""
    forms = WebMessage.objects.filter(contact__case=case).exclude(body=ERASED)
    bury("webmessage", list(forms.values_list("code", flat=True)), case.city_id, at=at)
    NumberCheck.objects.filter(message__in=forms).delete()
    count = WebMessage.objects.filter(pk__in=list(forms.values_list("pk", flat=True))).update(
        name="", body=ERASED, place=""
    )
    of_calls = WrapUp.objects.filter(call__contact__case=case)
    for found, column in (
        (Addition.objects.filter(case=case), "body"), (Reply.objects.filter(case=case), "done"),
        (Note.objects.filter(case=case), "body"), (Rating.objects.filter(case=case), "words"), (of_calls, "note"),
    ):  # fmt: skip
        count += lose(found, {column: ERASED}, case.city_id, at=at)
    return count


def lose(rows: QuerySet[models.Model], empty: dict[str, object], city_id: int, *, at: datetime) -> int:
    """These columns of these rows are emptied, each row under a tombstone."""
    said = [pk for pk, *values in rows.values_list("pk", *empty) if any(values)]
    model = rows.model
    bury(str(model._meta.model_name), said, city_id, at=at)
    return model._base_manager.filter(pk__in=said).update(**empty)


def bury(subject: str, ids: Iterable[object], city_id: int, *, at: datetime) -> None:
    """Tombstones for these rows; one that has one keeps it."""
    Erasure.objects.bulk_create(
        [Erasure(city_id=city_id, subject=subject, subject_id=str(one), why=WHY, at=at) for one in ids],
        batch_size=500,
        ignore_conflicts=True,
    )


def _attachments(case: Case, at: datetime) -> list[tuple[str, str]]:
    found = list(Attachment.objects.filter(case=case).exclude(name=ERASED))
    bury("attachment", [one.pk for one in found], case.city_id, at=at)
    for one in found:
        Attachment.objects.filter(pk=one.pk).update(name=ERASED, file=f"erased-{one.pk}")
    return [("attachments", one.file) for one in found]


def due_recordings(city_id: int, periods: Periods, *, at: datetime, kept: QuerySet[Case]) -> QuerySet[Recording]:
    """Sound of matters that ended long enough ago, and of calls that no matter was made of."""
    over = _over(city_id, ended_before(periods.recordings, at=at)).exclude(pk__in=kept.values("pk"))
    loose = Q(call__contact=None, recorded_at__lt=ended_before(periods.loose, at=at))
    found = Recording.objects.filter(Q(call__contact__case__in=over.values("pk")) | loose, call__city_id=city_id)
    return found.exclude(file="").order_by("id")


@transaction.atomic
def erase_recordings(found: Sequence[Recording], city_id: int, *, at: datetime) -> int:
    """The sound goes; that there was some, how long and its hash stay."""
    files = _recordings(found, at)
    if found:
        trail.record(access.system(city_id), "erase", found[0], WHY, recordings=[one.pk for one in found])
    _delete(files)
    return len(found)


def _recordings(found: Sequence[Recording], at: datetime) -> list[tuple[str, str]]:
    if not found:
        return []
    city_id = Call.objects.values_list("city_id", flat=True).get(pk=found[0].call_id)
    bury("recording", [one.pk for one in found], city_id, at=at)
    Recording.objects.filter(pk__in=[one.pk for one in found]).update(file="")
    Peaks.objects.filter(recording__in=[one.pk for one in found]).delete()
    return [("recordings", one.file) for one in found]


def due_texts(city_id: int, periods: Periods, *, at: datetime) -> QuerySet[Text]:
    """Texts that no matter was made of: adverts, wrong numbers, one-time codes, receipts of matters long gone."""
    of_a_case = Case.objects.filter(code=OuterRef("code"))
    old = Text.objects.filter(city_id=city_id, contact=None, at__lt=ended_before(periods.loose, at=at))
    return old.filter(~Exists(of_a_case)).exclude(body=ERASED).order_by("id")


@transaction.atomic
def erase_texts(found: Sequence[Text], city_id: int, *, at: datetime) -> int:
    """As for a matter's own."""
    erase_text_rows(found, at=at)
    if found:
        trail.record(access.system(city_id), "erase", found[0], WHY, texts=len(found), upto=found[-1].pk)
    return len(found)


def erase_text_rows(texts: Sequence[Text], *, at: datetime) -> None:
    """The words, in both forms they came in. With the digest kept, the seal over the journal can still be computed."""
    Erasure.objects.bulk_create(
        [
            Erasure(
                city_id=one.city_id, subject="text", subject_id=str(one.pk), why=WHY, at=at, digest=text_digest(one)
            )
            for one in texts
        ],
        batch_size=500,
        ignore_conflicts=True,
    )
    ids = [one.pk for one in texts]
    Text.objects.filter(pk__in=ids).update(body=ERASED, variables={})
    RawText.objects.filter(text__in=ids).update(body="", sender_sealed=b"", sender_key=b"")


def due_numbers(city_id: int, periods: Periods, *, at: datetime) -> QuerySet[Citizen]:
    """Citizens of whom no matter is left, and who were not heard of since."""
    since = ended_before(periods.loose, at=at)
    known = Citizen.objects.filter(city_id=city_id, first_seen_at__lt=since).exclude(number_sealed=None, name="")
    left = Case.objects.filter(citizen=OuterRef("pk"), erased_at=None)
    calls = Call.objects.filter(city_id=city_id, citizen=OuterRef("pk"), received_at__gte=since)
    texts = Text.objects.filter(thread__citizen=OuterRef("pk")).exclude(body=ERASED)
    muted = Q(muted_until__gt=at)
    return known.filter(~Exists(left), ~Exists(calls), ~Exists(texts)).exclude(muted).order_by("id")


@transaction.atomic
def erase_numbers(found: Sequence[Citizen], city_id: int, *, at: datetime) -> int:
    """Whoever calls from it later is a new citizen."""
    bury("citizen", [one.pk for one in found], city_id, at=at)
    Citizen.objects.filter(pk__in=[one.pk for one in found]).update(
        number_sealed=None, number_key=None, masked="", name="", mute_reason=""
    )
    if found:
        trail.record(access.system(city_id), "erase", found[0], WHY, numbers=len(found))
    return len(found)


def _delete(files: Iterable[tuple[str, str]]) -> None:
    for storage, name in files:
        storages[storage].delete(name)
