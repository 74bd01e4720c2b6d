"""What staff find: by words, phrases, first letters, codes, places, telephone numbers; and how the index keeps up."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection, transaction

from minhu.audit.models import TrailEntry
from minhu.cases import actions
from minhu.cases.authority import seen
from minhu.cases.models import Case
from minhu.directory.models import Line
from minhu.insight import fulltext, indexing
from minhu.insight.finding import By, Found, find
from minhu.insight.indexing import bring_up_to_date
from minhu.insight.models import SearchEntry, SearchProgress
from minhu.insight.searching import Narrowed
from minhu.intake import codes
from minhu.rules.access import Viewer, system
from minhu.rules.words import CaseKind, CaseState, OfficeKind, Role
from tests import make

pytestmark = pytest.mark.django_db
AT = make.MONDAY_10
DAY = AT + timedelta(hours=5)


@pytest.fixture
def line() -> Line:
    return make.line(make.official(make.office(make.city(), "水务局"), "单春梅"))


@pytest.fixture
def staff(line: Line) -> Viewer:
    return make.viewer(line.city, Role.STAFF)


def case(line: Line, body: str, *, title: str = "", place: str = "", days: int = 0, number: str = "") -> Case:
    """A matter as it stands in the database, so many days old."""
    return Case.objects.create(
        city=line.city, line=line, holder=line.official, citizen=make.citizen(line.city, number), state="held",
        code=codes.allot()[0], title=title or body[:20], body=body, place=place,
        opened_at=AT - timedelta(days=days),
    )  # fmt: skip


def index(line: Line) -> None:
    while bring_up_to_date(line.city_id):
        pass


def titles(viewer: Viewer, typed: str, narrowed: Narrowed | None = None) -> list[str]:
    return ["".join(piece.text for piece in card.title) for card in ask(viewer, typed, narrowed).cards]


def ask(viewer: Viewer, typed: str, narrowed: Narrowed | None = None, *, page: int = 1, numbers: bool = False) -> Found:
    return find(viewer, typed, narrowed or Narrowed(), DAY, page=page, numbers=numbers)


FOUND = [
    "停", "停水", "停水三天", "停水 水厂", "桃溪路", "“桃溪路停水，三天”", "桃溪路水厂三天", "txl", "TXL",
    "wifi", "3号", "停水，桃溪",
]  # fmt: skip
OF_THE_OFFICIAL = ["scm", "shanchunmei", "swj", "单春梅", "水务局"]
NOT_THERE = ["水停", "停水 路灯", "“停水 桃溪路”", "lxt", "断电", "“不亮 停水”"]
ANYTHING = [
    "", "。！？", "“", '"" "', "NEAR(", '" OR words MATCH "停水', "'; DROP TABLE insight_searchentry; --", "*", "停*",
    "%", "_", "😀", "\\", "a" * 10_000, "停水" * 5_000, "\u0301\u200b", "I停I", "M代M", "\0", "\ud800",
]  # fmt: skip


def test_words_phrases_and_first_letters(line: Line, staff: Viewer) -> None:
    case(line, "桃溪路停水，三天了，水厂的ＷｉＦｉ也停了", title="桃溪路3号停水")
    case(line, "路灯不亮", title="路灯不亮", days=1)
    index(line)
    for typed in FOUND:
        assert titles(staff, typed) == ["桃溪路3号停水"], typed
    for typed in OF_THE_OFFICIAL:
        assert titles(staff, typed) == ["桃溪路3号停水", "路灯不亮"], typed
    for typed in NOT_THERE:
        assert not titles(staff, typed), typed


def test_whatever_is_typed_is_answered(line: Line, staff: Viewer) -> None:
    case(line, "桃溪路停水")
    index(line)
    for typed in ANYTHING:
        assert ask(staff, typed).by in {By.NOTHING, By.WORDS}, typed[:20]
    assert titles(staff, "停水") == ["桃溪路停水"]


def test_a_code_leads_to_its_case_however_it_is_written(line: Line, staff: Viewer) -> None:
    made = case(line, "桃溪路停水")
    for typed in (made.code, made.code.lower(), f"{made.code[:4]} {made.code[4:]}"):
        found = ask(staff, typed)
        assert (found.by, [card.case_id for card in found.cards]) == (By.CODE, [made.pk])


def test_titles_and_fresh_ones_come_first(line: Line, staff: Viewer) -> None:
    case(line, "反映停水", title="说法甲", days=1)
    case(line, "反映停水", title="停水乙", days=2)
    case(line, "反映停水", title="停水丙", days=300)
    index(line)
    assert titles(staff, "停水") == ["停水乙", "说法甲", "停水丙"]


def test_what_was_found_is_marked_in_its_own_spelling(line: Line, staff: Viewer) -> None:
    case(line, "<b>桃溪路</b>停電了", title="桃溪路")
    index(line)
    [card] = ask(staff, "停电 txl").cards
    assert [piece.text for piece in card.title if piece.marked] == ["桃溪路"]
    assert [piece.text for piece in card.quoted[0].pieces if piece.marked] == ["停電"]


def test_it_is_narrowed_by_state_kind_office_and_days(line: Line, staff: Viewer) -> None:
    old = case(line, "停水", title="停水一", days=40)
    Case.objects.filter(pk=old.pk).update(kind=CaseKind.COMPLAINT.value, state=CaseState.NEW.value)
    case(make.line(make.official(make.office(line.city, "某县", OfficeKind.COUNTY))), "停水", title="停水二")
    index(line)
    office = line.official.office_id
    assert titles(staff, "停水", Narrowed(state=CaseState.NEW)) == ["停水一"]
    assert titles(staff, "停水", Narrowed(kind=CaseKind.COMPLAINT)) == ["停水一"]
    assert titles(staff, "停水", Narrowed(offices=frozenset({office}))) == ["停水一"]
    assert titles(staff, "停水", Narrowed(since=AT - timedelta(days=30))) == ["停水二"]


def test_pages_and_the_bound(line: Line, staff: Viewer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("minhu.insight.searching.MOST", 25)
    monkeypatch.setattr("minhu.insight.stepping.NEWEST", 10)
    for days in range(30):
        case(line, "停水", days=days * 9)
    index(line)
    first, second = ask(staff, "停水"), ask(staff, "停水", page=2)
    assert (first.total, first.more, first.pages) == (25, True, 2)
    assert (len(first.cards), len(second.cards)) == (20, 5)
    assert not {one.case_id for one in first.cards} & {one.case_id for one in second.cards}
    assert ask(staff, "停水", page=99).page == 2


def test_rare_words_are_found_however_old(line: Line, staff: Viewer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("minhu.insight.stepping.NEWEST", 3)
    for days in range(8):
        case(line, "路灯", days=days)
    case(line, "罕见的窨井", days=700)
    index(line)
    official = make.viewer(line.official.office, official=line.official)
    assert titles(staff, "窨井") == titles(official, "窨井") == ["罕见的窨井"]


@pytest.mark.parametrize("few_lines", [12, 0], ids=["his lines", "the whole city"])
def test_the_newest_that_he_may_read_are_found_however_much_is_kept_from_him(
    line: Line, monkeypatch: pytest.MonkeyPatch, few_lines: int
) -> None:
    """What matches is sought first and then asked about: in whatever bounds, the answer is as if each were asked."""
    for name, most in (("MOST", 4), ("LOOKED_AT", 6), ("LOOKED_AT_MOST", 8)):
        monkeypatch.setattr(f"minhu.insight.searching.{name}", most)
    monkeypatch.setattr("minhu.insight.stepping.NEWEST", 3)
    monkeypatch.setattr("minhu.insight.stepping.FEW_LINES", few_lines)
    other = make.line(make.official(make.office(line.city, "市住建局")))
    made = [case((line, other)[day % 3 > 0], "路灯", title=f"路灯{day}", days=day * 11) for day in range(40)]
    Case.objects.filter(pk__in=[one.pk for one in made[:12]]).update(confidential=True)
    Case.objects.filter(pk__in=[one.pk for one in made[20:26]]).update(holder=line.official)
    index(line)
    staff = [make.viewer(office, Role.STAFF) for office in (line.city, other.official.office)]
    officials = [make.viewer(one.official.office, official=one.official) for one in (line, other)]
    for viewer in staff + officials:
        for narrowed in (Narrowed(), Narrowed(since=AT - timedelta(days=300)), Narrowed(kind=CaseKind.COMPLAINT)):
            mine = Case.objects.filter(seen(viewer), opened_at__gte=narrowed.since or AT - timedelta(days=9_999))
            mine = mine.filter(kind=narrowed.kind) if narrowed.kind else mine
            newest = list(mine.order_by("-opened_at").values_list("title", flat=True))
            found = ask(viewer, "路灯", narrowed)
            assert {"".join(piece.text for piece in card.title) for card in found.cards} == set(newest[:4])
            assert found.more == (len(newest) > 4)


# ---- by telephone number


def test_a_number_is_found_by_its_hash_and_the_look_is_recorded(line: Line, staff: Viewer) -> None:
    made = case(line, "停水，电话15400000021", number="+8615400000021")
    index(line)
    found = ask(staff, "154 0000 0021", numbers=True)

    assert (found.by, [card.case_id for card in found.cards]) == (By.NUMBER, [made.pk])
    entry = TrailEntry.objects.get(act="find_by_number")
    assert (entry.subject_id, entry.detail) == (str(made.citizen_id), {"cases": [made.pk]})
    assert not TrailEntry.objects.filter(reason__contains="15400000021").exists()


def test_a_number_is_neither_in_the_index_nor_looked_up_unasked(line: Line, staff: Viewer) -> None:
    case(line, "停水，电话15400000021，速回", number="+8615400000021")
    index(line)
    assert "5I4I0I0" not in "".join(SearchEntry.objects.values_list("words", flat=True))
    assert ask(staff, "15400000021").by is By.NUMBER_WITHHELD
    assert not titles(staff, "5400000")
    assert not TrailEntry.objects.filter(act="find_by_number").exists()


def test_a_number_opens_nothing_that_is_not_his_to_see(line: Line) -> None:
    made = case(line, "停水", number="+8615400000021")
    other = make.official(make.office(line.city))
    for viewer in (make.viewer(line.city, Role.OPERATOR), make.viewer(other.office, official=other)):
        assert not ask(viewer, "15400000021", numbers=True).cards
    assert TrailEntry.objects.get(act="find_by_number").detail == {"cases": []}, "the official's question is kept"
    assert made.pk


# ---- the index keeps up


def test_what_is_done_to_a_case_is_found_after_the_next_round(line: Line, staff: Viewer) -> None:
    index(line)
    make.text(line, make.citizen(line.city), "文昌街窨井盖不见了，很危险")
    actions.take_in(at=AT)
    assert not titles(staff, "窨井盖")
    assert bring_up_to_date(line.city_id) > 0
    [card] = ask(staff, "窨井盖").cards

    actions.write_note(card.case_id, "市政已围挡", by=system(line.city_id), at=AT)
    bring_up_to_date(line.city_id)
    assert [card.case_id for card in ask(staff, "围挡").cards] == [card.case_id]
    assert bring_up_to_date(line.city_id) == 0


def test_after_an_outage_nothing_is_missing(line: Line, staff: Viewer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(indexing, "FOLLOWED_AT_ONCE", 2)
    index(line)
    for number in range(5):
        make.text(line, make.citizen(line.city), f"第{number}处路面塌陷积水严重")
    actions.take_in(at=AT)
    index(line)
    assert len(titles(staff, "塌陷")) == 5


def test_reading_again_writes_nothing_and_takes_away_what_is_gone(line: Line, staff: Viewer) -> None:
    made = case(line, "停水")
    index(line)
    before = list(SearchEntry.objects.values_list("pk", "words"))
    stray = SearchEntry.objects.create(city=line.city, case=made, kind="note", source_id=999, at=AT, words="I停I水I")

    indexing.reindex(line.city_id, lambda state: state())

    assert list(SearchEntry.objects.values_list("pk", "words")) == before
    assert not SearchEntry.objects.filter(pk=stray.pk).exists()
    assert titles(staff, "停水") == ["停水"]


def test_a_row_that_is_deleted_is_found_no_more(line: Line, staff: Viewer) -> None:
    case(line, "停水")
    index(line)
    SearchEntry.objects.all().delete()
    assert not titles(staff, "停水")


def test_a_fault_keeps_the_place(line: Line, staff: Viewer) -> None:
    case(line, "停水")
    with transaction.atomic():
        bring_up_to_date(line.city_id)
        transaction.set_rollback(True)
    assert not SearchProgress.objects.exists()
    index(line)
    assert titles(staff, "停水") == ["停水"]


def test_the_index_is_used(line: Line) -> None:
    assert fulltext.fault(connection) is None
    index(line)
    rows = fulltext.holding(SearchEntry.objects.all(), [["停I水"]])
    with transaction.atomic():
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("SET LOCAL enable_seqscan = off")
        assert ("search_words" if connection.vendor == "postgresql" else "VIRTUAL TABLE") in rows.explain()
