"""``kill -9`` of the switch at random instants under load: whoever was told that we have his call finds it kept."""

from __future__ import annotations

import random
import sys
import time
from pathlib import Path

import pytest

from minhu.audit import privacy
from minhu.intake.models import Call, CallStep, Text
from minhu.rules.numbers import normalise
from minhu.rules.words import COUNTS_AS_ANSWERED
from tests import make
from tests.crash.lives import Lives, callers_told
from tests.telephony.sipp import Phones
from tests.telephony.whole import eventually

KILLS = 50
SEED = 20_261_123
CALLS_A_SECOND = 25


@pytest.mark.only_on("sqlite")
@pytest.mark.django_db(transaction=True)
def test_fifty_kills_lose_no_call_and_no_promise(tmp_path: Path, database_url: str, phones: Phones) -> None:
    chance = random.Random(SEED)
    listed = _callers(tmp_path)
    handsets = phones.serve("handsets", ring_ms=40)
    with Lives(tmp_path, database_url, handsets.port, ring_seconds=1) as line:
        line.start()
        many = ("-inf", str(listed), "-l", "20000")
        caller = phones.call("call_listed", to=line.at, calls=20_000, rate=CALLS_A_SECOND, options=many, talk_ms=150)
        for _ in range(KILLS):
            time.sleep(chance.uniform(0.02, 0.6))
            line.kill()
            line.start()
        time.sleep(1.0)
        caller.stop()
        told = callers_told(caller)
        line.kill()  # once more, with calls alive; the last life closes them
        line.start()
        eventually(lambda: not Call.objects.filter(ended_at=None).exists(), seconds=60)

    _report(told, line)


def _callers(folder: Path) -> Path:
    """Each call has a caller of its own; officials answer, are busy, decline or let it ring."""
    office = make.office(make.city())
    lines = [make.line(make.official(office, handset=f"+86154100{place:02d}00{place % 4 + 1}")) for place in range(40)]
    make.desk(office, number="+8655812390011")
    listed = folder / "callers.csv"
    rows = (f"{lines[place % len(lines)].number};1391{place:07d}" for place in range(20_000))
    listed.write_text("SEQUENTIAL\n" + "\n".join(rows) + "\n")
    return listed


def _report(told: set[str], line: Lives) -> None:
    keys = {privacy.lookup_key(normalise(number)): number for number in told}
    calls = list(Call.objects.select_related("citizen"))
    kept = {keys.get(bytes(call.citizen.number_key or b"")) for call in calls if call.citizen is not None}
    unanswered = [call for call in calls if call.answered_by_kind not in COUNTS_AS_ANSWERED]
    promised = [call for call in unanswered if call.promise_due_at is not None]
    interrupted = [call for call in calls if call.state == "interrupted"]
    texts = Text.objects.values_list("call_id", flat=True)
    sys.stdout.write(
        f"\n{line.started} lives; {len(told)} callers were told we have their call, {len(told & kept)} of them in the "
        f"journal; {len(calls)} calls, {len(calls) - len(unanswered)} answered, {len(unanswered)} not, "
        f"{len(promised)} of these promised, {len(interrupted)} interrupted, "
        f"{CallStep.objects.filter(kind='interrupted').count() - len(interrupted)} went on in the next life\n"
    )
    assert len(told) > KILLS
    assert interrupted
    assert told - kept == set()
    assert promised == unanswered
    assert not [call for call in calls if call.ended_at is None]
    assert len(texts) == len(set(texts))
    assert set(texts) == {call.pk for call in [*unanswered, *interrupted]}
    cut = set(CallStep.objects.filter(kind="interrupted").values_list("call_id", flat=True))
    assert {call.pk for call in interrupted} <= cut
    assert len(calls) == len({call.citizen_id for call in calls}), "who rang once was journaled twice"
