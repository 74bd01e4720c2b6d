"""``minhu plan backtest``: figures for anybody's file, and clear words for a file that cannot be read."""

from __future__ import annotations

import gzip
from argparse import ArgumentParser
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from django.core.management.base import CommandError

from minhu.ops.plan import backtest
from minhu.ops.plan.call_files import read_calls
from minhu.rules.clock import SHANGHAI

MONDAY = datetime(2026, 3, 2, 9, tzinfo=SHANGHAI)


def calls(days: int) -> str:
    rows = [f"{line},{MONDAY + timedelta(days=day, minutes=7 * line)}" for day in range(days) for line in (1, 2)]
    return "line,at\n" + "\n".join(rows) + "\n"


def judged(path: Path, *more: str) -> list[str]:
    parser = ArgumentParser()
    backtest.add_arguments(parser)
    lines: list[str] = []
    backtest.run(vars(parser.parse_args(["--calls", str(path), *more])), lines.append)
    return lines


def test_it_prints_coverage_and_losses_beside_the_plain_ways(tmp_path: Path) -> None:
    path = tmp_path / "calls.csv"
    path.write_text(calls(42), encoding="utf-8")
    lines = judged(path)

    assert lines[0] == "lines 2, whole weeks 6"
    assert sum("day, " in line for line in lines) == 4
    week = next(line for line in lines if line.startswith("week, forecast"))
    assert week.split()[-5] == "4"
    assert float(week.split()[-4]) == 1.0


def test_a_compressed_file_and_a_publication_day_are_taken(tmp_path: Path) -> None:
    path = tmp_path / "calls.csv.gz"
    path.write_bytes(gzip.compress(calls(14).encode()))

    assert judged(path, "--published", "2026-03-09", "--alone")[0] == "lines 2, whole weeks 1"


def test_times_without_a_zone_are_those_of_shanghai(tmp_path: Path) -> None:
    path = tmp_path / "calls.csv"
    path.write_text("line,at\na,2026-03-02 00:10\na,2026-03-02T16:10:00+00:00\n", encoding="utf-8")
    (history,) = read_calls(path)

    assert (history.first, history.daily.tolist()) == (date(2026, 3, 2), [1, 1])


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("line,when\n1,2026-03-02\n", "缺少列 at"),
        ("line,at\n", "没有数据行"),
        ("line,at\n1,昨天\n", "第 2 行：看不懂时间 '昨天'"),
        ("line,at\n1,0001-01-01T00:00:00+14:00\n", "看不懂时间"),
        ("line,at\n,2026-03-02 09:00\n", "line 为空"),
        ("line,at\n1,1990-01-01\n1,2026-01-01\n", "超过十年"),
        ("line,at\n1,2026-03-02 09:00\n", "一整周"),
    ],
)
def test_a_file_that_cannot_be_used_is_refused_in_words(tmp_path: Path, content: str, words: str) -> None:
    path = tmp_path / "calls.csv"
    path.write_text(content, encoding="utf-8")

    with pytest.raises(CommandError, match=words):
        judged(path)


def test_a_file_that_is_not_there_or_no_text_is_refused_in_words(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="无法读取文件"):
        judged(tmp_path / "none.csv")
    (tmp_path / "broken.gz").write_bytes(b"no gzip")
    with pytest.raises(CommandError, match="压缩文件已损坏"):
        judged(tmp_path / "broken.gz")
    (tmp_path / "gbk.csv").write_bytes("号码".encode("gbk"))
    with pytest.raises(CommandError, match="UTF-8"):
        judged(tmp_path / "gbk.csv")
