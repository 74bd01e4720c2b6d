"""The jobs process: takes in what has come, sends what is due, reads calendars, seals the journal."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Sequence
from datetime import datetime

import structlog
from django.conf import settings
from django.utils import timezone

from minhu.audit import pulse
from minhu.cases import actions as cases
from minhu.cases import offering, pending, tracking
from minhu.directory import calendars
from minhu.directory.models import Office
from minhu.insight import (
    correcting,
    duplicating,
    indexing,
    reading,
    rechecking,
    rectify_clock,
    reporters,
    signing,
)
from minhu.insight.unread import waiting
from minhu.intake import inbound, outbox, peaks, receipts, seal
from minhu.ops import alerting, digest_mail, gateways, retention
from minhu.ops.doctor import told
from minhu.ops.gateways import Posts
from minhu.ops.rounds import Rounds, Work
from minhu.ops.slots import worker_name
from minhu.ops.texting import Sender
from minhu.planner import learning, planning, roster_making, standing_in
from minhu.supervision import checking, complaining, complaint_clocks, counting, decaying, dialling, drawing, laddering
from minhu.supervision.others import of_citizens

log = structlog.get_logger(__name__)

SOON, MINUTE = 0.2, 60.0
"""Seconds between looks: for what people wait for, and for housekeeping."""


def run() -> None:
    """Work until SIGTERM or SIGINT, then let what is in hand end."""
    stopping = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopping.set())
    with worker_name("jobs", settings.DATA_DIR / "run") as worker, gateways.running() as posts:
        left = outbox.settle_in_doubt(worker, started_at=timezone.now())
        if left:
            log.warning("texts_in_doubt", texts=left)
        senders = [Sender(post, posts, worker=worker) for post in posts]
        if not senders:
            log.warning("no_gateway", cure="set SMPP_HOST or SMS_GATEWAYS, or texts will wait")
        work = [
            *_texting(senders),
            *_casework(),
            *_reading(),
            *_grouping(worker),
            *_rectifying(),
            *_quality(),
            *_search(),
            *_supervision(),
            *_figures(),
            *_planner(stopping.is_set),
            *_housekeeping(worker, posts),
        ]
        rounds = Rounds(work)
        rounds.start()
        log.info("jobs_started", worker=worker, gateways=[one.name for one in senders])
        stopping.wait()
        rounds.stop()
        posts.stop()  # takes the last answers, and lets nobody wait for more
        for sender in senders:
            sender.stop()


def _texting(senders: Sequence[Sender]) -> list[Work]:
    """A gateway for all lines has a thread of its own; officials' phones, which are many and send little, share one."""
    phones = [sender for sender in senders if sender.is_phone]
    return [
        Work("take_in_texts", inbound.take_in, SOON),
        Work("settle_in_doubt", lambda: len(outbox.settle_in_doubt()), MINUTE),
        Work("sweep_receipts", _quietly(receipts.sweep), MINUTE),
        Work("give_up_uncarriable", lambda: outbox.give_up_uncarriable(settings.CHANNELS), MINUTE),
        Work("ask_doubtful", _quietly(lambda: [sender.ask_doubtful() for sender in senders]), MINUTE),
        *(Work(f"send_texts:{one.name}", one.send_some, SOON) for one in senders if not one.is_phone),
        *([Work("send_texts:phones", lambda: sum(phone.send_some() for phone in phones), SOON)] if phones else []),
    ]


def _casework() -> list[Work]:
    return [
        Work("take_in_contacts", lambda: cases.take_in(at=timezone.now()), SOON),
        Work("do_pending", lambda: pending.do_due(at=timezone.now()), SOON),
        Work("settle_evidence", lambda: cases.settle_evidence(at=timezone.now()), 1.0),
        Work("escalate", lambda: cases.sweep(at=timezone.now()), 5.0),
        Work("set_missing_clocks", cases.set_missing_clocks, MINUTE),
        Work("hand_over_chosen", lambda: offering.hand_over_chosen(at=timezone.now()), 1.0),
        Work("alert", _quietly(lambda: alerting.send_due(timezone.now())), 10.0),
        Work("close_due", lambda: cases.close_due(timezone.now()), MINUTE),
        Work("forget_lookups", _quietly(lambda: tracking.forget_lookups(at=timezone.now())), MINUTE),
    ]


def _supervision() -> list[Work]:
    return [
        Work("commit_draws", _quietly(lambda: drawing.commit_due(timezone.now())), MINUTE),
        Work("draw", _quietly(lambda: drawing.draw_due(timezone.now())), MINUTE),
        Work("sweep_checks", _quietly(lambda: checking.sweep(timezone.now())), 5.0),
        Work("reveal_draws", _quietly(lambda: drawing.reveal_due(timezone.now())), MINUTE),
        Work("settle_corrections", _quietly(lambda: dialling.settle(timezone.now())), MINUTE),
        Work("take_in_complaints", lambda: complaining.take_in(timezone.now()), 5.0),
        Work("rise_complaints", _quietly(lambda: complaint_clocks.sweep(timezone.now())), MINUTE),
        Work("propose_steps", _quietly(lambda: laddering.sweep(timezone.now())), MINUTE),
    ]


