"""Listening to a recorded message, if the case it belongs to may reach the listener."""

from __future__ import annotations

from minhu.cases.authority import hidden_from
from minhu.intake import listening
from minhu.intake.models import Recording
from minhu.intake.scope import NotYours
from minhu.rules.access import Viewer


def listen(recording_id: int, *, by: Viewer) -> bytes:
    """The WAV of a recording. Raises: NotYours, PrivacyError when it is damaged, OSError when it is gone."""
    if Recording.objects.filter(pk=recording_id, call__contact__case__in=hidden_from(by)).exists():
        raise NotYours
    return listening.listen(recording_id, by=by)
