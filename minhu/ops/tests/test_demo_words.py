"""What somebody who tries the demo reads, and what his call asks for."""

from __future__ import annotations

import io
from datetime import datetime
from pathlib import Path
from random import Random

import pytest

from minhu.ops.city import SignIn
from minhu.ops.demo.clock import last_seen, shift_seconds
from minhu.ops.demo.life import make_wish, take_wish
from minhu.ops.demo.one_call import find_line, unknown_line
from minhu.ops.demo.options import parser
from minhu.ops.demo.people import Owner, PhoneBook, Published, kept, whom_to_ring
from minhu.ops.demo.profile import Answers, Declines
from minhu.ops.demo.story import Story, Tag, bar, padded, width
from minhu.ops.demo.welcome import one_per_role
from minhu.rules.calendar import china
from minhu.rules.clock import SHANGHAI


def a_line(number: str, shown: str, office: str = "市水务局", *, of_the_city: bool = False) -> Published:
    return Published(int(number[-4:]), number, 1, shown, "+8615400010001", False, office, of_the_city)


MAYOR = a_line("+8615400000001", "程望舒（市长）", "安澜市", of_the_city=True)
WATER = a_line("+8615400000051", "白水清（市水务局局长）")
BOOK = PhoneBook((MAYOR, WATER), {"8001": (Owner.SEAT, "市民直线办一号席")})


@pytest.mark.parametrize("words", ["15400000001", "154 0000 0001", "+86 154 0000 0001", "0001", "程望舒", "市长"])
def test_a_line_is_found_by_number_by_its_last_digits_or_by_name(words: str) -> None:
    assert find_line(words, BOOK) == MAYOR


@pytest.mark.parametrize("words", ["13900000000", "1", "9999", "某某"])
def test_an_unknown_line_is_answered_with_some_that_exist(words: str) -> None:
    assert find_line(words, BOOK) is None
    assert "154 0000 0051" in unknown_line(words, BOOK)
    assert words in unknown_line(words, BOOK)


def test_a_phone_is_named_by_its_owner_and_a_citizen_by_his_masked_number() -> None:
    assert BOOK.name("8001") == "市民直线办一号席"
    assert BOOK.name("+8615400020007") == "154****0007"
    assert BOOK.name("") == "未显示号码"
    assert kept("8001") == "8001"
    assert kept("anonymous") == ""


def test_most_people_ring_whoever_is_in_charge() -> None:
    from minhu.ops.city import matters

    about_water = next(matter for matter in matters() if matter.unit == "市水务局")
    random = Random(3)

    rung = [whom_to_ring(about_water, BOOK.lines, random) for _ in range(200)]

    assert rung.count(WATER) > rung.count(MAYOR) > 0


def test_the_story_is_one_line_each_with_the_same_columns() -> None:
    out = io.StringIO()

    Story(out).tell(Tag.CALL, "154****0007 打给 程望舒（市长）")
    Story(out).tell(Tag.MISSED, "程望舒 没有接")

    first, second = out.getvalue().splitlines()
    assert "来电 call" in first
    assert width(first.partition("154****")[0]) == width(second.partition("程望舒")[0])
    assert width(padded("工作人员", 12)) == 12
    assert bar(1, 2, 4) == "██░░"


def test_a_wish_for_a_phone_is_used_up_by_the_next_ring(tmp_path: Path) -> None:
    make_wish(tmp_path, "+8615400010001", official="declines", answer_after=None)

    first, second = take_wish(tmp_path, "+8615400010001"), take_wish(tmp_path, "+8615400010001")

    assert isinstance(first, Declines)
    assert second is None
    make_wish(tmp_path, "+8615400010001", official="", answer_after=1.5)
    assert take_wish(tmp_path, "+8615400010001") == Answers(1.5, 10.0)
    assert take_wish(tmp_path, "+8615400010002") is None


def test_one_account_of_each_role_is_shown_the_official_first() -> None:
    told = one_per_role(
        [
            SignIn("staff", "周晓雯", "工作人员"),
            SignIn("staff2", "陶然", "工作人员"),
            SignIn("chengwangshu", "程望舒", "领导干部"),
        ]
    )

    assert [one.username for one in told] == ["chengwangshu", "staff"]


def test_the_clock_of_a_folder_never_goes_back(tmp_path: Path) -> None:
    evening = datetime(2026, 11, 23, 22, 0, tzinfo=SHANGHAI)
    seen = datetime(2026, 11, 24, 11, 15, tzinfo=SHANGHAI)
    (tmp_path / "last_seen.txt").write_text(seen.isoformat())

    shift = shift_seconds(evening, china(), not_before=last_seen(tmp_path))

    assert (seen - evening).total_seconds() == shift
    assert last_seen(tmp_path / "elsewhere") is None


@pytest.mark.parametrize("speed", ["0", "-1", "fast", "1000"])
def test_a_speed_that_makes_no_sense_is_refused(speed: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        parser().parse_args(["--speed", speed])

    assert "--speed" in capsys.readouterr().err


def test_speeds_may_be_named() -> None:
    assert parser().parse_args(["--speed", "high"]).speed > parser().parse_args([]).speed