def _rectifying() -> list[Work]:
    return [
        Work("promise_rectify", lambda: reporters.promise_due(timezone.now()), 5.0),
        Work("tell_rectified", lambda: reporters.tell_due(timezone.now()), 5.0),
        Work("settle_rectified", lambda: reporters.settle(timezone.now()), 5.0),
        Work("recheck", _quietly(lambda: rechecking.sweep(timezone.now())), MINUTE),
        Work("rise_rectify", _quietly(lambda: rectify_clock.sweep(timezone.now())), MINUTE),
        Work("reopen_rectify", _quietly(lambda: rectify_clock.reopen(timezone.now())), MINUTE),
    ]


def _figures() -> list[Work]:
    def count() -> int:
        return sum(counting.bring_up_to_date(city, at=timezone.now()) for city in _cities())

    def watch() -> None:
        for city in _cities():
            decaying.sweep(city, at=timezone.now())

    return [Work("count_figures", count, MINUTE), Work("watch_answers", _quietly(watch), 5 * MINUTE)]


def _planner(stopped: Callable[[], bool]) -> list[Work]:
    def days() -> int:
        at = timezone.now()
        return sum(planning.plan_days(city, at=at, of_citizens=of_citizens()) for city in _cities())

    pace = planning.Pace(stopped=stopped)

    def propose() -> int:
        return sum(
            planning.plan_windows(city, at=timezone.now(), of_citizens=of_citizens(), pace=pace) for city in _cities()
        )

    def rosters() -> int:
        at = timezone.now()
        return sum(
            roster_making.make_due(city, at=at, of_citizens=of_citizens(), stopped=stopped) for city in _cities()
        )

    def deputies() -> None:
        for city in _cities():
            standing_in.propose_due(city, at=timezone.now())

    def learn() -> None:
        for city in _cities():
            learning.judge_due(city, at=timezone.now(), of_citizens=of_citizens())

    return [
        Work("plan_days", days, 15.0),
        Work("propose_windows", propose, MINUTE, first_seconds=5.0),
        Work("make_rosters", rosters, 2.0),
        Work("propose_stand_ins", _quietly(deputies), 10 * MINUTE, first_seconds=10.0),
        Work("judge_forecast", _quietly(learn), 10 * MINUTE, first_seconds=5.0),
    ]


def _quality() -> list[Work]:
    return [
        Work("sign_replies", lambda: signing.sign_new(timezone.now()), MINUTE),
        Work("mail_digest", _quietly(lambda: digest_mail.send_due(timezone.now())), MINUTE),
    ]


def _reading() -> list[Work]:
    def hear() -> int:
        return sum(correcting.take_in(city) for city in _cities())

    return [
        Work("read_cases", lambda: reading.read_some(at=timezone.now()), SOON),
        Work("hear_corrections", hear, 1.0),
    ]


def _grouping(worker: str) -> list[Work]:
    def group() -> int:
        at = timezone.now()
        return sum(_read_into_stream(city, worker, at) for city in _cities() if waiting(city, at))

    def join() -> int:
        return sum(duplicating.join_sure(city, at=timezone.now()) for city in _cities())

    return [Work("group_cases", group, 10.0), Work("join_duplicates", join, 10.0)]


def _read_into_stream(city: int, worker: str, at: datetime) -> int:
    from minhu.insight import streaming  # loads arrays and a dictionary: only once there is something to read

    return streaming.sweep(city, holder=worker, at=at)


def _search() -> list[Work]:
    return [Work("index_words", lambda: sum(indexing.bring_up_to_date(city) for city in _cities()), 1.0)]


def _housekeeping(worker: str, posts: Posts) -> list[Work]:
    def beat() -> None:
        pulse.beat("jobs", worker, at=timezone.now(), gateways=posts.state())

    def examine() -> None:
        pulse.beat("doctor", worker, at=timezone.now(), findings=told())

    def erase() -> int:
        return sum(retention.sweep(city, at=timezone.now()) for city in _cities())

    return [
        Work("pulse", _quietly(beat), pulse.BEAT_SECONDS),
        Work("examine", _quietly(examine), MINUTE, first_seconds=5.0),
        Work("calendars", lambda: calendars.read_due(timezone.now()), MINUTE),
        Work("seal_journal", _seal, MINUTE),
        Work("erase_due", erase, 60 * MINUTE, first_seconds=MINUTE),
        Work("draw_peaks", peaks.draw_missing, 5.0, first_seconds=5.0),
    ]


def _seal() -> int:
    return sum(seal.seal_journal(city) for city in _cities())


def _cities() -> list[int]:
    return list(Office.objects.filter(parent=None).values_list("pk", flat=True))


def _quietly(do: Callable[[], object]) -> Callable[[], int]:
    """A round that never asks for another at once."""

    def once() -> int:
        do()
        return 0

    return once
