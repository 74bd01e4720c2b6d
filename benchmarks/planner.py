"""The planner's simulators: a queue beside simpy and ciw, the same model and the same answer; a line and a city.

    python -m benchmarks.planner [--callers 200000] [--lines 81]

The model is one that all three can run: M/M/c with impatient callers (Erlang A), for which the exact answer is known.
Seconds are of the processor. simpy and ciw are installed apart, for ciw brings a package named ``tests``:
``uv pip install --target var/peers --require-hashes -r requirements/peers.txt``
"""

from __future__ import annotations

import argparse
import random
import sys
import time
from collections.abc import Callable, Generator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

from minhu.planner.engine.day import Busy, Interruptible, Rates, Staffing, Window
from minhu.planner.engine.formulas import erlang_a
from minhu.planner.engine.judging import judged
from minhu.planner.engine.laws import exponential
from minhu.planner.engine.line_model import CityModel, LineModel
from minhu.planner.engine.lines import simulate_city
from minhu.planner.engine.optimising import propose
from minhu.planner.engine.proposal import Plan
from minhu.planner.engine.queue_model import QueueModel, Steps
from minhu.planner.engine.queues import simulate
from minhu.rules.calendar import china

SERVERS, RATE, SERVICE, PATIENCE = 10, 10.0, 1.0, 2.0
PEERS = Path(__file__).resolve().parent.parent / "var" / "peers"
LEAST_RATIO, LINE_BAR, CITY_BAR = 100.0, 2.0, 60.0
Answer = tuple[float, float]
"""Share that hung up, mean wait of the answered."""


def ours(callers: int) -> Answer:
    """Our own, compiled before."""
    model = QueueModel(
        arrivals=Steps.constant(RATE),
        service=exponential(SERVICE),
        servers=Steps.constant(SERVERS),
        patience=exponential(PATIENCE),
        horizon=callers / RATE / 20,
        replications=20,
    )
    told = simulate(model)
    assert told.abandoned is not None
    assert told.mean_wait is not None
    return told.abandoned.value, told.mean_wait.value


def with_simpy(callers: int) -> Answer:
    """As its manual does it: a process for each caller, a resource, a wait for either."""
    import simpy

    chance = random.Random(1)
    world = simpy.Environment()
    desk = simpy.Resource(world, capacity=SERVERS)
    counts = [0, 0, 0.0]

    def call() -> Generator[Any, Any, None]:
        came = world.now
        with desk.request() as turn:
            patience = world.timeout(chance.expovariate(1 / PATIENCE))
            got = yield turn | patience
            if turn not in got:
                counts[1] += 1
                return
            counts[0] += 1
            counts[2] += world.now - came
            yield world.timeout(chance.expovariate(1 / SERVICE))

    def arrivals() -> Generator[Any, Any, None]:
        while True:
            yield world.timeout(chance.expovariate(RATE))
            world.process(call())

    world.process(arrivals())
    world.run(until=callers / RATE)
    return counts[1] / (counts[0] + counts[1]), counts[2] / counts[0]


def with_ciw(callers: int) -> Answer:
    """As its manual does it: a network of one node with reneging."""
    import ciw

    ciw.seed(1)
    network = ciw.create_network(
        arrival_distributions=[ciw.dists.Exponential(rate=RATE)],
        service_distributions=[ciw.dists.Exponential(rate=1 / SERVICE)],
        reneging_time_distributions=[ciw.dists.Exponential(rate=1 / PATIENCE)],
        number_of_servers=[SERVERS],
    )
    world = ciw.Simulation(network)
    world.simulate_until_max_time(callers / RATE)
    records = world.get_all_records()
    waits = [one.waiting_time for one in records if one.record_type == "service"]
    left = sum(one.record_type == "renege" for one in records)
    return left / (left + len(waits)), sum(waits) / len(waits)


def seconds(work: Callable[[], object]) -> float:
    """Of the processor."""
    began = time.process_time()
    work()
    return time.process_time() - began


def a_line(at: int = 0, a_day: float = 15.0) -> LineModel:
    """An official with two meetings a day that nobody interrupts, one that may be, and four answer windows."""
    shape = (0.0,) * 12 + (1.0,) * 6 + (2.0,) * 12 + (1.0,) * 12 + (0.3,) * 6
    rates = Rates.same_every_day(tuple(one * a_day * 2 / sum(shape) for one in shape))
    shift = at % 4 * 30
    busy = tuple(
        Busy(day * 1440 + hour * 60 + shift, day * 1440 + hour * 60 + shift + 75, kind)
        for day in range(5)
        for hour, kind in ((9, Interruptible.NEVER), (13, Interruptible.NEVER), (15, Interruptible.MAY))
    )
    spans = (("08:00", "08:40"), ("11:30", "12:00"), ("15:30", "16:00"), ("17:30", "18:00"))
    windows = tuple(Window.of(day, start, end) for day in range(5) for start, end in spans)
    return LineModel(rates, busy, windows, budget_minutes=45)


