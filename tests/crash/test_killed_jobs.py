"""``kill -9`` of the jobs process at random instants, while texts flow both ways: none is lost, none is said twice."""

from __future__ import annotations

import random
import sys
import time
from pathlib import Path

import pytest

from minhu.cases.models import Contact
from minhu.intake.models import Text
from minhu.rules.words import Direction, TextState
from tests.crash.lives import JobsLives
from tests.peers.smsc_handle import Smsc, text
from tests.texting.process import START_SECONDS, eventually
from tests.texting.town import Town, make_town, said_by

KILLS = 20
SEED = 20_261_124
TEXTS_A_LIFE = 12
WINDOW = 10


@pytest.mark.django_db(transaction=True)
def test_kills_of_the_jobs_process_lose_no_text_and_repeat_none(tmp_path: Path, database_url: str, smsc: Smsc) -> None:
    chance = random.Random(SEED)
    smsc.manners(answers="delayed", delay_seconds=0.03, receipts="after")
    with JobsLives(tmp_path / "jobs", database_url, smsc.port) as jobs:
        town = make_town(lambda: jobs.now)
        injected: list[str] = []
        queued: list[str] = []
        for life in range(KILLS):
            jobs.start()
            smsc.until("binds", life + 1, START_SECONDS)
            injected += _citizens_write(smsc, town, life)
            queued += _we_write(town, life)
            time.sleep(chance.uniform(0.0, 0.5))
            jobs.kill()
        jobs.start()
        eventually(lambda: _quiet(smsc))

    _report(smsc, town, injected, queued)


def _citizens_write(smsc: Smsc, town: Town, life: int) -> list[str]:
    bodies = [f"第{life}批第{n}件：新华路的路灯不亮了，请派人看看" for n in range(TEXTS_A_LIFE)]
    to = town.line.number.removeprefix("+")
    smsc.inject(*[text(f"1391{life:03}{n:04}", to, body) for n, body in enumerate(bodies)])
    return bodies


def _we_write(town: Town, life: int) -> list[str]:
    bodies = [f"第{life}批第{n}条答复：已经派人去修" for n in range(TEXTS_A_LIFE)]
    for body in bodies:
        town.queue(body)
    return bodies


def _quiet(smsc: Smsc) -> bool:
    """Everything has been brought, stored, taken in, and every text of ours has met its fate."""
    if smsc.figures()["unacked"]:
        return False
    if Text.objects.filter(direction=Direction.INBOUND, taken_in_at=None).exists():
        return False
    waiting = [TextState.QUEUED.value, TextState.SENDING.value]
    texts = Text.objects.filter(direction=Direction.INBOUND).count()
    told = Text.objects.filter(direction=Direction.OUTBOUND, template="matter_received").count()
    return texts == told and not Text.objects.filter(state__in=waiting).exists()


def _report(smsc: Smsc, town: Town, injected: list[str], queued: list[str]) -> None:
    arrived, said, states = town.arrived(), said_by(smsc), town.states()
    unknown = [body for body, state in states.items() if state == TextState.UNKNOWN]
    unsaid = [body for body in unknown if body not in said]
    delivered = sum(state == TextState.DELIVERED for state in states.values())
    sys.stdout.write(
        f"\n{KILLS} kills; injected {len(injected)}, stored {len(arrived)}; queued {len(states)} "
        f"({len(queued)} by staff, the rest receipts), said {len(said)}, twice {len(said) - len(set(said))}, "
        f"delivered {delivered}, unknown {len(unknown)} ({len(unsaid)} of these never said)\n"
    )
    assert sorted(arrived) == sorted(injected)
    assert Contact.objects.filter(text__direction=Direction.INBOUND).count() == len(injected)
    assert len(states) == len(queued) + len(injected)
    assert len(said) == len(set(said)), "something was said twice"
    assert set(states) - set(said) == set(unsaid), "something was lost"
    assert set(states.values()) <= {TextState.SENT, TextState.DELIVERED, TextState.UNKNOWN}
    assert len(unknown) <= KILLS * WINDOW
    assert len(town.in_doubt()) == len(unknown)
