"""Sending a matter without an account, and following it by its code."""

from __future__ import annotations

from collections.abc import Sequence

from django.contrib import messages
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from minhu.cases import actions as cases
from minhu.cases.take_in import take_in
from minhu.directory import choosing
from minhu.directory import queries as directory
from minhu.intake.gathering import Outcome, receive_web_messages
from minhu.intake.web_form import WebForm
from minhu.rules import codes
from minhu.rules.attachments import MOST_BYTES
from minhu.rules.errors import Refusal
from minhu.web import turn, uploads
from minhu.web.at_work import PAGES
from minhu.web.gather import Gatherer
from minhu.web.public.forms import MatterCheck, MatterForm, fresh_key


def _store(forms: Sequence[WebForm]) -> list[Outcome]:
    return receive_web_messages(forms, city_id=directory.the_city_id())


STORED = Gatherer(_store, turn=turn.to_write, at_work=PAGES)
"""Matters that arrive together are stored together: one wait for the disk for all of them."""


@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """The plain form. A matter that was taken in is answered with a redirect to its code."""
    if request.method != "POST":
        chosen = request.GET.get("to", "")
        first = {"key": fresh_key(), "line": int(chosen) if chosen.isdecimal() else None}
        form = MatterForm(initial=first | {"kind": request.GET.get("kind", "")})
        return _form(request, form)
    check = MatterCheck(request.POST)
    if not check.is_valid():
        return _form(request, MatterForm(request.POST), status=422)
    if check.trapped:  # a machine: it is thanked, and nothing is stored
        return HttpResponseRedirect(reverse("track"), status=303)
    received = STORED.put(check.message())
    if isinstance(received, Refusal):
        form = MatterForm(request.POST)
        form.add_error(None, received.shown)
        return _form(request, form, status=422)
    if isinstance(received, DatabaseError):
        raise received
    _hand_in(request, received.code)
    return HttpResponseRedirect(reverse("sent", args=[received.code]), status=303)


def _hand_in(request: HttpRequest, code: str) -> None:
    """The photo that came with the form. The matter stands without it: what is wrong with a file stops nobody."""
    try:
        upload = uploads.uploaded(request, code)
        if upload is None:
            return
        take_in()  # a file belongs to a case, which a job would make in a moment
        cases.attach_by_code(code, str(request.META.get("REMOTE_ADDR", "")), upload)
    except Refusal as refusal:
        said = _("照片没有收下：%(why)s事情已经登记，照片可以在进度页再交。")
        messages.warning(request, said % {"why": refusal.shown})


@require_GET
def track(request: HttpRequest) -> HttpResponse:
    """Asks for a code; one that reads as a code leads to its page."""
    typed = request.GET.get("code", "")
    code = codes.read_code(typed)
    if code:
        return HttpResponseRedirect(reverse("matter", args=[code]))
    fault = (
        _("这不像查询码：共 8 位，由数字和字母组成，最后一位是校验位。请对照短信再输一遍。") if typed.strip() else ""
    )
    context = {"face": "track", "typed": typed, "fault": fault}
    return render(request, "public/track.html", context, status=422 if fault else 200)


def _form(request: HttpRequest, form: MatterForm, status: int = 200) -> HttpResponse:
    form.dress(_lines(), _about())
    context = {"face": "new", "form": form, "accept": uploads.ACCEPT, "most_mb": MOST_BYTES // 1024 // 1024}
    return render(request, "public/new_matter.html", context, status=status)


def _about() -> list[tuple[str, list[tuple[str, str]]]]:
    """Whom a complaint may be about, in two groups."""
    city_id = directory.the_city().pk
    offices = [(f"office:{one.id}", one.label) for one in choosing.units(city_id)]
    people = [(f"official:{one.id}", one.label) for one in choosing.officials(city_id)]
    return [(_("单位"), offices), (_("领导干部"), people)]


def _lines() -> list[tuple[int, str]]:
    groups = directory.public_directory(directory.the_city().pk)
    return [
        (line.line_id, f"{official.full_title} {official.name}")
        for group in groups
        for official in group.officials
        for line in official.lines
    ]
