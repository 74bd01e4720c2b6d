"""Photos and documents of a case (附件): checked by what they are, made anew, sealed. Access follows the case.

Refusal
├── NotAFileWeTake, FileTooBig, FileBroken, FileActive, TooManyFiles    (rules.attachments)
└── NotYours                                                            (intake.scope)
"""

from __future__ import annotations

import hashlib
import io
import uuid
from dataclasses import dataclass
from datetime import datetime

from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.db import transaction
from django.utils import timezone

from minhu.audit import privacy, trail
from minhu.cases.authority import locked, of_seen
from minhu.cases.images import made_anew
from minhu.cases.models import Attachment, Case
from minhu.intake.scope import NotYours
from minhu.rules.access import Viewer
from minhu.rules.attachments import MOST_PER_CASE, FileKind, TooManyFiles, check_pdf, safe_name, sniff
from minhu.rules.casework import Act
from minhu.rules.clock import legal_day
from minhu.rules.plain import storable


@dataclass(frozen=True, slots=True)
class Upload:
    """A file as it came. key: the form's own, the same when it is sent again. shown: the citizen may see it."""

    key: str
    name: str
    content: bytes
    shown: bool = False


@dataclass(frozen=True, slots=True)
class Opened:
    """A file for the ear and eye of whoever may see it. mime: to serve it as, never as anything else."""

    name: str
    mime: str
    content: bytes


MIME = {FileKind.JPEG: "image/jpeg", FileKind.PNG: "image/png", FileKind.PDF: "application/pdf"}


def attach(case_id: int, upload: Upload, *, by: Viewer, at: datetime | None = None) -> Attachment:
    """Keep a file with a case. Raises: NotYours, NotAllowed, and what rules.attachments says of the file."""
    at = at or timezone.now()
    with transaction.atomic():
        return keep(locked(case_id, by, Act.ATTACH), upload, by=by, at=at)


def keep(case: Case, upload: Upload, *, by: Viewer, at: datetime) -> Attachment:
    """As ``attach``, under the lock of a case that the caller has seen to."""
    key = storable(upload.key, 64)
    there = Attachment.objects.filter(case=case, key=key).first()
    if there is not None:
        return there
    if Attachment.objects.filter(case=case).count() >= MOST_PER_CASE:
        raise TooManyFiles
    kind, content = _cleaned(upload.content)
    name = f"{legal_day(at):%Y/%m/%d}/{uuid.uuid4().hex}.{kind.value}.sealed"
    sealed = io.BytesIO()
    digest = privacy.seal_file(io.BytesIO(content), sealed)
    stored = storages["attachments"].save(name, ContentFile(sealed.getvalue()))
    made = Attachment.objects.create(
        case=case, key=key, name=safe_name(upload.name, kind), kind=kind.value, size=len(content), sha256=digest,
        file=stored, by_id=by.account_id, shown=upload.shown, at=at,
    )  # fmt: skip
    trail.record(by, Act.ATTACH, case, attachment=made.pk, sha256=digest.hex())
    return made


@transaction.atomic
def open_attachment(attachment_id: int, *, by: Viewer) -> Opened:
    """A file of a case the viewer may see; that he opened it is in the trail.

    Raises: NotYours; PrivacyError when it is damaged, OSError when it is gone.
    """
    one = Attachment.objects.filter(of_seen(by), pk=attachment_id).first()
    if one is None:
        raise NotYours
    found = unsealed(one)
    trail.record(by, "open_attachment", one, case=one.case_id)
    return found


def unsealed(one: Attachment) -> Opened:
    """Raises: PrivacyError, OSError."""
    with storages["attachments"].open(one.file) as sealed:
        content = b"".join(privacy.unseal_file(sealed))
    if hashlib.sha256(content).digest() != bytes(one.sha256):
        raise privacy.PrivacyError("an attachment is not the one that was handed in")
    return Opened(one.name, MIME[FileKind(one.kind)], content)


def _cleaned(content: bytes) -> tuple[FileKind, bytes]:
    if sniff(content) == "pdf":
        check_pdf(content)
        return FileKind.PDF, content
    return made_anew(content)
