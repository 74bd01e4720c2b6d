"""A city's own recordings: put in place while the line works, heard a little later, with no look at the disk a call."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from minhu.carriers import prompts
from minhu.switch.speech import LOOK_AGAIN_SECONDS, Recordings


def test_a_recording_put_in_place_is_heard_after_a_few_seconds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MINHU_PROMPTS", str(tmp_path))
    now = 100.0
    recordings = Recordings(lambda: now)
    assert recordings.file_of("welcome") == str(prompts.HERE / "welcome.wav")
    shutil.copy(prompts.HERE / "today.wav", tmp_path / "welcome.wav")

    assert recordings.file_of("welcome") == str(prompts.HERE / "welcome.wav")
    now += LOOK_AGAIN_SECONDS
    assert recordings.file_of("welcome") == str(tmp_path / "welcome.wav")


def test_a_missing_recording_is_left_out_and_the_call_goes_on(capsys: pytest.CaptureFixture[str]) -> None:
    assert Recordings().file_of("no_such_prompt") == "no_such_prompt"
