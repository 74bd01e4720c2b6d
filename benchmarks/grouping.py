"""A stream of invented texts, words only: texts a second on one core, and the memory that it takes to the end.

Each text is a title and a detail of some seventy characters about one of very many matters, which come up, are written
about by some and go quiet; most words of a text are those that any text may have. Measured in processor time; the
memory after the last text is not to be much more than it was when the stream first forgot something.

    python -m benchmarks.grouping --texts 1000000
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from random import Random

import psutil

from minhu.insight.engine.groups import Forgotten, Report
from minhu.insight.engine.stream import BY_WORDS, Stream

BAR_TEXTS_A_SECOND, MOST_GROWTH = 2_000, 1.25
BATCH, A_DAY = 1_000, 10_000
BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
_SYLLABLES = (
    "晴望青金南北东西明华兴和丰泰安永福祥瑞康景云星海天文龙凤桂松柏梅兰竹菊荷枫杨柳江河湖山泉溪石玉珠宝银"
    "川月坡洲港塘湾桥亭阁台园林峰谷田庄里门水电气管道灯树墙楼梯顶窗车位站牌校舍医药票证账税费租售修建拆迁补偿"
)
_LAST = ("小区", "路", "花园", "大道", "家园", "街", "苑", "广场", "社区", "新村")
_MATTER_WORDS, _OTHER_WORDS, _VOCABULARY = 8, 24, 20_000


def texts(many: int, seed: int) -> Iterator[Report]:
    """A matter is written about for some days by a few, seldom by many: its own words among those of any text."""
    chance = Random(seed)
    vocabulary = ["".join(chance.choices(_SYLLABLES, k=2)) for _ in range(_VOCABULARY)]
    lively: list[tuple[str, list[str]]] = []
    for number in range(many):
        if not lively or chance.random() < 0.6:
            place = "".join(chance.choices(_SYLLABLES, k=3)) + chance.choice(_LAST)
            lively.append((place, chance.choices(vocabulary, k=_MATTER_WORDS)))
            del lively[:-3_000]
        place, own = lively[-1] if chance.random() < 0.6 else chance.choice(lively)
        other = [vocabulary[int(_VOCABULARY ** chance.random()) - 1] for _ in range(_OTHER_WORDS)]
        said = chance.sample(own, 5) + other
        chance.shuffle(said)
        yield Report(
            f"{number:07}",
            f"s{chance.randrange(many)}",
            BEGIN + timedelta(days=number / A_DAY),
            f"{place}{''.join(chance.sample(own, 3))}",
            f"{place}{chance.randrange(1, 30)}栋，{''.join(said)}。",
        )


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--texts", type=int, default=1_000_000)
    parser.add_argument("--seed", type=int, default=20260302)
    asked = parser.parse_args(arguments)
    stream, process = Stream(), psutil.Process()
    spent, full, done, batch = 0.0, 0, 0, list[Report]()
    began_with, told = process.memory_info().rss, time.monotonic()
    for report in texts(asked.texts, asked.seed):
        batch.append(report)
        if len(batch) < BATCH and done + len(batch) < asked.texts:
            continue
        began = time.process_time()
        events = stream.feed(batch)
        spent += time.process_time() - began
        done, batch = done + len(batch), []
        if not full and any(isinstance(event, Forgotten) for event in events):
            full = process.memory_info().rss
        if time.monotonic() - told > 20:
            told = time.monotonic()
            print(f"… {done:,}: {done / spent:,.0f} texts/s", file=sys.stderr, flush=True)
    stream.settle()
    last = process.memory_info().rss
    print(
        f"{done:,} texts   {done / spent:,.0f} texts/s of one core (bar {BAR_TEXTS_A_SECOND:,})   "
        f"memory {_mb(began_with)} MB before, {_mb(full) if full else '-'} MB when {BY_WORDS.most_texts:,} were first "
        f"kept, {_mb(last)} MB at the end   {len(stream.groups):,} groups kept"
    )
    return 0 if done / spent >= BAR_TEXTS_A_SECOND and (not full or last <= full * MOST_GROWTH) else 1


def _mb(size: int) -> int:
    return round(size / 1_000_000)


if __name__ == "__main__":
    sys.exit(main())
