"""Presence from calendars: what counts, what does not, and what happens when a calendar cannot be read."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from random import Random
from typing import ClassVar

import pytest

from minhu.audit import privacy
from minhu.directory import actions, calendars, queries, snapshot
from minhu.directory.calendars import fetching
from minhu.directory.calendars.ics import busy_spans, state_of
from minhu.directory.errors import CalendarUnusable, NotAllowed
from minhu.directory.models import CalendarFeed, Official, PresenceSpan
from minhu.rules.words import Presence
from tests import make
from tests.make import MONDAY_10 as AT

SHANGHAI_ZONE = """BEGIN:VTIMEZONE
TZID:China Standard Time
BEGIN:STANDARD
DTSTART:16010101T000000
TZOFFSETFROM:+0800
TZOFFSETTO:+0800
END:STANDARD
END:VTIMEZONE
"""


def ics(*events: str, head: str = "") -> str:
    body = "".join(f"BEGIN:VEVENT\n{event.strip()}\nEND:VEVENT\n" for event in events)
    return f"BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:-//x//x\n{head}{body}END:VCALENDAR\n".replace("\n", "\r\n")


def event(
    summary: str = "专题会议", *, start: str = "20260302T020000Z", end: str = "20260302T030000Z", more: str = ""
) -> str:
    return f"UID:{summary}@x\nDTSTAMP:20260101T000000Z\nDTSTART:{start}\nDTEND:{end}\nSUMMARY:{summary}\n{more}"


def states(text: str, at: datetime = AT) -> list[tuple[str, datetime, datetime]]:
    return [(busy.state.value, busy.since, busy.until) for busy in busy_spans(text, at)]


def test_a_meeting_makes_him_busy_until_its_end() -> None:
    assert states(ics(event())) == [("meeting", AT, AT + timedelta(hours=1))]


@pytest.mark.parametrize("more", ["STATUS:CANCELLED", "TRANSP:TRANSPARENT", "X-MICROSOFT-CDO-BUSYSTATUS:FREE"])
def test_what_is_cancelled_or_marked_free_does_not_count(more: str) -> None:
    assert states(ics(event(more=more))) == []


@pytest.mark.parametrize(
    ("summary", "state"),
    [
        ("市政府常务会议", Presence.MEETING),
        ("约谈", Presence.MEETING),
        ("出差：北京", Presence.TRAVELLING),
        ("赴省城汇报工作", Presence.TRAVELLING),
        ("外出", Presence.TRAVELLING),
        ("外出务工人员座谈会", Presence.MEETING),
        ("年假", Presence.RESTING),
        ("值休", Presence.RESTING),
        ("职工休假制度研讨会", Presence.MEETING),
    ],
)
def test_the_words_of_an_entry_tell_travel_and_rest_from_meetings(summary: str, state: Presence) -> None:
    assert state_of(summary, whole_day=False) is state


def test_a_whole_day_counts_only_when_it_says_that_he_is_away_or_meeting() -> None:
    days = {"start": "20260302", "end": "20260303"}
    leave, task = (event(words, **days).replace("DTSTART", "DTSTART;VALUE=DATE") for words in ("年假", "交材料"))
    leave, task = (one.replace("DTEND", "DTEND;VALUE=DATE") for one in (leave, task))

    assert states(ics(leave, task)) == [
        ("resting", datetime(2026, 3, 1, 16, tzinfo=UTC), datetime(2026, 3, 2, 16, tzinfo=UTC))
    ]


def test_a_weekly_meeting_recurs_but_for_the_day_it_was_moved() -> None:
    weekly = event("例会", more="RRULE:FREQ=WEEKLY;COUNT=10\nEXDATE:20260309T020000Z")
    moved = event("例会", start="20260310T060000Z", end="20260310T070000Z", more="RECURRENCE-ID:20260309T020000Z")

    once = [since for _, since, _ in states(ics(weekly))]
    twice = [since for _, since, _ in states(ics(weekly.replace("\nEXDATE:20260309T020000Z", ""), moved))]

    assert once == [AT]
    assert twice == [AT, datetime(2026, 3, 10, 6, tzinfo=UTC)]


@pytest.mark.parametrize(
    "zone",
    ["TZID=Asia/Shanghai", "TZID=China Standard Time", "X-NOTHING=1"],
    ids=["named", "by Windows", "no zone at all"],
)
def test_times_of_the_clock_on_the_wall_are_those_of_shanghai(zone: str) -> None:
    text = event(start="20260302T100000", end="20260302T110000").replace("DTSTART", f"DTSTART;{zone}")
    text = text.replace("DTEND", f"DTEND;{zone}")

    assert states(ics(text, head=SHANGHAI_ZONE if "China" in zone else "")) == [
        ("meeting", AT, AT + timedelta(hours=1))
    ]


@pytest.mark.parametrize(
    ("more", "start", "end"),
    [
        ("RRULE:FREQ=SECONDLY", "20000101T000000Z", "20000101T000001Z"),
        ("RRULE:FREQ=DAILY;INTERVAL=0", "20260101T000000Z", "20260101T010000Z"),
        ("RRULE:FREQ=DAILY", "00010101T000000Z", "00010101T010000Z"),
        ("RRULE:FREQ=DAILY", "20260101T000000Z", "00010101T010000Z"),
        ("RRULE:FREQ=SOMETIMES", "20260101T000000Z", "20260101T010000Z"),
    ],
)
def test_an_endless_or_senseless_rule_is_left_out_and_the_rest_stands(more: str, start: str, end: str) -> None:
    before = time.process_time()

    found = states(ics(event("无尽", start=start, end=end, more=more), event()))

    assert found == [("meeting", AT, AT + timedelta(hours=1))]
    assert time.process_time() - before < 3


def test_damaged_calendars_are_refused_or_read_but_never_a_fault_of_ours() -> None:
    whole = ics(event("例会", more="RRULE:FREQ=WEEKLY;COUNT=10\nEXDATE:20260309T020000Z"), event(), head=SHANGHAI_ZONE)
    chance = Random(11)
    scraps = ["", "T", "-1", "00010101", ";VALUE=DATE", "99991231T235959Z", "BEGIN:VEVENT", "END:VEVENT", "BYMONTH=13"]

    for _ in range(300):
        damaged = whole
        for _ in range(chance.randrange(1, 6)):
            place = chance.randrange(len(damaged))
            damaged = damaged[:place] + chance.choice(scraps) + damaged[place + chance.choice((0, 1, 3, 8, 16)) :]
        with suppress(CalendarUnusable):
            busy_spans(damaged, AT)


@pytest.mark.parametrize("text", ["", "hello", "<html></html>", "BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART:nonsense"])
def test_what_is_no_calendar_says_so(text: str) -> None:
    with pytest.raises(CalendarUnusable):
        busy_spans(text, AT)


@pytest.fixture
def wang() -> Official:
    official = make.official(make.city())
    make.line(official)
    return official


def _feed(official: Official, *, address: str = "https://calendar.example/x.ics") -> CalendarFeed:
    himself = make.viewer(official.office, official=official)
    return actions.set_calendar(official.pk, address, by=himself)


@pytest.mark.django_db
def test_a_calendar_is_read_every_five_minutes_and_the_switch_learns_of_changes(wang: Official) -> None:
    _feed(wang)

    assert calendars.read_due(AT, fetch=lambda address: ics(event())) == 1
    version = snapshot.current_version()
    assert calendars.read_due(AT + timedelta(minutes=4), fetch=lambda address: ics()) == 0
    assert calendars.read_due(AT + timedelta(minutes=5), fetch=lambda address: ics(event())) == 1
    assert snapshot.current_version() == version
    assert queries.presence_of(wang.pk, AT + timedelta(minutes=6)).state is Presence.MEETING

    calendars.read_due(AT + timedelta(minutes=10), fetch=lambda address: ics())

    assert snapshot.current_version() > version
    assert queries.presence_of(wang.pk, AT + timedelta(minutes=11)).state is Presence.AVAILABLE


@pytest.mark.django_db
def test_a_meeting_that_runs_over_is_moved_not_doubled(wang: Official) -> None:
    _feed(wang)
    calendars.read_due(AT, fetch=lambda address: ics(event()))

    calendars.read_due(AT + timedelta(minutes=30), fetch=lambda address: ics(event(end="20260302T040000Z")))

    span = PresenceSpan.objects.get()
    assert span.until == AT + timedelta(hours=2)


@pytest.mark.django_db
def test_a_calendar_that_cannot_be_read_keeps_what_was_known_and_shows_the_fault(wang: Official) -> None:
    feed = _feed(wang)
    calendars.read_due(AT, fetch=lambda address: ics(event()))

    calendars.read_due(AT + timedelta(minutes=5), fetch=lambda address: "<html>login</html>")

    feed.refresh_from_db()
    assert feed.fault == "这不是日历文件（缺少 BEGIN:VCALENDAR）。"
    assert feed.read_at == AT
    assert queries.presence_of(wang.pk, AT + timedelta(minutes=6)).state is Presence.MEETING


@pytest.mark.django_db
def test_what_a_meeting_is_about_and_where_the_calendar_lives_are_not_kept_in_the_clear(wang: Official) -> None:
    feed = _feed(wang, address="webcal://calendar.example/secret-token.ics")
    calendars.read_due(AT, fetch=lambda address: ics(event("机密会议")))

    span = PresenceSpan.objects.get()
    feed.refresh_from_db()
    assert "机密" not in f"{span.note}{span.external_id}"
    assert (feed.shown, privacy.unseal(feed.address_sealed or b"")) == (
        "calendar.example",
        "https://calendar.example/secret-token.ics",
    )
    assert b"secret-token" not in bytes(feed.address_sealed or b"")


@pytest.mark.django_db
def test_a_file_handed_in_is_carried_on_each_hour(wang: Official) -> None:
    daily = ics(event("晨会", more="RRULE:FREQ=DAILY"))
    himself = make.viewer(wang.office, official=wang)
    actions.hand_in_calendar(wang.pk, "日程.ics", daily.encode(), by=himself)

    calendars.read_due(AT)
    calendars.read_due(AT + timedelta(days=20))

    assert queries.presence_of(wang.pk, AT + timedelta(days=21, minutes=5)).state is Presence.MEETING


@pytest.mark.django_db
def test_a_file_that_is_no_calendar_is_refused_at_once(wang: Official) -> None:
    himself = make.viewer(wang.office, official=wang)

    with pytest.raises(CalendarUnusable):
        actions.hand_in_calendar(wang.pk, "a.pdf", b"%PDF-1.7\0\xff", by=himself)
    with pytest.raises(CalendarUnusable):
        actions.hand_in_calendar(wang.pk, "a.ics", b"x" * (2 * 1024 * 1024 + 1), by=himself)
    with pytest.raises(NotAllowed):
        actions.hand_in_calendar(wang.pk, "a.ics", ics().encode(), by=make.viewer(wang.office))


@pytest.mark.django_db
@pytest.mark.parametrize("address", ["file:///etc/passwd", "ftp://x/y", "javascript:1", "", "https://"])
def test_an_address_that_is_not_of_the_web_is_refused(wang: Official, address: str) -> None:
    with pytest.raises(CalendarUnusable):
        _feed(wang, address=address)


@pytest.mark.django_db
def test_a_calendar_taken_away_forgets_what_it_said_of_the_future(wang: Official) -> None:
    himself = make.viewer(wang.office, official=wang)
    _feed(wang)
    now = datetime.now(UTC)
    stamp = f"{now + timedelta(days=1):%Y%m%dT%H%M%SZ}", f"{now + timedelta(days=1, hours=1):%Y%m%dT%H%M%SZ}"
    calendars.read_due(now, fetch=lambda address: ics(event(start=stamp[0], end=stamp[1])))

    actions.remove_calendar(wang.pk, by=himself)

    assert not PresenceSpan.objects.exists()
    assert queries.calendar_of(wang.pk) is None


@pytest.mark.django_db
def test_reading_one_calendar_at_once_tells_its_fault(wang: Official) -> None:
    _feed(wang)

    def gone(address: str) -> str:
        raise CalendarUnusable("日历服务器出错（500）。")

    feed = actions.read_calendar(wang.pk, by=make.viewer(wang.office, official=wang), fetch=gone)

    assert feed.fault == "日历服务器出错（500）。"


class _Calendar(BaseHTTPRequestHandler):
    pages: ClassVar[dict[str, tuple[int, dict[str, str], bytes]]] = {
        "/good.ics": (200, {"Content-Type": "text/calendar"}, "\ufeffBEGIN:VCALENDAR".encode()),
        "/moved.ics": (302, {"Location": "/good.ics"}, b""),
        "/evil.ics": (302, {"Location": "file:///etc/passwd"}, b""),
        "/round.ics": (302, {"Location": "/round.ics"}, b""),
        "/private.ics": (403, {}, b""),
        "/huge.ics": (200, {}, b"x" * (2 * 1024 * 1024 + 10)),
    }

    def do_GET(self) -> None:
        if self.path == "/slow.ics":
            self.server.released.wait(20)  # type: ignore[attr-defined]
            return
        status, headers, body = self.pages.get(self.path, (404, {}, b""))
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - its name there
        """Quiet."""


@contextmanager
def calendar_server() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Calendar)
    server.released = threading.Event()  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.released.set()  # type: ignore[attr-defined]
        server.shutdown()
        thread.join()
        server.server_close()


def test_a_calendar_is_fetched_also_where_it_moved_to() -> None:
    with calendar_server() as place:
        assert fetching.fetch(f"{place}/good.ics") == "BEGIN:VCALENDAR"
        assert fetching.fetch(f"{place}/moved.ics") == "BEGIN:VCALENDAR"


@pytest.mark.parametrize(
    ("page", "words"),
    [
        ("/gone.ics", "这个地址上没有日历"),
        ("/private.ics", "不允许读取"),
        ("/evil.ics", "被转到了不能读取的地方"),
        ("/round.ics", "被转到了不能读取的地方"),
        ("/huge.ics", "超过 2 MB"),
        ("/slow.ics", "没有及时应答"),
    ],
)
def test_a_calendar_that_cannot_be_fetched_says_why(page: str, words: str) -> None:
    with calendar_server() as place, pytest.raises(CalendarUnusable, match=words):
        fetching.fetch(f"{place}{page}", socket_seconds=0.5)


@pytest.mark.parametrize(
    "address",
    ["http://169.254.169.254/latest/meta-data", "http://0.0.0.0/x", "http://[fe80::1]/x", "http://127.0.0.1:1/x"],
)
def test_an_address_that_holds_no_calendar_is_not_asked(address: str) -> None:
    with pytest.raises(CalendarUnusable):
        fetching.fetch(address, socket_seconds=0.5)
