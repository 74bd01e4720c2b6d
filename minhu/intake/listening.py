"""Listening to a recorded message. A voice is an identity: who listened is in the trail."""

from __future__ import annotations

from django.core.files.storage import storages
from django.db import transaction

from minhu.audit import privacy, trail
from minhu.intake.models import Recording
from minhu.intake.scope import NotYours, require
from minhu.rules.access import Viewer
from minhu.rules.words import Direction


@transaction.atomic
def listen(recording_id: int, *, by: Viewer) -> bytes:
    """The WAV of a recording. Raises: NotYours, PrivacyError when it is damaged, OSError when it is gone."""
    recording = Recording.objects.select_related("call__line__official__office").filter(pk=recording_id).first()
    if recording is None:
        raise NotYours
    if recording.call.line_id is None and recording.call.direction == Direction.OUTBOUND.value:
        raise NotYours  # of a check, which is not every listener's business
    require(by, recording.call.line, recording.call.city_id)
    return sound_of(recording, by=by)


def sound_of(recording: Recording, *, by: Viewer) -> bytes:
    """As listen, in its transaction, for a caller who has seen to it that the viewer may."""
    with storages["recordings"].open(recording.file) as sealed:
        sound = b"".join(privacy.unseal_file(sealed))
    trail.record(by, "listen", recording, call=recording.call_id)
    return sound
