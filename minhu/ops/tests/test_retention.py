"""What citizens told goes when its time is over, and nothing goes before."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.core.files.storage import storages
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction

from minhu.audit.models import Erasure, TrailEntry
from minhu.cases import by_code, holding
from minhu.cases.models import Addition, Attachment, Case, ErasureRound, Note
from minhu.cases.tests.world import LATER, SECRET, World, world
from minhu.intake import seal
from minhu.intake.models import Citizen, RawText, Recording, Text
from minhu.intake.scope import NotYours
from minhu.ops import retention
from minhu.ops.findings import Grade
from minhu.ops.retention_checks import retention as checked
from minhu.rules.keeping import ERASED
from minhu.supervision import complaining
from tests import make

pytestmark = pytest.mark.django_db

LONG_AFTER = LATER + timedelta(days=800)


def _over() -> World:
    """A matter that the citizen withdrew an hour after it came."""
    made = world()
    by_code.withdraw_by_code(made.case.code, "1.2.3.4", at=LATER)
    Addition.objects.create(case=made.case, key="one", body=SECRET, at=LATER)
    return made


def _anything_said(made: World) -> list[str]:
    """Where the citizen's words still stand, in any table that holds them."""
    rows: dict[str, bool] = {
        "case": Case.objects.filter(pk=made.case.pk, body__contains=SECRET).exists(),
        "title": Case.objects.filter(pk=made.case.pk, title__contains=SECRET).exists(),
        "text": Text.objects.filter(body__contains=SECRET).exists(),
        "raw": RawText.objects.filter(body__contains=SECRET).exists(),
        "note": Note.objects.filter(body__contains=SECRET).exists(),
        "addition": Addition.objects.filter(body__contains=SECRET).exists(),
        "photo": Attachment.objects.filter(name__contains=SECRET[:4]).exists(),
        "recording": storages["recordings"].exists(made.recording.file),
        "file": storages["attachments"].exists(made.attachment.file),
    }
    return [name for name, there in rows.items() if there]


def test_when_its_time_is_over_words_photos_sound_and_number_go_and_that_they_were_there_stays() -> None:
    made = _over()
    before = _anything_said(made)

    retention.sweep(made.line.city_id, at=LONG_AFTER)
    retention.sweep(made.line.city_id, at=LONG_AFTER)

    case = Case.objects.get(pk=made.case.pk)
    citizen = Citizen.objects.get(pk=case.citizen_id)
    assert {"case", "text", "note", "addition", "photo", "recording", "file"} <= set(before)
    assert _anything_said(made) == []
    assert (case.title, case.erased_at, case.state) == (ERASED, LONG_AFTER, "withdrawn")
    assert (citizen.number_sealed, citizen.number_key, citizen.masked) == (None, None, "")
    assert Recording.objects.get(pk=made.recording.pk).seconds == made.recording.seconds
    stone = Erasure.objects.get(subject="case", subject_id=str(case.pk))
    assert (stone.why, stone.at) == ("period_over", LONG_AFTER)
    assert TrailEntry.objects.filter(act="erase", subject="case", subject_id=str(case.pk)).count() == 1


def test_sound_goes_before_the_words_do() -> None:
    made = _over()

    retention.sweep(made.line.city_id, at=LATER + timedelta(days=200))

    assert not storages["recordings"].exists(made.recording.file)
    assert Case.objects.get(pk=made.case.pk).body.startswith(SECRET)


def _held() -> World:
    made = _over()
    supervisor = made.viewers["supervisor of the city"]
    holding.hold(made.case.code, by=supervisor, reason="信访复查", at=LATER)
    return made


def _complained() -> World:
    made = _over()
    complaining.take_in(LATER)
    return made


@pytest.mark.parametrize("kept", [world, _held, _complained], ids=["open", "held", "complained of"])
def test_what_is_open_held_or_complained_of_stays(kept: Callable[[], World]) -> None:
    made = kept()

    retention.sweep(made.line.city_id, at=LONG_AFTER)

    assert {"case", "text", "recording", "file"} <= set(_anything_said(made))


def test_what_is_let_go_goes() -> None:
    made = _over()
    supervisor = made.viewers["supervisor of the city"]
    holding.hold(made.case.code, by=supervisor, reason="信访复查", at=LATER)
    holding.release(made.case.code, by=supervisor, at=LONG_AFTER)

    retention.sweep(made.line.city_id, at=LONG_AFTER)

    assert _anything_said(made) == []


def test_only_supervision_holds_a_matter_back() -> None:
    made = _over()

    with pytest.raises(NotYours):
        holding.hold(made.case.code, by=made.viewers["staff of the city"], reason="留着")


def test_the_database_itself_refuses_words_lost_without_a_tombstone_and_tombstones_before_the_time() -> None:
    made = world()
    city = made.line.city_id

    with pytest.raises(IntegrityError), transaction.atomic():
        Note.objects.filter(case=made.case).update(body=ERASED)
    with pytest.raises(IntegrityError), transaction.atomic():
        Text.objects.filter(pk=made.text.pk).update(body=ERASED)
    with pytest.raises(IntegrityError), transaction.atomic():
        Erasure.objects.create(city_id=city, subject="case", subject_id=str(made.case.pk), why="x", at=LATER)
    Erasure.objects.create(city_id=city, subject="text", subject_id=str(made.text.pk), why="x", at=LATER)
    with pytest.raises(IntegrityError), transaction.atomic():
        Text.objects.filter(pk=made.text.pk).update(body="别的话")
    with pytest.raises(IntegrityError), transaction.atomic():
        Erasure.objects.filter(subject="text").delete()


def test_the_seal_over_the_journal_can_still_be_computed() -> None:
    made = _over()
    seal.seal_journal(made.line.city_id)
    seal.seal_journal(made.line.city_id)
    retention.sweep(made.line.city_id, at=LONG_AFTER)

    found = seal.verify_journal(made.line.city_id)

    assert found.sound
    assert found.entries == 2


def test_a_number_stays_while_something_of_its_owner_is_left() -> None:
    made = _over()
    make.call(made.line, made.case.citizen, at=LONG_AFTER - timedelta(days=10))

    retention.sweep(made.line.city_id, at=LONG_AFTER)

    assert Citizen.objects.get(pk=made.case.citizen_id).number_sealed is not None


def test_the_command_shows_what_would_go_and_erases_nothing() -> None:
    made = _over()
    Case.objects.filter(pk=made.case.pk).update(closed_at=LATER - timedelta(days=10_000))
    shown = io.StringIO()

    call_command("retention", stdout=shown)

    assert "1 cases, 1 recordings" in shown.getvalue()
    assert made.case.code in shown.getvalue()
    assert SECRET not in shown.getvalue()
    assert "case" in _anything_said(made)
    with pytest.raises(CommandError, match="hold CODE"):
        call_command("retention", "hold", "XXXX")


def test_the_doctor_says_when_it_was_last_looked_to() -> None:
    city = make.city()
    assert next(iter(checked())).grade is Grade.CARE

    ErasureRound.objects.create(city=city, at=LATER)
    assert next(iter(checked())).grade is Grade.ILL
