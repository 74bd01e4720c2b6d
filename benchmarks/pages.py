"""The pages people wait for, with a hundred thousand cases behind them: time of each, on SQLite and PostgreSQL (fsync).

81 lines, two years. Each case came by a call and has a text about it, to one in three the citizen texted too; one in
fifty is open with its promise, the others were answered and closed; some were joined, some may be the same. Every
page is asked for again and again by the person whose page it is, through all of Django in one process. CPU is process
time, which a busy machine changes little; what PostgreSQL itself computes is not in it, but in the clock's time,
which others on the machine lengthen.

    python -m benchmarks.pages --cases 100000
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from random import Random
from typing import TYPE_CHECKING

from benchmarks.alone import ENGINES, empty_tables, measured

if TYPE_CHECKING:
    from minhu.cases.models import Case
    from minhu.directory.models import Line, Office
    from minhu.intake.models import Thread

BAR_MS = 100.0
LINES, DAYS, TIMES, SEED, BATCH, OPEN_OF, CASES_EACH = 81, 700, 30, 7, 2_000, 50, 5
TEXTED_OF, JOINED_OF, ALIKE_OF = 3, 30, 20


def fill(many: int) -> tuple[Office, list[Line]]:
    """A city with two years behind it."""
    from django.db import connection
    from django.utils import timezone

    from minhu.intake.models import Citizen, Thread
    from tests import make

    city, now = make.city(), timezone.now()
    lines = [make.line(make.official(make.office(city))) for _ in range(LINES)]
    people = Citizen.objects.bulk_create(
        (Citizen(city=city, masked="154****0000", number_sealed=b"0", number_key=b"%032d" % one, first_seen_at=now)
         for one in range(many // CASES_EACH)), batch_size=BATCH,
    )  # fmt: skip
    threads = Thread.objects.bulk_create(
        (Thread(city=city, line=lines[place % LINES], citizen=one, last_at=now) for place, one in enumerate(people)),
        batch_size=BATCH,
    )
    chance = Random(SEED)
    for begin in range(0, many, BATCH):
        times = [now - timedelta(days=DAYS) * (1 - one / many) for one in range(begin, min(many, begin + BATCH))]
        _some(city, threads, chance, times)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return city, lines


def _some(city: Office, threads: list[Thread], chance: Random, times: list[datetime]) -> None:
    """Cases with all that hangs on them."""
    from minhu.cases.models import Case, Contact, Promise, Reply
    from minhu.directory.models import Line
    from minhu.intake import codes
    from minhu.intake.models import Call, Text
    from minhu.rules.words import CaseKind

    officials: dict[int | None, int] = dict(Line.objects.values_list("id", "official_id"))
    picked = [chance.choice(threads) for _ in times]
    allotted, kinds = codes.allot(len(times)), [kind.value for kind in CaseKind]
    hour = timedelta(hours=1)
    calls = Call.objects.bulk_create(
        Call(
            city=city, line_id=one.line_id, citizen_id=one.citizen_id, direction="inbound", state="answered",
            dialled="x", received_at=at, answered_at=at, ended_at=at + hour / 30, ring_seconds=9, talk_seconds=120,
            answered_by_kind="official", answered_by_id=1, answered_by_name="王明", code=code, taken_in_at=at,
        )
        for one, at, code in zip(picked, times, allotted, strict=True)
    )  # fmt: skip
    is_open = [chance.randrange(OPEN_OF) == 0 for _ in times]
    cases = Case.objects.bulk_create(
        Case(
            city=city, code=call.code, line_id=call.line_id, citizen_id=one.citizen_id,
            holder_id=officials[one.line_id], kind=chance.choice(kinds), state="held" if unfinished else "closed",
            title="路灯不亮，晚上看不见路", body="人民路到解放路一段路灯不亮已经一个星期，晚上老人走路摔跤，请尽快修。",
            opened_at=at, first_contact_at=at, replied_at=None if unfinished else at + 9 * hour,
            closed_at=None if unfinished else at + 99 * hour, read_at=at,
        )
        for one, call, at, unfinished in zip(picked, calls, times, is_open, strict=True)
    )  # fmt: skip
    Contact.objects.bulk_create(
        Contact(case=case, channel="call", call=call, at=case.opened_at)
        for case, call in zip(cases, calls, strict=True)
    )
    Text.objects.bulk_create(
        Text(
            city=city, thread=one, direction="outbound", state="delivered", body="您反映的事项已收到。", code=case.code,
            at=case.opened_at, key=f"bench:{case.pk}", attempt_at=case.opened_at, settled_at=case.opened_at,
        )
        for one, case in zip(picked, cases, strict=True)
    )  # fmt: skip
    _texted(city, [(one, case) for one, case in zip(picked, cases, strict=True) if chance.randrange(TEXTED_OF) == 0])
    _related(cases, is_open, chance)
    Reply.objects.bulk_create(
        Reply(case=case, done="已经派人修好。", done_by="市政所", at=case.replied_at, means="page")
        for case in cases
        if case.replied_at
    )
    Promise.objects.bulk_create(
        Promise(
            city=city, case=case, kind="reply", owner_official_id=case.holder_id, made_at=case.opened_at,
            due_at=case.opened_at + 99 * hour, remind_at=case.opened_at + 80 * hour,
            escalate_at=case.opened_at + 120 * hour,
            kept_at=None if unfinished else case.opened_at + hour, evidence_call=None if unfinished else call,
        )
        for case, call, unfinished in zip(cases, calls, is_open, strict=True)
    )  # fmt: skip


def _texted(city: Office, some: Sequence[tuple[Thread, Case]]) -> None:
    """The citizens of these cases wrote of them too."""
    from minhu.cases.models import Contact
    from minhu.intake.models import Text

    texts = Text.objects.bulk_create(
        Text(
            city=city, thread=thread, direction="inbound", state="received", body="路灯还是不亮。", code=case.code,
            at=case.opened_at, key=f"bench:in:{case.pk}", taken_in_at=case.opened_at,
        )
        for thread, case in some
    )  # fmt: skip
    Contact.objects.bulk_create(
        Contact(case=case, channel="text", text=text, at=text.at) for text, (_, case) in zip(texts, some, strict=True)
    )


def _related(cases: Sequence[Case], is_open: Sequence[bool], chance: Random) -> None:
    """Some closed ones joined an earlier one; some open ones are proposed as the same."""
    from minhu.cases.models import Case
    from minhu.insight.models import Duplicate

    joined, alike = [], []
    for (earlier, _), (one, unfinished) in pairwise(zip(cases, is_open, strict=True)):
        if unfinished and chance.randrange(ALIKE_OF) == 0:
            alike.append(Duplicate(case=one, earlier=earlier, score=0.9, same_citizen=False, found_at=one.opened_at))
        elif not unfinished and earlier.parent_id is None and chance.randrange(JOINED_OF) == 0:
            one.parent = earlier
            joined.append(one)
    Case.objects.bulk_update(joined, ["parent"])
    Duplicate.objects.bulk_create(alike)


def asked(city: Office, lines: list[Line]) -> list[tuple[str, str, Callable[[], object]]]:
    """Who asks for what: name of the person, path, and the asking."""
    from django.test import Client

    from minhu.cases.models import Case
    from minhu.intake.models import Call, Thread
    from minhu.rules.words import Role
    from tests import make

    line, open_case = lines[0], Case.objects.filter(line=lines[0], state="held").latest("id")
    call, thread = Call.objects.filter(line=line).latest("received_at"), Thread.objects.filter(line=line).latest("id")
    one = f"/console/cases/{open_case.pk}/"
    people = {
        "citizen": (None, ["/", f"/o/{line.official_id}/", "/figures/", f"/m/{open_case.code}/", "/new/"]),
        "official": (
            make.account(line.official.office, Role.OFFICIAL, official=line.official),
            ["/console/today/", "/console/calls/", "/console/callbacks/", "/console/ledger/", one],
        ),
        "staff": (
            make.account(city, Role.STAFF),
            ["/console/queue/", "/console/calls/", f"/console/calls/{call.pk}/", f"/console/threads/{thread.pk}/",
             "/console/callbacks/", "/console/ledger/", one],
        ),
        "supervisor": (
            make.account(city, Role.SUPERVISOR),
            ["/console/escalated/", "/console/ledger/", "/console/complaints/", "/console/figures/",
             "/console/insight/", one],
        ),
        "leadership": (make.account(city, Role.LEADERSHIP), ["/console/insight/digest/"]),
        "operator": (make.account(city, Role.OPERATOR), ["/console/health/", "/console/gateways/"]),
    }  # fmt: skip
    found: list[tuple[str, str, Callable[[], object]]] = []
    for who, (account, paths) in people.items():
        client = Client()
        if account is not None:
            client.force_login(account)
        found += [(who, path, lambda client=client, path=path: client.get(path)) for path in paths]  # type: ignore[misc]
    return found


def measure(many: int) -> bool:
    """In a process of its own, on the database of its environment; whether the bar is reached."""
    empty_tables()
    from django.conf import settings
    from django.db import connection
    from django.utils import timezone

    from minhu.supervision.counting import bring_up_to_date
    from minhu.web.management.commands.web_process import settle

    settings.ALLOWED_HOSTS = ["testserver"]
    began = time.perf_counter()
    city, lines = fill(many)
    while bring_up_to_date(city.pk, at=timezone.now()):
        pass
    print(f"\n{connection.vendor}: {many:,} cases, made in {time.perf_counter() - began:.0f} s\n", flush=True)
    print("| who | page | queries | CPU p95 ms | clock p95 ms |\n|---|---|---|---|---|", flush=True)
    settle()
    within = True
    for who, path, ask in asked(city, lines):
        count = _Count()
        with connection.execute_wrapper(count):
            answer = ask()
        assert answer.status_code == 200, (path, answer.status_code)  # type: ignore[attr-defined]
        cpu, clock = _p95s(ask)
        within = within and cpu <= BAR_MS
        print(f"| {who} | `{path}` | {count.queries} | {cpu:.0f} | {clock:.0f} |", flush=True)
    return within


class _Count:
    """Counts the questions to the database."""

    def __init__(self) -> None:
        self.queries = 0

    def __call__(self, run: Callable[..., object], *what: object) -> object:
        self.queries += 1
        return run(*what)


def _p95s(ask: Callable[[], object]) -> tuple[float, float]:
    cpu, clock = [], []
    for _ in range(TIMES):
        at, began = time.process_time(), time.perf_counter()
        ask()
        cpu.append((time.process_time() - at) * 1000)
        clock.append((time.perf_counter() - began) * 1000)
    return sorted(cpu)[int(TIMES * 0.95)], sorted(clock)[int(TIMES * 0.95)]


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cases", type=int, default=100_000)
    parser.add_argument("--engine", choices=ENGINES, action="append", help="both unless given")
    parser.add_argument("--here", action="store_true", help=argparse.SUPPRESS)
    given = parser.parse_args(arguments)
    if given.here:
        return 0 if measure(given.cases) else 1
    failed = 0
    for engine in given.engine or ENGINES:
        failed = measured("benchmarks.pages", engine, "--cases", str(given.cases)) or failed
    return failed


if __name__ == "__main__":
    sys.exit(main())
