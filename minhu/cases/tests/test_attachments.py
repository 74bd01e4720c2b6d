"""Photos and documents: known by what they are, made anew, sealed, and seen by whoever may see the case."""

from __future__ import annotations

import hashlib
import io
from pathlib import Path

import pytest
from django.conf import settings
from django.db import DatabaseError, transaction
from PIL import Image

from minhu.audit.models import TrailEntry
from minhu.audit.privacy import PrivacyError
from minhu.cases import actions, queries
from minhu.cases.images import made_anew
from minhu.cases.models import Attachment, Case
from minhu.cases.tests.world import AT, LATER, photo
from minhu.directory.models import Line
from minhu.intake.scope import NotYours
from minhu.rules.access import Viewer
from minhu.rules.attachments import (
    MOST_PER_CASE,
    FileActive,
    FileBroken,
    FileKind,
    FileTooBig,
    NotAFileWeTake,
    TooManyFiles,
)
from minhu.rules.words import OfficeKind, Role
from tests import make

PDF = b"%PDF-1.7\n1 0 obj << /Type /Catalog >> endobj\n%%EOF\n"
GPS_INFO, ORIENTATION, GPS_LATITUDE = 0x8825, 0x0112, 2


@pytest.fixture
def line(db: None) -> Line:
    return make.line(make.official(make.office(make.city())))


@pytest.fixture
def him(line: Line) -> Viewer:
    return make.viewer(line.official.office, Role.OFFICIAL, official=line.official)


@pytest.fixture
def case(line: Line) -> Case:
    make.call(line, make.citizen(line.city))
    actions.take_in(at=AT)
    return Case.objects.get()


def with_location() -> bytes:
    """A photo as a telephone takes it: lying on its side, and saying where it was taken."""
    exif = Image.Exif()
    exif[ORIENTATION] = 6
    exif.get_ifd(GPS_INFO)[GPS_LATITUDE] = (31.0, 51.0, 12.345)
    return photo(size=(80, 40), exif=exif, comment=b"at home")


def attach(case: Case, content: bytes, by: Viewer, key: str = "k", name: str = "现场.jpg") -> Attachment:
    return actions.attach(case.pk, actions.Upload(key, name, content), by=by, at=LATER)


def test_a_photo_keeps_nothing_but_what_is_seen() -> None:
    before = with_location()
    with Image.open(io.BytesIO(before)) as taken:
        assert taken.getexif().get_ifd(GPS_INFO)

    kind, kept = made_anew(before + b"<?php something behind the end ?>")

    with Image.open(io.BytesIO(kept)) as image:
        assert (kind, image.format, image.size) == (FileKind.JPEG, "JPEG", (40, 80))  # turned upright
        assert dict(image.getexif()) == {}
        assert set(image.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}
    for trace in (b"at home", b"php", b"Exif", b"GPS"):
        assert trace not in kept


@pytest.mark.parametrize(
    ("form", "mode", "kind"),
    [
        ("PNG", "RGB", "JPEG"),
        ("PNG", "RGBA", "PNG"),
        ("WEBP", "RGB", "JPEG"),
        ("GIF", "P", "JPEG"),
        ("PNG", "L", "JPEG"),
    ],
)
def test_every_picture_is_made_anew(form: str, mode: str, kind: str) -> None:
    target = io.BytesIO()
    Image.new(mode, (9, 7)).save(target, form)
    _, kept = made_anew(target.getvalue())
    with Image.open(io.BytesIO(kept)) as image:
        assert (image.format, image.size) == (kind, (9, 7))


def test_a_big_picture_is_made_smaller_and_a_bomb_is_not_opened() -> None:
    _, kept = made_anew(photo(size=(4000, 1000)))
    with Image.open(io.BytesIO(kept)) as image:
        assert image.size == (2560, 640)
    bomb = io.BytesIO()
    Image.new("1", (10_000, 10_000)).save(bomb, "PNG")  # a few kilobytes, a hundred million pixels
    assert len(bomb.getvalue()) < 100_000
    with pytest.raises(FileTooBig):
        made_anew(bomb.getvalue())