def a_city(lines: int, replications: int) -> CityModel:
    """Lines that share ten members of staff in office hours."""
    office = [Window.of(day, "08:00", "18:00") for day in range(5)]
    every = tuple(a_line(at) for at in range(lines))
    people = max(1, lines // 8)
    return CityModel(every, Staffing.during(office, people), china(), date(2026, 11, 23), replications=replications)


def beside(callers: int) -> bool:
    """The table of the queue; whether the bar is met."""
    exact = erlang_a(SERVERS, RATE, SERVICE, PATIENCE)
    ours(1_000)
    rows: list[tuple[str, float, Answer, int]] = []
    for name, run, count in (
        ("Minhu", ours, callers * 10),
        ("simpy", with_simpy, callers),
        ("ciw", with_ciw, callers // 4),
    ):
        told: list[Answer] = []
        spent = seconds(lambda run=run, count=count, told=told: told.append(run(count)))  # type: ignore[misc]
        rows.append((name, spent / count * 1e6, told[0], count))
    fastest = min(one[1] for one in rows[1:])
    print(f"M/M/{SERVERS}+M, load {RATE * SERVICE / SERVERS:g}: exactly {exact.abandoned:.4f} hang up\n")
    print(
        "| who | callers | µs of CPU a caller | × Minhu | hang up | mean wait of answered |\n|---|---|---|---|---|---|"
    )
    for name, micro, (left, wait), count in rows:
        print(f"| {name} | {count:,} | {micro:.3f} | {micro / rows[0][1]:,.0f} | {left:.4f} | {wait:.4f} |")
    agree = all(abs(left - exact.abandoned) < 0.005 for _, _, (left, _), _ in rows)
    met = fastest / rows[0][1] >= LEAST_RATIO and agree
    print(f"\n| bar | |\n|---|---|\n| ≥ {LEAST_RATIO:g} × the faster of them, answers agree | {_met(met)} |")
    return met


def _met(yes: bool) -> str:
    return "met" if yes else "**missed**"


def main() -> int:
    """Print the tables; 1 when a bar is missed."""
    given = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    given.add_argument("--callers", type=int, default=200_000)
    given.add_argument("--lines", type=int, default=81)
    options = given.parse_args()
    sys.path.append(str(PEERS))  # last, so that nothing of ours is hidden
    met = [beside(options.callers)]
    one, city = a_city(1, 1_000), a_city(options.lines, 100)
    simulate_city(replace(one, replications=1))
    for what, model, bar in (
        ("one official, 4 weeks × 1,000", one, LINE_BAR),
        (f"{options.lines} lines, 4 weeks × 100", city, CITY_BAR),
    ):
        spent = seconds(lambda model=model: simulate_city(model))  # type: ignore[misc]
        met.append(spent <= bar)
        print(
            f"| {what}: {spent:.2f} s of CPU, plans compiled from the rule included; bar {bar:g} s | {_met(met[-1])} |"
        )
    met.append(proposing(one))
    return 0 if all(met) else 1


def proposing(city: CityModel) -> bool:
    """A candidate as the optimiser judges it, tables written from the rule included, and a whole proposal."""
    line = city.lines[0]
    worked = tuple(range(5))
    spans = [(start, start + 30) for start in range(480, 540, 10)]
    spent = [
        seconds(
            lambda span=span: judged(  # type: ignore[misc]
                Plan(tuple(Window(day * 1440 + span[0], day * 1440 + span[1]) for day in worked)), line, city, worked
            )
        )
        for span in spans
    ]
    met = max(spent) <= LINE_BAR
    print(
        f"| a candidate of one official, 4 weeks × 1,000: {max(spent):.2f} s of CPU, the slowest of {len(spans)}; "
        f"bar {LINE_BAR:g} s | {_met(met)} |"
    )
    print(f"| a whole proposal, frontier and half hours: {seconds(lambda: propose(line, city)):.2f} s of CPU | told |")
    return met


if __name__ == "__main__":
    sys.exit(main())
