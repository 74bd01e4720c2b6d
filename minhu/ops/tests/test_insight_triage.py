"""``minhu insight evaluate`` on files anybody may bring: figures, or what to do."""

from __future__ import annotations

import csv
import gzip
import re
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from minhu.insight.engine.model_file import load
from minhu.insight.engine.tests import made_up

COLUMNS = ("id", "label", "title", "detail")


def _labelled(path: Path, *, seed: int = 7, columns: tuple[str, ...] = COLUMNS) -> Path:
    messages, labels = made_up.messages(120, seed)
    rows = zip(labels, messages, strict=True)
    text = StringIO()
    csv.writer(text).writerows([columns, *((n, label, one.title, one.detail) for n, (label, one) in enumerate(rows))])
    data = text.getvalue().encode("utf-8-sig")
    path.write_bytes(gzip.compress(data) if path.suffix == ".gz" else data)
    return path


def _evaluate(*options: object) -> str:
    out = StringIO()
    call_command("insight", "evaluate", *map(str, options), stdout=out)
    return out.getvalue()


def _figure(told: str, name: str) -> float:
    found = re.search(rf"^{name} +([0-9.]+)", told, re.MULTILINE)
    assert found, told
    return float(found[1])


def test_one_file_is_judged_in_five_parts_with_common_ways_beside(tmp_path: Path) -> None:
    told = _evaluate("--train", _labelled(tmp_path / "a.csv.gz"), "--baselines")

    assert _figure(told, "texts") == 120
    assert _figure(told, "macro-F1") > 0.9
    assert _figure(told, "ECE") < 0.3
    assert len(re.findall(r"SVM +[01]\.\d{4}", told)) == 3


def test_a_second_file_judges_what_the_first_taught_and_the_model_is_kept(tmp_path: Path) -> None:
    test = _labelled(tmp_path / "b.csv", seed=9)
    told = _evaluate("--train", _labelled(tmp_path / "a.csv"), "--test", test, "--save", tmp_path / "model.npz")

    assert _figure(told, "accuracy") > 0.9
    assert load(tmp_path / "model.npz").labels == ("交通运输", "教育文体", "环境保护")


def test_a_file_that_will_not_do_is_named_with_the_cure(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match=r"none\.csv"):
        _evaluate("--train", tmp_path / "none.csv")
    with pytest.raises(CommandError, match="缺少列 label"):
        _evaluate("--train", _labelled(tmp_path / "a.csv", columns=("id", "kind", "title", "detail")))
