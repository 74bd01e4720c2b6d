"""What if: sliders, and at once what they would do to a line or to all of them.

An official sees his own lines; staff, supervision and leadership those of the offices of their grant.
"""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field
from typing import Final, assert_never

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from minhu.directory.models import Line
from minhu.intake.scope import SEES_CONTACTS, scope_of
from minhu.planner.engine.whatif import Setting, Windows
from minhu.planner.whatif import Basis, basis
from minhu.rules.access import Viewer
from minhu.rules.errors import Refusal
from minhu.supervision.leaving_out import not_checks
from minhu.web.console.frame import Page, refused, show, signed_in, tabs_of
from minhu.web.console.whatif_asked import ALL, knobs, query_of, setting_of
from minhu.web.console.whatif_city import RUNS, Found, Refused, Underway, Wanted
from minhu.web.console.whatif_shown import told
from minhu.web.console.whatif_turns import ENGINE, TURNS, Stale
from minhu.web.errors import forbidden

FRESH_SECONDS: Final = 60.0
"""A slider reads no database that was read so lately for the same lines."""
MOST_KEPT: Final = 32
FIRST_WAIT_SECONDS: Final = 1.0


@dataclass(frozen=True, slots=True)
class Asked:
    """Which of the viewer's lines. choices: (value, label, chosen), for the form."""

    lines: frozenset[int]
    line: str
    name: str
    choices: tuple[tuple[str, str, bool], ...]


@dataclass(slots=True)
class Kept:
    """Lines as they were read lately, by who they are. Nothing of citizens is in it."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    found: dict[frozenset[int], tuple[float, Basis]] = field(default_factory=dict)

    def of(self, city_id: int, lines: frozenset[int]) -> Basis:
        """Lines of one city."""
        now = time.monotonic()
        with self.lock:
            read_at, kept = self.found.get(lines, (0.0, None))
            if kept is not None and now - read_at < FRESH_SECONDS:
                return kept
        read = basis(city_id, timezone.now(), of_citizens=not_checks(), only=lines)
        with self.lock:
            while len(self.found) >= MOST_KEPT:
                del self.found[next(iter(self.found))]
            self.found[lines] = (now, read)
        return read


KEPT = Kept()


@require_safe
@signed_in
def page(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """The sliders with what they do, or for htmx only what they do."""
    if not may_play(viewer):
        return forbidden(request)
    asked = _asked(request, viewer)
    try:
        setting = setting_of(request.GET)
    except Refusal as refusal:
        return refused(request, viewer, _page(viewer, asked, Setting(), {}), refusal.shown)
    if not asked.lines:
        return show(request, viewer, _page(viewer, asked, setting, {}))
    try:
        return show(request, viewer, _page(viewer, asked, setting, _result(viewer, asked, setting)))
    except Stale:
        return HttpResponse(status=204)
    except Refusal as refusal:
        return refused(request, viewer, _page(viewer, asked, setting, {}), refusal.shown)


def may_play(viewer: Viewer) -> bool:
    """Whether there are lines that may be his to see."""
    return viewer.official_id is not None or viewer.has(*SEES_CONTACTS)


def _asked(request: HttpRequest, viewer: Viewer) -> Asked:
    """Raises: Http404 for a line that is not his to see."""
    scope = scope_of(viewer)
    rows = Line.objects.filter(
        city_id=viewer.city_id, withdrawn_at__isnull=True, official__left_on__isnull=True
    ).select_related("official")
    seen = [line for line in rows.order_by("official__office__order", "id") if scope.covers(line, line.city_id)]
    offered = {str(line.pk): f"{line.official.name}（{line.official.title}）" for line in seen}
    if len(seen) > 1:
        offered = {ALL: _("全部 %d 条号码") % len(seen), **offered}
    own = next((str(line.pk) for line in seen if line.official_id == viewer.official_id), "")
    chosen = request.GET.get("line") or own or next(iter(offered), "")
    if request.GET.get("line") and chosen not in offered:
        raise Http404
    lines = frozenset(line.pk for line in seen if chosen in (ALL, str(line.pk)))
    choices = tuple((value, label, value == chosen) for value, label in offered.items())
    return Asked(lines, chosen, offered.get(chosen, ""), choices)


def _result(viewer: Viewer, asked: Asked, setting: Setting) -> dict[str, object]:
    """Raises: Stale, Busy, InputUnclear."""
    if not ENGINE.ready(FIRST_WAIT_SECONDS):
        return {"underway": 0, "says": _("推演引擎正在准备，升级后第一次要等一会儿，好了会自动显示。")}
    kept = KEPT.of(viewer.city_id, asked.lines)
    if len(asked.lines) > 1:
        return _of_many(viewer, asked, setting, kept) | {"notes": ()}
    from minhu.planner.engine.whatif_told import ran

    with TURNS.turn(viewer.account_id):
        before = ran(kept.model(Setting(), weeks=setting.weeks))
        after = before if setting == Setting() else ran(kept.model(setting, weeks=setting.weeks))
    return {"told": told(after, before, same=setting == Setting()), "notes": kept.notes}


def _of_many(viewer: Viewer, asked: Asked, setting: Setting, kept: Basis) -> dict[str, object]:
    match RUNS.ask(Wanted(viewer.account_id, asked.lines, setting), kept):
        case Found(after, before):
            return {"told": told(after, before, same=setting == Setting())}
        case Refused(says):
            return {"refused": says}
        case Underway(share):
            return {"underway": round(share * 100), "says": _("正在推演全部号码，要几秒。")}
        case unknown:
            assert_never(unknown)


def _page(viewer: Viewer, asked: Asked, setting: Setting, result: dict[str, object]) -> Page:
    address = reverse("whatif")
    here = f"{address}?{query_of(setting, asked.line)}"
    context: dict[str, object] = {
        "asked": asked, "setting": setting, "here": here, "many": len(asked.lines) > 1, "presets": _presets(asked.line),
        "windows": [
            (one.value, label, one is setting.windows)
            for one, label in ((Windows.NOW, _("照旧")), (Windows.ALWAYS, _("全天")), (Windows.CHOSEN, _("早晚两段")))
        ],
        "spans": knobs(setting, "morning", "morning_minutes", "evening", "evening_minutes"),
        "knobs": knobs(setting, "ring", "staff", "meetings", "volume", "publicity"),
    }  # fmt: skip
    return Page(tabs_of(viewer)[-1].name, "console/whatif.html", "console/whatif_result.html", here, context | result)


def _presets(line: str) -> list[tuple[str, str]]:
    """Settings to begin with: (label, address)."""
    chosen = Windows.CHOSEN
    offered = (
        (_("照旧"), Setting()),
        (_("全天都能打"), Setting(windows=Windows.ALWAYS)),
        (_("早晚各半小时"), Setting(windows=chosen, morning=480, morning_minutes=30, evening=1050, evening_minutes=30)),
        (_("多一人值班"), Setting(staff=1)),
        (_("来电翻三倍"), Setting(volume=3)),
        (_("周一办宣传日"), Setting(publicity=1)),
    )
    return [(label, f"{reverse('whatif')}?{query_of(setting, line)}") for label, setting in offered]
