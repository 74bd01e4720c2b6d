from __future__ import annotations

import shutil
import tomllib
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from minhu.carriers import prompts
from minhu.carriers.sip.media.prompts import read_pcm
from minhu.rules.clock import SHANGHAI

MONDAY_NINE = datetime(2026, 3, 2, 9, 0, tzinfo=SHANGHAI)


def said(due: datetime) -> str:
    listed = tomllib.loads((prompts.HERE / "prompts.toml").read_text(encoding="utf-8"))["pieces"]
    names = prompts.say_due(due, MONDAY_NINE)
    return " ".join(name[1:] if name[1:].isdigit() else listed[name] for name in names).rstrip("。")


@pytest.mark.parametrize(
    ("hours", "words"),
    [
        (0.5, "今天 上午 9 点 30 分 前 给您回电"),
        (3, "今天 中午 12 点 前 给您回电"),
        (5, "今天 下午 两 点 前 给您回电"),
        (9 + 1 / 12, "今天 晚上 6 点 0 5 分 前 给您回电"),
        (24.25, "明天 上午 9 点 15 分 前 给您回电"),
        (48, "后天 上午 9 点 前 给您回电"),
        (15, "明天 凌晨 0 点 前 给您回电"),
        (24 * 4, "3 月 6 日 星期五 上午 9 点 前 给您回电"),
    ],
)
def test_a_caller_on_a_landline_hears_by_when_he_is_called_back(hours: float, words: str) -> None:
    assert said(MONDAY_NINE + timedelta(hours=hours)) == words


@given(st.integers(0, 1_000_000), st.integers(-9, 99_999))
def test_every_due_time_can_be_spoken(later: int, minutes: int) -> None:
    now = MONDAY_NINE + timedelta(minutes=later)
    names = prompts.say_due(now + timedelta(minutes=minutes), now)
    assert all(Path(path).is_file() for path in prompts.paths(names))


def test_every_prompt_of_the_list_can_be_played_and_together_they_are_small() -> None:
    listed = tomllib.loads((prompts.HERE / "prompts.toml").read_text(encoding="utf-8"))
    for path in prompts.paths([*listed["sentences"], *listed["pieces"]]):
        assert len(read_pcm(path)) > 3_000
    assert sum(Path(path).stat().st_size for path in prompts.every()) < 4_000_000


def test_a_city_replaces_the_placeholders_one_by_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.copy(prompts.path("today"), tmp_path / "welcome.wav")
    monkeypatch.setenv("MINHU_PROMPTS", str(tmp_path))
    assert prompts.path("welcome") == str(tmp_path / "welcome.wav")
    assert prompts.path("leave_message") == str(prompts.HERE / "leave_message.wav")
    assert prompts.path("welcome", "") == str(prompts.HERE / "welcome.wav")


def test_a_prompt_nobody_made_is_a_fault() -> None:
    with pytest.raises(prompts.UnknownPrompt):
        prompts.path("no_such_prompt")
