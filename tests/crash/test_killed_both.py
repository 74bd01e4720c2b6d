"""``kill -9`` of switch and jobs process at once, while calls and texts come in: what was taken on is kept."""

from __future__ import annotations

import random
import sys
import time
from collections import Counter
from pathlib import Path

import pytest

from minhu.audit import privacy
from minhu.cases.models import Contact, Promise
from minhu.directory.models import Line as PublishedLine
from minhu.directory.models import Office
from minhu.intake.models import Call, Text
from minhu.rules.numbers import normalise
from minhu.rules.words import COUNTS_AS_ANSWERED, Direction, TextState
from tests import make
from tests.crash.lives import JobsLives, Lives, callers_told
from tests.peers.smsc_handle import Smsc, text
from tests.telephony.sipp import Phones
from tests.texting.process import START_SECONDS, eventually
from tests.texting.town import said_by

KILLS = 12
SEED = 20_261_125
CALLS_A_SECOND = 15
TEXTS_A_LIFE = 8


@pytest.mark.django_db(transaction=True)
def test_kills_of_both_processes_lose_no_call_no_text_and_no_promise(
    tmp_path: Path, database_url: str, phones: Phones, smsc: Smsc
) -> None:
    chance = random.Random(SEED)
    lines = _lines(make.city())
    listed = _callers(tmp_path, lines)
    handsets = phones.serve("handsets", ring_ms=40)
    injected: list[str] = []
    smsc.manners(receipts="after")
    with (
        Lives(tmp_path, database_url, handsets.port, ring_seconds=1) as line,
        JobsLives(tmp_path / "jobs", database_url, smsc.port) as jobs,
    ):
        line.start()
        jobs.start()
        many = ("-inf", str(listed), "-l", "20000")
        caller = phones.call("call_listed", to=line.at, calls=20_000, rate=CALLS_A_SECOND, options=many, talk_ms=150)
        for life in range(KILLS):
            smsc.until("binds", life + 1, START_SECONDS)
            injected += _citizens_write(smsc, lines[life % len(lines)], life)
            time.sleep(chance.uniform(0.1, 1.0))
            for kill in chance.sample([line.kill, jobs.kill], 2):
                kill()
            line.start()
            jobs.start()
        caller.stop()
        told = callers_told(caller)
        line.kill()  # once more, with calls alive; the last life closes them
        line.start()
        eventually(lambda: _quiet(smsc), seconds=90)

    _report(told, smsc, injected)


def _lines(city: Office) -> list[PublishedLine]:
    """Officials who answer, are busy, decline or let it ring, and one desk behind them."""
    office = make.office(city)
    make.desk(office, number="+8655812390011")
    return [make.line(make.official(office, handset=f"+86154100{place:02d}00{place % 4 + 1}")) for place in range(40)]


def _callers(folder: Path, lines: list[PublishedLine]) -> Path:
    listed = folder / "callers.csv"
    rows = (f"{lines[place % len(lines)].number};1391{place:07d}" for place in range(20_000))
    listed.write_text("SEQUENTIAL\n" + "\n".join(rows) + "\n")
    return listed


def _citizens_write(smsc: Smsc, line: PublishedLine, life: int) -> list[str]:
    bodies = [f"第{life}批第{n}件：新华路的路灯不亮了，请派人看看" for n in range(TEXTS_A_LIFE)]
    smsc.inject(*[text(f"1371{life:03}{n:04}", line.number.removeprefix("+"), body) for n, body in enumerate(bodies)])
    return bodies


def _quiet(smsc: Smsc) -> bool:
    waiting = [TextState.QUEUED.value, TextState.SENDING.value]
    return not (
        smsc.figures()["unacked"]
        or Call.objects.filter(ended_at=None).exists()
        or Call.objects.filter(taken_in_at=None).exists()
        or Text.objects.filter(direction=Direction.INBOUND, taken_in_at=None).exists()
        or Text.objects.filter(state__in=waiting).exists()
        or Text.objects.filter(direction=Direction.INBOUND).count() < smsc.figures()["injected"] - _receipts(smsc)
    )


def _receipts(smsc: Smsc) -> int:
    """The SMSC brings receipts as it brings texts, one a text it took."""
    return smsc.figures()["submitted"]


def _report(told: set[str], smsc: Smsc, injected: list[str]) -> None:
    keys = {privacy.lookup_key(normalise(number)): number for number in told}
    calls = list(Call.objects.select_related("citizen"))
    kept = {keys.get(bytes(call.citizen.number_key or b"")) for call in calls if call.citizen is not None}
    unanswered = [call for call in calls if call.answered_by_kind not in COUNTS_AS_ANSWERED]
    in_row = [call for call in unanswered if call.promise_due_at is not None]
    promised = set(Promise.objects.values_list("case_id", flat=True))
    in_cases = set(Contact.objects.filter(call__isnull=False, case__in=promised).values_list("call_id", flat=True))
    arrived = list(Text.objects.filter(direction=Direction.INBOUND).values_list("body", flat=True))
    ours = Text.objects.filter(direction=Direction.OUTBOUND)
    said, written = Counter(said_by(smsc)), Counter(ours.values_list("body", flat=True))
    twice = said - written  # who rings again and again may be told the same again and again, each a text of its own
    unknown = ours.filter(state=TextState.UNKNOWN).count()
    sys.stdout.write(
        f"\n{KILLS} kills of both; {len(told)} callers were told, {len(told & kept)} of them in the journal; "
        f"{len(calls)} calls, {len(unanswered)} not answered, {len(in_row)} with a promise in their row, "
        f"{len({call.pk for call in unanswered} & in_cases)} with one in cases; texts injected {len(injected)}, "
        f"stored {len(arrived)}; ours {written.total()}, said {said.total()}, twice {twice.total()}, "
        f"unknown {unknown}\n"
    )
    assert len(told) > KILLS
    assert told - kept == set()
    assert in_row == unanswered
    assert {call.pk for call in unanswered} <= in_cases
    assert sorted(arrived) == sorted(injected)
    assert not twice, f"said twice: {twice}"
    assert not Counter(ours.exclude(state=TextState.UNKNOWN).values_list("body", flat=True)) - said, "lost"
