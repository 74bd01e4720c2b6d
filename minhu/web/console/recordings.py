"""A recorded message, opened for the ear of whoever may see the call."""

from __future__ import annotations

from collections.abc import Callable

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from minhu.audit.privacy import PrivacyError
from minhu.cases.queries import listen as listen_to
from minhu.rules.access import Viewer
from minhu.rules.errors import Refusal
from minhu.supervision import inspecting
from minhu.web.console.frame import signed_in
from minhu.web.errors import message


@require_safe
@signed_in
def listen(request: HttpRequest, viewer: Viewer, recording_id: int) -> HttpResponse:
    """What a caller said."""
    return play(request, lambda: listen_to(recording_id, by=viewer))


@require_safe
@signed_in
def of_check(request: HttpRequest, viewer: Viewer, check_id: int) -> HttpResponse:
    """What a line said when it was checked."""
    return play(request, lambda: inspecting.listen(viewer, check_id))


def play(request: HttpRequest, opened: Callable[[], bytes]) -> HttpResponse:
    """The WAV, whole or the piece the player asks for (RFC 9110, one range)."""
    try:
        sound = opened()
    except Refusal:
        raise Http404 from None
    except (OSError, PrivacyError):
        return message(request, 404, "录音打不开", "文件不在，或者已经损坏；请告诉系统管理员。", picture="voicemail")
    answer = _ranged(request.headers.get("Range", ""), sound)
    answer.headers["Content-Type"] = "audio/wav"
    answer.headers["Accept-Ranges"] = "bytes"
    return answer


def _ranged(asked: str, sound: bytes) -> HttpResponse:
    first, _dash, last = asked.removeprefix("bytes=").partition("-")
    if not asked.startswith("bytes=") or not first.isdecimal() or (last and not last.isdecimal()):
        return HttpResponse(sound)
    start, end = int(first), min(int(last or len(sound) - 1), len(sound) - 1)
    if start > end:
        return HttpResponse(status=416, headers={"Content-Range": f"bytes */{len(sound)}"})
    answer = HttpResponse(sound[start : end + 1], status=206)
    answer.headers["Content-Range"] = f"bytes {start}-{end}/{len(sound)}"
    return answer
