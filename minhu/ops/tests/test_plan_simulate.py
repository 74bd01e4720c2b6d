"""``minhu plan simulate`` on a file anybody may bring: figures, or what to do."""

from __future__ import annotations

import json
import re
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

GUIDE = Path(__file__).resolve().parents[3] / "docs" / "reference" / "queue-models.md"


def _simulate(path: Path, **options: object) -> dict[str, Any]:
    out = StringIO()
    call_command(
        "plan", "simulate", f"--model={path}", *(f"--{name}={value}" for name, value in options.items()), stdout=out
    )
    told: dict[str, Any] = json.loads(out.getvalue())
    return told


def test_the_example_of_the_guide_runs_and_says_what_became_of_everybody(tmp_path: Path) -> None:
    path = tmp_path / "desk.json"
    example = re.search(r"(?s)```json\n(.*?)```", GUIDE.read_text(encoding="utf-8"))
    assert example is not None
    path.write_text(example.group(1), encoding="utf-8-sig")

    told = _simulate(path)

    assert sum(share["value"] for share in told["outcomes"].values()) == pytest.approx(1)
    assert told["callers"]["low"] < 345.6 < told["callers"]["high"]
    assert told["attempts"]["value"] > told["callers"]["value"]
    assert told["wait"]["p50"]["value"] <= told["wait"]["p90"]["value"] <= told["wait"]["p99"]["value"]
    assert told["answered_within"]["20"]["value"] < told["answered_within"]["60"]["value"]
    assert told == _simulate(path, threads=2)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (b"{", "JSON"),
        (b"\xff\xfe\x00", "UTF-8"),
        (
            b'{"arrivals": -1, "service": {"distribution": "exponential", "mean": 1}, "servers": 1, "horizon": 9}',
            "arrivals",
        ),
    ],
)
def test_a_file_that_is_no_model_is_refused_in_one_line(tmp_path: Path, text: bytes, words: str) -> None:
    path = tmp_path / "wrong.json"
    path.write_bytes(text)

    with pytest.raises(CommandError, match=words):
        _simulate(path)


def test_what_cannot_be_read_or_counted_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="读不了"):
        _simulate(tmp_path / "none.json")
    with pytest.raises(CommandError, match="--threads"):
        _simulate(tmp_path, threads=0)
