"""Handing over, avoiding, escalating, more time, attempts, files: the rules as tables."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from minhu.rules import deadlines, doors, escalation, handover
from minhu.rules.attachments import (
    FileActive,
    FileBroken,
    FileKind,
    FileTooBig,
    NotAFileWeTake,
    check_pdf,
    safe_name,
    sniff,
)
from minhu.rules.calendar import china
from minhu.rules.callbacks import OutsideWindow, QuietNow, WindowUnclear, checked_window, is_unreachable, may_ring
from minhu.rules.casework import ALWAYS, NEXT, Act
from minhu.rules.clock import SHANGHAI
from minhu.rules.conflicts import Blocking, Tree, can_be_barred, who_blocks
from minhu.rules.handover import HeldHimself, Hops, TransferUsedUp
from minhu.rules.ratings import score_of
from minhu.rules.rights import MAY, NotAllowed, Part, may, require_right
from minhu.rules.words import CaseKind, Door, Rung, Urgency

CALENDAR = china()
INSTANTS = st.datetimes(datetime(2025, 1, 1), datetime(2026, 11, 1), timezones=st.just(UTC))  # noqa: DTZ001


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


# ---- handing over


@pytest.mark.parametrize(
    ("used", "came_back", "reopened", "limit", "answer"),
    [
        (0, False, 0, 1, 1),
        (1, False, 0, 1, TransferUsedUp),
        (1, False, 0, 2, 2),
        (2, False, 0, 2, TransferUsedUp),
        (1, True, 0, 2, HeldHimself),
        (0, False, 1, 1, HeldHimself),
        (0, False, 2, 2, HeldHimself),
    ],
)
def test_a_case_is_handed_over_so_often(
    used: int, came_back: bool, reopened: int, limit: int, answer: int | type[Exception]
) -> None:
    hops = Hops(used, came_back, reopened)
    if isinstance(answer, int):
        assert handover.next_hop(hops, limit) == answer
        assert handover.may_go_on(hops, limit)
    else:
        with pytest.raises(answer):
            handover.next_hop(hops, limit)
        assert not handover.may_go_on(hops, limit)


@pytest.mark.parametrize(
    ("came", "due"),
    [
        ("2026-03-02T10:00", "2026-03-03T18:00"),
        ("2026-03-06T17:00", "2026-03-09T18:00"),  # Friday to Monday
        ("2026-09-30T10:00", "2026-10-08T18:00"),  # over the National Day holidays
        ("2026-02-13T10:00", "2026-02-14T18:00"),  # to a Saturday that is worked before Spring Festival
    ],
)
def test_it_is_handed_over_the_same_or_the_next_working_day(came: str, due: str) -> None:
    assert handover.forward_due(at(came), CALENDAR) == at(due)


# ---- avoiding

CITY, COUNTY, BUREAU, TOWN, OTHER = 1, 2, 3, 4, 5
MAYOR, VICE, HEAD, CHIEF, CLERK, STRANGER = 10, 11, 12, 13, 14, 15
TREE = Tree(
    city_id=CITY,
    above={CITY: None, COUNTY: CITY, BUREAU: COUNTY, TOWN: COUNTY, OTHER: CITY},
    superiors={MAYOR: None, VICE: MAYOR, HEAD: VICE, CHIEF: HEAD, CLERK: CHIEF, STRANGER: MAYOR},
    posts={MAYOR: CITY, VICE: CITY, HEAD: COUNTY, CHIEF: BUREAU, CLERK: BUREAU, STRANGER: OTHER},
)


@pytest.mark.parametrize(
    ("accused", "barred"),
    [
        ({"office_id": BUREAU}, {CHIEF, CLERK}),
        ({"office_id": COUNTY}, {HEAD, CHIEF, CLERK}),
        ({"office_id": OTHER}, {STRANGER}),
        ({"official_id": CHIEF}, {CHIEF, CLERK}),
        ({"official_id": HEAD}, {HEAD, CHIEF, CLERK}),
        ({"official_id": CLERK}, {CLERK}),  # his chief is his superior and may deal with it
        ({"official_id": VICE}, {VICE, HEAD, CHIEF, CLERK}),
        ({"official_id": MAYOR}, {MAYOR, VICE, HEAD, CHIEF, CLERK, STRANGER}),
    ],
    ids=str,
)
def test_a_complaint_bars_the_accused_and_those_under_them(accused: dict[str, int], barred: set[int]) -> None:
    office, official = accused.get("office_id"), accused.get("official_id")
    assert {one for one in TREE.posts if who_blocks(TREE, official_id=one).by(office, official)} == barred


@pytest.mark.parametrize(
    ("accused", "barred"),
    [
        ({"office_id": COUNTY}, {COUNTY, BUREAU, TOWN}),
        ({"office_id": BUREAU}, {BUREAU}),
        ({"official_id": HEAD}, {COUNTY, BUREAU, TOWN}),
        ({"official_id": CHIEF}, {BUREAU}),
        (
            {"official_id": VICE},
            set(),
        ),  # of the city's own office: the units are barred by their officials' chain alone
    ],
    ids=str,
)
def test_a_complaint_bars_the_units_in_it_and_below_it(accused: dict[str, int], barred: set[int]) -> None:
    office, official = accused.get("office_id"), accused.get("official_id")
    assert {one for one in TREE.above if who_blocks(TREE, office_ids=[one]).by(office, official)} == barred


def test_no_complaint_bars_who_works_for_the_whole_city_alone() -> None:
    for one in TREE.above:
        barred = who_blocks(TREE, office_ids=[one]) != Blocking()
        assert can_be_barred(TREE.city_id, office_ids=[one]) == barred == (one != TREE.city_id)
    for one in TREE.posts:
        assert can_be_barred(TREE.city_id, official_id=one)


@given(st.dictionaries(st.integers(1, 6), st.integers(1, 6) | st.none(), max_size=6))
def test_a_circle_of_superiors_ends(superiors: dict[int, int | None]) -> None:
    tree = Tree(1, {1: None, 2: 3, 3: 2}, superiors, dict.fromkeys(range(1, 7), 2))
    for one in range(1, 7):
        assert one in who_blocks(tree, official_id=one).officials


# ---- escalating


@pytest.mark.parametrize(
    ("made", "due", "urgency", "remind", "escalate"),
    [
        # five and a half working hours are left of that Monday; 120 % reach into Tuesday
        ("2026-03-02T10:00", "2026-03-02T18:00", Urgency.NORMAL, "2026-03-02T16:54", "2026-03-03T09:36"),
        ("2026-03-02T10:00", "2026-03-02T12:00", Urgency.URGENT, "2026-03-02T11:36", "2026-03-02T12:24"),
        ("2026-03-02T23:30", "2026-03-03T06:00", Urgency.NORMAL, "2026-03-03T04:42", "2026-03-03T07:18"),
    ],
)
def test_the_three_instants_of_a_promise(made: str, due: str, urgency: Urgency, remind: str, escalate: str) -> None:
    times = escalation.clock(at(made), at(due), urgency, CALENDAR)
    assert (times.remind_at, times.due_at, times.escalate_at) == (at(remind), at(due), at(escalate))


@given(INSTANTS, st.integers(1, 40 * 24 * 60), st.sampled_from(Urgency))
def test_the_instants_come_in_order(made: datetime, minutes: int, urgency: Urgency) -> None:
    due = made + timedelta(minutes=minutes)
    times = escalation.clock(made, due, urgency, CALENDAR)
    assert made <= times.remind_at <= times.due_at == due <= times.escalate_at


@given(INSTANTS, st.lists(st.integers(-100, 500), max_size=12))
def test_each_rung_is_reached_once_however_the_clock_jumps(made: datetime, jumps: list[int]) -> None:
    times = escalation.clock(made, made + timedelta(hours=100), Urgency.URGENT, CALENDAR)
    told: list[Rung] = []
    for jump in jumps:
        told += escalation.reached(times, made + timedelta(hours=jump), after=told[-1] if told else 0)
    highest = made + timedelta(hours=max(jumps, default=-1))
    assert told == [rung for rung in Rung if times.instant(rung) <= highest]


def test_rungs_follow_one_another() -> None:
    assert [escalation.next_rung(one) for one in (0, 80, 100, 120)] == [*Rung, None]


@given(INSTANTS, st.integers(0, 30 * 24 * 60))
def test_working_time_between_is_what_was_added(start: datetime, minutes: int) -> None:
    worked = timedelta(minutes=minutes % (20 * 7 * 60))
    end = deadlines.add_working_time(start, worked, CALENDAR)
    assert deadlines.working_time_between(start, end, CALENDAR) == worked


# ---- more time


@pytest.mark.parametrize(
    ("kind", "urgency", "days", "due"),
    [
        (CaseKind.REQUEST, Urgency.NORMAL, 2, "2026-03-11T18:00"),
        (CaseKind.COMPLAINT, Urgency.NORMAL, 15, "2026-03-30T18:00"),
        (CaseKind.REQUEST, Urgency.URGENT, 2, "2026-03-11T18:00"),
        (CaseKind.REQUEST, Urgency.NORMAL, 6, deadlines.TooLong),
        (CaseKind.REQUEST, Urgency.NORMAL, 0, deadlines.TooLong),
        (CaseKind.ENQUIRY, Urgency.NORMAL, 2, deadlines.TooLong),
    ],
)
def test_more_time_is_at_most_the_time_of_the_kind(
    kind: CaseKind, urgency: Urgency, days: int, due: str | type[Exception]
) -> None:
    before, now = at("2026-03-09T18:00"), at("2026-03-09T10:00")

    def asked() -> datetime:
        return deadlines.extended_due(kind, before, days, CALENDAR, at=now, urgency=urgency)

    if isinstance(due, str):
        assert asked() == at(due)
    else:
        with pytest.raises(due):
            asked()


def test_more_time_is_asked_for_in_time() -> None:
    due = at("2026-03-09T18:00")
    with pytest.raises(deadlines.TooLate):
        deadlines.extended_due(
            CaseKind.REQUEST, due, 1, CALENDAR, at=due + timedelta(seconds=1), urgency=Urgency.NORMAL
        )


def test_the_reply_to_what_is_urgent_is_due_in_plain_time() -> None:
    friday = at("2026-03-06T17:00")
    assert deadlines.reply_due(CaseKind.ENQUIRY, friday, CALENDAR) == at("2026-03-09T18:00")
    assert deadlines.reply_due(CaseKind.ENQUIRY, friday, CALENDAR, Urgency.URGENT) == at("2026-03-07T17:00")


# ---- calling


@pytest.mark.parametrize(
    ("tries", "unreachable"),
    [
        (["02T10:00", "02T15:00", "03T09:00"], True),
        (["02T10:00", "02T15:00", "02T17:00"], False),  # one day
        (["02T10:00", "03T10:00", "04T10:30"], False),  # always at ten
        (["02T10:00", "03T15:00"], False),
        (["02T10:00", "02T15:00", "03T09:00", "03T10:00"], True),
        ([], False),
    ],
)
def test_three_attempts_on_two_days_at_different_hours(tries: list[str], unreachable: bool) -> None:
    assert is_unreachable(at(f"2026-03-{one}") for one in tries) is unreachable


@pytest.mark.parametrize(("when", "quiet"), [("22:59", False), ("23:00", True), ("05:59", True), ("06:00", False)])
def test_nobody_is_rung_out_of_his_sleep(when: str, quiet: bool) -> None:
    if quiet:
        with pytest.raises(QuietNow):
            may_ring(at(f"2026-03-02T{when}"))
    else:
        may_ring(at(f"2026-03-02T{when}"))


def test_a_citizen_is_not_rung_before_the_time_he_asked_for() -> None:
    window = (at("2026-03-02T18:00"), at("2026-03-02T20:00"))
    with pytest.raises(OutsideWindow):
        may_ring(at("2026-03-02T17:59"), window)
    may_ring(at("2026-03-02T18:00"), window)
    may_ring(at("2026-03-02T21:00"), window)  # late is better than never


@pytest.mark.parametrize(("begins", "ends"), [("09:00", "11:00"), ("18:00", "17:00"), ("18:00", "23:30")])
def test_a_window_lies_ahead_begins_before_it_ends_and_is_not_at_night(begins: str, ends: str) -> None:
    with pytest.raises(WindowUnclear):
        checked_window(at(f"2026-03-02T{begins}"), at(f"2026-03-02T{ends}"), at=at("2026-03-02T10:00"))


# ---- who may do what


def test_every_act_on_a_case_says_whose_it_is() -> None:
    assert {act for _, act in NEXT} | ALWAYS == set(Act) == set(MAY)


def test_a_unit_replies_asks_for_time_or_gives_back() -> None:
    allowed = {act for act in Act if may({Part.UNIT}, act)}
    assert allowed == {
        Act.TRANSFER, Act.GIVE_BACK, Act.EXTEND, Act.REPLY, Act.CALL_BACK, Act.ATTACH, Act.NOTE,
    }  # fmt: skip


def test_who_only_looks_on_may_write_a_note_and_nothing_else() -> None:
    assert {act for act in Act if may({Part.LEADERSHIP}, act)} == {Act.NOTE}
    assert not any(may((), act) for act in Act)
    with pytest.raises(NotAllowed):
        require_right({Part.LEADERSHIP}, Act.REPLY)


# ---- ratings, doors


@pytest.mark.parametrize(("solved", "satisfied", "score"), [(True, True, 1), (True, False, 2), (False, True, 3)])
def test_what_the_citizen_says_as_a_digit(solved: bool, satisfied: bool, score: int) -> None:
    assert score_of(solved=solved, satisfied=satisfied) == score


@pytest.mark.parametrize(
    ("words", "door"),
    [
        ("法院判决两年了还没执行", Door.COURT),
        ("对处罚决定不服，想申请行政复议", Door.RECONSIDERATION),
        ("村干部贪污低保款", Door.DISCIPLINE),
        ("对信访答复不满意，要信访复查", Door.PETITION),
        ("建设路路灯坏了", None),
    ],
)
def test_words_hint_at_a_door(words: str, door: Door | None) -> None:
    assert doors.suggest(words) is door
    assert set(doors.DOORS) == set(Door)


# ---- files


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"\xff\xd8\xff\xe0 and so on", "image"),
        (b"\x89PNG\r\n\x1a\n", "image"),
        (b"RIFF\x00\x00\x00\x00WEBPVP8 ", "image"),
        (b"GIF89a", "image"),
        (b"%PDF-1.7", "pdf"),
    ],
)
def test_a_file_is_known_by_what_it_is(content: bytes, kind: str) -> None:
    assert sniff(content) == kind


@pytest.mark.parametrize("content", [b"", b"MZ\x90", b"<svg onload=alert(1)>", b"PK\x03\x04", b" %PDF-1.7"])
def test_what_is_neither_photo_nor_pdf_is_not_taken(content: bytes) -> None:
    with pytest.raises(NotAFileWeTake):
        sniff(content)


def test_a_file_that_is_too_big_is_not_even_looked_at() -> None:
    with pytest.raises(FileTooBig):
        sniff(b"%PDF-" + bytes(10 * 1024 * 1024))


@pytest.mark.parametrize(
    ("body", "refusal"),
    [
        (b"%PDF-1.7 /Type /Catalog", FileBroken),
        (b"%PDF-1.7 /OpenAction << /S /JavaScript >> %%EOF", FileActive),
        (b"%PDF-1.7 << /S /J#61vaScript >> %%EOF", FileActive),
        (b"%PDF-1.7 /Names /EmbeddedFiles %%EOF", FileActive),
        (b"%PDF-1.7 /Launch (cmd) %%EOF", FileActive),
    ],
)
def test_a_pdf_that_does_something_is_not_taken(body: bytes, refusal: type[Exception]) -> None:
    with pytest.raises(refusal):
        check_pdf(body)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("现场照片.JPG", "现场照片.jpg"),
        ("../../etc/passwd", "passwd.jpg"),
        ("C:\\Users\\a\\水管 1.png", "水管 1.jpg"),
        ("a\u202egpj.exe", "agpj.jpg"),
        ("<script>.jpg", "script.jpg"),
        ("...", "附件.jpg"),
        ("", "附件.jpg"),
        ("\0\n", "附件.jpg"),
    ],
)
def test_a_name_is_only_a_name(typed: str, kept: str) -> None:
    assert safe_name(typed, FileKind.JPEG) == kept


@given(st.text(max_size=300))
def test_no_name_is_a_path(typed: str) -> None:
    name = safe_name(typed, FileKind.PDF)
    assert name.endswith(".pdf")
    assert not set(name) & set('/\\\0\n\r"<>|:*?')
    assert 5 <= len(name) <= 64
