"""Where in a recording somebody speaks is drawn once, and a damaged one holds up nothing."""

from __future__ import annotations

import wave
from io import BytesIO

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.utils import timezone

from minhu.audit import privacy
from minhu.intake import peaks
from minhu.intake.models import Peaks, Recording
from tests import make


def wav(samples: bytes) -> bytes:
    sound = BytesIO()
    with wave.open(sound, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes(samples)
    return sound.getvalue()


def test_silence_is_flat_and_the_loudest_sample_is_full() -> None:
    drawn = peaks.peaks_of(wav(b"\0\0" * 6000 + b"\0\x80" * 6000))

    assert drawn == bytes([0] * 60 + [255] * 60)
    assert peaks.peaks_of(wav(b"")) == b""


@pytest.mark.django_db
def test_a_recording_is_drawn_once_and_a_damaged_one_not_at_all() -> None:
    call = make.call(make.line(make.official(make.office(make.city()))), None)
    sealed = BytesIO()
    digest = privacy.seal_file(BytesIO(wav(b"\0\x40" * 240)), sealed)
    for content in (sealed.getvalue(), b"no recording"):
        name = storages["recordings"].save("peaks.wav.sealed", ContentFile(content))
        Recording.objects.create(call=call, file=name, seconds=1.0, sha256=digest, recorded_at=timezone.now())

    assert peaks.draw_missing() == 2
    assert peaks.draw_missing() == 0
    assert [bytes(one.bars) for one in Peaks.objects.order_by("pk")] == [bytes([128] * 120), b""]
