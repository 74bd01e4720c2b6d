"""Files that come with a form, and files that are handed out: both faces of the site do it the same way."""

from __future__ import annotations

import uuid
from urllib.parse import quote

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from minhu.cases.attaching import Opened, Upload
from minhu.rules.attachments import MOST_BYTES, FileTooBig
from minhu.rules.errors import Refusal

ACCEPT = "image/jpeg,image/png,image/webp,application/pdf"
"""What a phone offers when one taps the field; what a file really is, is looked at when it is here."""


class NoFile(Refusal):
    """The form came without a file."""

    code = "no_file"
    words = "还没有选文件，请选一张照片或一个 PDF。"


def fresh_key() -> str:
    """A form's own key: sent twice, it is kept once."""
    return uuid.uuid4().hex


def uploaded(request: HttpRequest, case: str, *, shown: bool = False) -> Upload | None:
    """The file of the field ``file``; None without one. Raises: FileTooBig, before anything of it is read.

    case: by its code or number, so that a form's key is good for that case only.
    """
    file = request.FILES.get("file")
    if file is None or not file.size:
        return None
    if file.size > MOST_BYTES:
        raise FileTooBig
    key = f"{case}:{request.POST.get('file_key', '')[:40] or fresh_key()}"
    return Upload(key, file.name or _("附件"), file.read(), shown=shown)


def needed(upload: Upload | None) -> Upload:
    """Raises: NoFile."""
    if upload is None:
        raise NoFile
    return upload


def served(opened: Opened) -> HttpResponse:
    """The file, never to be read as anything else and never kept by anybody on the way."""
    answer = HttpResponse(opened.content, content_type=opened.mime)
    answer.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(opened.name)}"
    answer.headers["X-Content-Type-Options"] = "nosniff"
    answer.headers["Cache-Control"] = "private, no-store"
    return answer
