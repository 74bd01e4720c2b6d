"""How loud a recording is over its length, drawn once after it was made and kept beside it.

It shows where somebody speaks, not what he says. A recording that cannot be read gets no bars, and is not tried again.
"""

from __future__ import annotations

import io
import wave
from array import array

from django.core.files.storage import storages

from minhu.audit import privacy
from minhu.audit.privacy import PrivacyError
from minhu.intake.models import Peaks, Recording

BARS = 120
AT_ONCE = 10
_LOUDEST = 32768


def draw_missing() -> int:
    """Draw some recordings that have no peaks yet. Returns how many."""
    found = list(Recording.objects.filter(peaks=None).exclude(file="").order_by("-id")[:AT_ONCE])
    drawn = [Peaks(recording=recording, bars=_peaks(recording)) for recording in found]
    Peaks.objects.bulk_create(drawn, ignore_conflicts=True)  # another jobs process may have drawn it as well
    return len(found)


def peaks_of(sound: bytes) -> bytes:
    """One byte a bar, 0 to 255 of what 16 bits can hold. Raises: wave.Error, EOFError for what is no 16-bit WAV."""
    with wave.open(io.BytesIO(sound)) as file:
        if file.getsampwidth() != array("h").itemsize:
            raise wave.Error("not 16 bits a sample")
        samples = array("h", file.readframes(file.getnframes()))
    step = max(1, -(-len(samples) // BARS))
    pieces = (samples[at : at + step] for at in range(0, len(samples), step))
    return bytes(min(255, max(max(piece), -min(piece)) * 256 // _LOUDEST) for piece in pieces)


def _peaks(recording: Recording) -> bytes:
    try:
        with storages["recordings"].open(recording.file) as sealed:
            return peaks_of(b"".join(privacy.unseal_file(sealed)))
    except (OSError, EOFError, wave.Error, PrivacyError, ValueError):  # gone or damaged: doctor tells, not this
        return b""
