"""``kill -9`` of the jobs process at random instants, while texts flow both ways: none is lost, none is said twice."""

from __future__ import annotations

import random
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import pytest

from minhu.cases.models import Contact
from minhu.intake.models import Text
from minhu.rules.words import Direction, TextState
from tests.crash.lives import JobsLives
from tests.peers.kannel import Bearerbox
from tests.peers.smsc_handle import Smsc, text
from tests.texting.process import SENDER, eventually
from tests.texting.town import Town, make_town, said_by

SEED = 20_261_124


@dataclass(frozen=True)
class Plan:
    """kills: how many. each_way: texts that citizens and that staff write, a life. window: of texts under way."""

    kills: int
    each_way: int
    longest_life_seconds: float
    window: int


FEW = Plan(kills=20, each_way=12, longest_life_seconds=0.5, window=10)
HUNDRED = Plan(kills=100, each_way=5, longest_life_seconds=0.4, window=1)


@pytest.mark.django_db(transaction=True)
def test_kills_of_the_jobs_process_lose_no_text_and_repeat_none(tmp_path: Path, database_url: str, smsc: Smsc) -> None:
    smsc.manners(answers="delayed", delay_seconds=0.03, receipts="after")
    with JobsLives(tmp_path / "jobs", database_url, smsc.port) as jobs:
        _live_and_die(FEW, jobs, smsc)


@pytest.mark.only_on("postgresql")
@pytest.mark.django_db(transaction=True)
def test_a_hundred_kills_leave_at_most_one_text_each_in_doubt(tmp_path: Path, database_url: str, smsc: Smsc) -> None:
    smsc.manners(answers="delayed", delay_seconds=0.005, receipts="after")
    one_at_a_time = {"SMPP_WINDOW": str(HUNDRED.window)}
    with JobsLives(tmp_path / "jobs", database_url, smsc.port, one_at_a_time) as jobs:
        _live_and_die(HUNDRED, jobs, smsc)


@pytest.mark.only_on("sqlite")
@pytest.mark.django_db(transaction=True)
def test_a_hundred_kills_with_kannel_between_lose_no_text_and_repeat_none(
    tmp_path: Path, database_url: str, smsc: Smsc
) -> None:
    smsc.manners(receipts="after")
    with Bearerbox(tmp_path, smsc.port) as bearerbox:
        through_kannel = {
            "SMPP_HOST": "",
            "SMS_GATEWAYS": "box:kannel",
            "SMS_BOX_HOST": "127.0.0.1",
            "SMS_BOX_PORT": str(bearerbox.port),
            "SMS_BOX_SENDER": SENDER,
            "SMS_BOX_WINDOW": str(HUNDRED.window),
        }
        with JobsLives(tmp_path / "jobs", database_url, smsc.port, through_kannel) as jobs:
            _live_and_die(HUNDRED, jobs, smsc, bearerbox)


def _live_and_die(plan: Plan, jobs: JobsLives, smsc: Smsc, bearerbox: Bearerbox | None = None) -> None:
    """Kill it as often as planned, at any moment, then let it live; and look at both ends."""
    chance = random.Random(SEED)
    town = make_town(lambda: jobs.now)
    injected: list[str] = []
    queued: list[str] = []
    for life in range(plan.kills):
        jobs.start()
        injected += _citizens_write(smsc, town, life, plan.each_way)
        queued += _we_write(town, life, plan.each_way)
        time.sleep(chance.uniform(0.0, plan.longest_life_seconds))
        jobs.kill()
    jobs.start()
    eventually(lambda: _quiet(smsc, len(injected)) and (bearerbox is None or bearerbox.spool_is_empty()), seconds=240)
    _report(plan, smsc, town, injected, queued)


def _citizens_write(smsc: Smsc, town: Town, life: int, count: int) -> list[str]:
    bodies = [f"第{life}批第{n}件：新华路的路灯不亮了，请派人看看" for n in range(count)]
    to = town.line.number.removeprefix("+")
    smsc.inject(*[text(f"1391{life:03}{n:04}", to, body) for n, body in enumerate(bodies)])
    return bodies


def _we_write(town: Town, life: int, count: int) -> list[str]:
    bodies = [f"第{life}批第{n}条答复：已经派人去修" for n in range(count)]
    for body in bodies:
        town.queue(body)
    return bodies


def _quiet(smsc: Smsc, injected: int) -> bool:
    """Everything has been brought, stored, taken in, and every text of ours has met its fate."""
    if smsc.figures()["unacked"]:
        return False
    if Text.objects.filter(direction=Direction.INBOUND, taken_in_at=None).exists():
        return False
    waiting = [TextState.QUEUED.value, TextState.SENDING.value]
    texts = Text.objects.filter(direction=Direction.INBOUND).count()
    told = Text.objects.filter(direction=Direction.OUTBOUND, template="matter_received").count()
    return texts == told == injected and not Text.objects.filter(state__in=waiting).exists()


def _report(plan: Plan, smsc: Smsc, town: Town, injected: list[str], queued: list[str]) -> None:
    arrived, said, states = town.arrived(), said_by(smsc), town.states()
    unknown = [body for body, state in states.items() if state == TextState.UNKNOWN]
    unsaid = [body for body in unknown if body not in said]
    delivered = sum(state == TextState.DELIVERED for state in states.values())
    sys.stdout.write(
        f"\n{plan.kills} kills; injected {len(injected)}, stored {len(arrived)}; queued {len(states)} "
        f"({len(queued)} by staff, the rest receipts), said {len(said)}, twice {len(said) - len(set(said))}, "
        f"delivered {delivered}, unknown {len(unknown)} ({len(unsaid)} of these never said)\n"
    )
    assert sorted(arrived) == sorted(injected)
    assert Contact.objects.filter(text__direction=Direction.INBOUND).count() == len(injected)
    assert len(states) == len(queued) + len(injected)
    assert len(said) == len(set(said)), "something was said twice"
    assert set(states) - set(said) == set(unsaid), "something was lost"
    assert set(states.values()) <= {TextState.SENT, TextState.DELIVERED, TextState.UNKNOWN}
    assert len(unknown) <= plan.kills * plan.window
    assert len(town.in_doubt()) == len(unknown)