@pytest.mark.parametrize("cut", [4, 20, 200])
def test_a_broken_picture_is_refused_with_words(cut: int) -> None:
    with pytest.raises(FileBroken):
        made_anew(photo(size=(64, 64))[:cut])


@pytest.mark.parametrize(
    ("content", "refusal"),
    [
        (b"MZ not a photo", NotAFileWeTake),
        (b"\xff\xd8\xff but nothing follows", FileBroken),
        (PDF.replace(b"/Type", b"/JavaScript /Type"), FileActive),
        (PDF[:-8], FileBroken),
    ],
)
def test_what_is_refused_leaves_nothing(case: Case, him: Viewer, content: bytes, refusal: type[Exception]) -> None:
    before = TrailEntry.objects.count()
    with pytest.raises(refusal):
        attach(case, content, him)
    assert not Attachment.objects.exists()
    assert TrailEntry.objects.count() == before


def test_it_is_sealed_hashed_and_comes_back_as_it_was(case: Case, him: Viewer) -> None:
    made = attach(case, PDF, him, name="..\\报告.exe")

    on_disk = (Path(settings.ATTACHMENTS_DIR) / made.file).read_bytes()
    assert b"PDF" not in on_disk
    assert bytes(made.sha256) == hashlib.sha256(PDF).digest()
    opened = queries.open_attachment(made.pk, by=him)
    assert (opened.content, opened.name, opened.mime) == (PDF, "报告.pdf", "application/pdf")
    assert list(TrailEntry.objects.order_by("seq").values_list("act", flat=True))[-2:] == ["attach", "open_attachment"]
    (row,) = queries.case_page(him, case.pk, LATER).attachments
    assert (row.name, row.kind, row.size, row.shown) == ("报告.pdf", "pdf", len(PDF), False)


def test_a_file_that_was_exchanged_is_not_opened(case: Case, him: Viewer) -> None:
    first, second = attach(case, PDF, him, key="1"), attach(case, PDF + b"\n", him, key="2")
    folder = Path(settings.ATTACHMENTS_DIR)
    (folder / first.file).write_bytes((folder / second.file).read_bytes())
    with pytest.raises(PrivacyError):
        queries.open_attachment(first.pk, by=him)


def test_sent_twice_it_is_kept_once_and_there_is_a_limit(case: Case, him: Viewer) -> None:
    assert attach(case, PDF, him) == attach(case, PDF, him)
    for n in range(MOST_PER_CASE - 1):
        attach(case, PDF, him, key=f"n{n}")
    with pytest.raises(TooManyFiles):
        attach(case, PDF, him, key="one more")


def test_a_unit_attaches_and_opens_while_the_case_is_with_it(case: Case, line: Line, him: Viewer) -> None:
    county = make.office(line.city, kind=OfficeKind.COUNTY)
    unit = make.viewer(county, Role.UNIT)
    with pytest.raises(NotYours):
        attach(case, photo(), unit)
    actions.transfer(case.pk, actions.Receiver.unit(county.pk), by=him, reason="属地", at=LATER)
    made = attach(case, photo(), unit)
    queries.open_attachment(made.pk, by=unit)
    actions.give_back(case.pk, by=unit, reason="不属我区", at=LATER)
    with pytest.raises(NotYours):
        queries.open_attachment(made.pk, by=unit)
    queries.open_attachment(made.pk, by=him)


def test_the_database_refuses_to_change_what_was_handed_in(case: Case, him: Viewer) -> None:
    attach(case, PDF, him)
    with pytest.raises(DatabaseError), transaction.atomic():
        Attachment.objects.update(sha256=b"0" * 32)
    with pytest.raises(DatabaseError), transaction.atomic():
        Attachment.objects.all().delete()
