from __future__ import annotations

import csv
import gzip
from io import StringIO
from pathlib import Path

import numpy as np
import pytest
from django.core.management import CommandError, call_command

from minhu.insight.engine.tests.invented import MATTERS, city

STREAM = ("id", "user", "title", "time", "detail")


def _stream(path: Path, *, time: str = "%Y/%m/%d %H:%M:%S") -> Path:
    rows = [(one.key, one.sender, one.title, one.at.strftime(time), one.detail) for one in city()]
    return _write(path, [STREAM, *rows])


def _labels(path: Path) -> Path:
    rows = [(one.key, one.key.rsplit(" ", 1)[0], "event") for one in city()]
    return _write(path, [("msg_id", "event", "kind"), *rows])


def _write(path: Path, rows: list[tuple[str, ...]]) -> Path:
    text = StringIO()
    csv.writer(text).writerows(rows)
    data = text.getvalue().encode()
    path.write_bytes(gzip.compress(data) if path.suffix == ".gz" else data)
    return path


def _evaluate(stream: Path, labels: Path, *more: str) -> str:
    out = StringIO()
    call_command("insight", "evaluate-groups", "--stream", str(stream), "--labels", str(labels), *more, stdout=out)
    return out.getvalue()


@pytest.mark.parametrize("ending", [".csv", ".csv.gz"])
def test_the_figures_are_printed_for_any_files(tmp_path: Path, ending: str) -> None:
    told = _evaluate(_stream(tmp_path / f"s{ending}"), _labels(tmp_path / f"l{ending}"))

    assert f"texts 9, labelled 9, events {len(MATTERS)}" in told
    assert "words only                       1.000" in told
    assert "duplicates at intake, proposed" in told
    assert "stability: B³ F1" in told


def test_simpler_ways_and_given_vectors_stand_beside(tmp_path: Path) -> None:
    names = list(MATTERS)
    vectors = np.eye(8, dtype=np.float32)[[names.index(one.key.rsplit(" ", 1)[0]) for one in city()]]
    np.savez(tmp_path / "v.npz", keys=[one.key for one in city()], vectors=vectors)

    more = ("--baselines", "--embeddings", str(tmp_path / "v.npz"))
    told = _evaluate(_stream(tmp_path / "s.csv"), _labels(tmp_path / "l.csv"), *more)

    for name in ("words only", "with vectors", "average link", "HDBSCAN", "online single pass"):
        assert name in told


HEAD = ",".join(STREAM)


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "缺少列 id；现有列：无"),
        (b"id,title\n1,x\n", "缺少列 user"),
        (HEAD.encode() + b"\n", "没有任何诉求"),
        (f"{HEAD}\n1,u,题,昨天,文".encode(), "第 2 行：时间“昨天”无法识别"),
        (f"{HEAD}\n1,u,题,2026-02-30 10:00,文".encode(), "无法识别"),
        (f"{HEAD}\n1,u,题".encode(), "第 2 行：只有 3 列"),
        (f"{HEAD}\n1,u,题,2026-03-02,文\n1,u,题,2026-03-02,文".encode(), "第 3 行：id 重复：1"),
        (f"{HEAD}\n1,u,题,2026-03-02,文".encode("gb18030"), "不是 UTF-8"),
    ],
)
def test_a_stream_that_cannot_be_used_is_refused_in_plain_words(tmp_path: Path, content: bytes, told: str) -> None:
    path = tmp_path / "s.csv"
    path.write_bytes(content)

    with pytest.raises(CommandError, match=told):
        _evaluate(path, _labels(tmp_path / "l.csv"))


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        ([("bus 0", "bus", "maybe")], "只能是 event 或 hard_negative"),
        ([("bus 0", "", "event")], "event 为空"),
        ([("bus 0", "bus", "event"), ("bus 0", "bus", "event")], "重复标注"),
        ([("bus 0", "bus", "event")], "至少须有两个不同的事件"),
        ([("bus 0", "bus", "event"), ("elsewhere", "x", "event")], "1 条标注的 id 不在"),
    ],
)
def test_labels_that_cannot_be_used_are_refused_too(tmp_path: Path, rows: list[tuple[str, ...]], told: str) -> None:
    labels = _write(tmp_path / "l.csv", [("id", "event", "kind"), *rows])

    with pytest.raises(CommandError, match=told):
        _evaluate(_stream(tmp_path / "s.csv"), labels)


def test_a_missing_or_broken_file_says_so(tmp_path: Path) -> None:
    stream, labels = _stream(tmp_path / "s.csv"), _labels(tmp_path / "l.csv")
    broken = tmp_path / "b.csv.gz"
    broken.write_bytes(b"not compressed")

    for wrong, said in ((tmp_path / "none.csv", "无法读取"), (broken, "无法读取")):
        with pytest.raises(CommandError, match=said):
            _evaluate(wrong, labels)
    with pytest.raises(CommandError, match="无法读取"):
        _evaluate(stream, labels, "--embeddings", str(tmp_path / "none.npz"))
    with pytest.raises(CommandError, match=r"不是含 keys 与 vectors 的 \.npz 文件"):
        _evaluate(stream, labels, "--embeddings", str(labels))
