"""The job that reads new cases into the stream and keeps hot issues up to date.

    sweep      take the turn ─▶ forget what became secret ─▶ take over what people decided ─▶ read some ─▶ measure
    restored   all that was read, in its order, each text put where the records say it is

What is in memory follows from the records, so it may be lost at any time; what is read is written in one transaction
under the lock of the turn. This module loads arrays: import it where it is needed, and late.
"""

from __future__ import annotations

import time
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta

import structlog
from django.db import transaction

from minhu.insight import duplicating, forgetting, measuring, turns
from minhu.insight.engine.duplicates import Intake, Match
from minhu.insight.engine.groups import Event, Report
from minhu.insight.engine.stream import BY_VECTORS, BY_WORDS, Stream, Tuning
from minhu.insight.models import HotIssue, Streamed, StreamTurn
from minhu.insight.recording import Record
from minhu.insight.records import cases_of, pairs, recorded
from minhu.insight.reports import FIELDS, embedder, in_order, report_of, reports_of, with_vectors
from minhu.insight.turns import LostTurn
from minhu.insight.unread import cooling, unread

log = structlog.get_logger(__name__)

Found = Mapping[int, Sequence[Match]]
"""By new case, earlier ones that may be the same matter."""

AT_ONCE = 200
MOST_COMPARED = 10_000
"""A new case is compared with so many of the newest, one by one."""
_RENEW_AFTER = turns.LASTS.total_seconds() / 4


def tuning() -> Tuning:
    """As the settings ask: by words, or by words and vectors."""
    return BY_VECTORS if embedder() else BY_WORDS


class CityStream:
    """One city's stream in this process."""

    def __init__(self, city_id: int, holder: str) -> None:
        self._city, self._holder = city_id, holder
        self._stream: Stream | None = None
        self._intake = Intake(most=MOST_COMPARED)
        self._last = self._decided = 0

    def sweep(self, at: datetime) -> int:
        """One pass, if it is our turn; returns how many cases were read."""
        turn = turns.take(self._city, self._holder, at)
        if turn is None:
            self._stream = None
            return 0
        if forgetting.forget(self._city, at=at):
            turn.refresh_from_db()
        stream, anew = self._up_to_date(turn, at)
        fresh = _fresh(self._city, at)
        try:
            matches = {int(report.key): self._compared(report) for report in fresh}
            events = [event for report in fresh for event in stream.feed([report])]
            self._write(stream, matches, events, anew, at)
        except BaseException:
            self._stream = None  # it is ahead of the records
            raise
        return len(fresh)

    def _compared(self, report: Report) -> tuple[Match, ...]:
        found = self._intake.find(report)
        self._intake.keep(report)
        return found

    @transaction.atomic
    def _write(self, stream: Stream, found: Found, events: Sequence[Event], anew: Iterable[str], at: datetime) -> None:
        turn = turns.hold(self._city, self._holder, self._decided)
        new = [Streamed(city_id=self._city, case_id=case_id, at=at) for case_id in found]
        read = Streamed.objects.bulk_create(new)
        record = Record(self._city, at)
        record.write(events)
        duplicating.keep(self._city, found, at=at)
        measure(self._city, stream, {*record.touched, *anew}, at=at)
        turns.measured(turn)
        self._last = read[-1].pk if read else self._last

    def _up_to_date(self, turn: StreamTurn, at: datetime) -> tuple[Stream, Collection[str]]:
        """What is in memory as the records have it, and the names of the issues that people changed."""
        last = Streamed.objects.filter(city_id=self._city).order_by("-pk").values_list("pk", flat=True).first() or 0
        missed = turns.changes_since(turn, self._decided) if self._stream is not None else None
        if self._stream is None or missed is None or last > self._last:
            self._stream = self._restored(at)
            anew = {name for number, names in turn.changes if number > turn.measured for name in names}
        else:
            anew = missed
            if anew:
                self._stream.keep_apart(pairs(self._city))
                self._stream.regroup({name: reports_of(cases_of(self._city, name)) for name in sorted(anew)})
        self._last, self._decided = last, turn.decided
        return self._stream, anew

    def _restored(self, at: datetime) -> Stream:
        stream = Stream(tuning())
        stream.keep_apart(pairs(self._city))
        self._intake = Intake(most=MOST_COMPARED)
        newest = min(MOST_COMPARED, stream.tuning.most_texts)
        count, began = Streamed.objects.filter(city_id=self._city).count(), time.monotonic()
        renewed = began
        for number, (report, home) in enumerate(recorded(self._city, stream.tuning.most_texts), start=1):
            stream.recall(report, home)
            if number > min(count, stream.tuning.most_texts) - newest:
                self._intake.keep(report)
            if (now := time.monotonic()) - renewed > _RENEW_AFTER:  # vectors that are not kept take long to make
                renewed = now
                self._renew(at + timedelta(seconds=now - began))
        log.info("stream_restored", city=self._city, texts=count, groups=len(stream.groups))
        return stream

    def _renew(self, at: datetime) -> None:
        if turns.take(self._city, self._holder, at) is None:
            raise LostTurn


def measure(city_id: int, stream: Stream, touched: Collection[str], *, at: datetime) -> None:
    """Measure and describe issues that changed; measure those about which it has been quiet. Under the turn's lock."""
    names = {*touched, *cooling(city_id, at).values_list("name", flat=True)}
    issues = HotIssue.objects.select_for_update(no_key=True).filter(city_id=city_id, name__in=sorted(names))
    for issue in issues.filter(merged_into=None).order_by("pk"):
        if issue.name in touched:
            measuring.describe(issue, measuring.described(measuring.newest_of(issue), stream.known))
        group = stream.groups.get(issue.name)
        measuring.weigh(issue, list(group.voices().values()) if group else None, at=at)
        measuring.tell_once(issue, at=at)
        issue.save()


def _fresh(city_id: int, at: datetime) -> list[Report]:
    rows = unread(city_id, at).values_list(*FIELDS)[:AT_ONCE]
    return in_order(with_vectors([report_of(row) for row in rows]))


_streams: dict[tuple[int, str], CityStream] = {}


def sweep(city_id: int, *, holder: str, at: datetime) -> int:
    """One pass over a city, by the stream that this process keeps."""
    key = (city_id, holder)
    if key not in _streams:
        _streams[key] = CityStream(city_id, holder)
    try:
        return _streams[key].sweep(at)
    except LostTurn:
        log.info("stream_turn_lost", city=city_id)
        return 0


def forget_all() -> None:
    """Let go of all that is in memory; the next pass reads the records."""
    _streams.clear()
