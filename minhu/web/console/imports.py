"""Importing a city's notice: hand in the file, read the dry run, apply exactly that."""

from __future__ import annotations

import base64

from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from minhu.directory import actions
from minhu.directory.authority import KEEPS_THE_DIRECTORY
from minhu.directory.importing import examine
from minhu.rules.access import Viewer
from minhu.rules.errors import Refusal
from minhu.web.console.frame import Page, done, refused, show, signed_in
from minhu.web.errors import forbidden

LARGEST_FILE_BYTES = 2 * 1024 * 1024
SALT = "minhu.directory.import"


class FileNeeded(Refusal):
    """No file, or one that is too large."""

    code = "file_needed"
    words = "请选一个 2 MB 以内的 XLSX 或 CSV 文件。"


@signed_in
@require_http_methods(["GET", "POST"])
def page(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """Without a digest the file is examined; with it, it is applied. The file travels with the form, signed."""
    if not viewer.has(*KEEPS_THE_DIRECTORY):
        return forbidden(request)
    if request.method == "GET":
        return show(request, viewer, _page())
    try:
        content = _content(request)
        if digest := request.POST.get("digest", ""):
            actions.import_directory(content, digest, by=viewer)
            return done(request, viewer, _page, _("已导入，马上生效。"))
        report = examine(content, viewer.city_id)
    except Refusal as refusal:
        return refused(request, viewer, _page(), refusal.shown)
    packed = signing.dumps(base64.b85encode(content).decode(), salt=SALT, compress=True)
    name = getattr(request.FILES.get("file"), "name", "")
    return show(request, viewer, _page(), report=report, packed=packed, name=name)


def _content(request: HttpRequest) -> bytes:
    if packed := request.POST.get("packed", ""):
        try:
            return base64.b85decode(str(signing.loads(packed, salt=SALT, max_age=3600)))
        except signing.BadSignature:
            raise FileNeeded(_("页面打开太久了，请重新选文件。")) from None
    file = request.FILES.get("file")
    if file is None or not file.size or file.size > LARGEST_FILE_BYTES:
        raise FileNeeded
    handed_in: bytes = file.read()
    return handed_in


def _page() -> Page:
    return Page("me", "console/import.html", "console/import.html", reverse("import"))
