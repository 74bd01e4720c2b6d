from __future__ import annotations

import pytest

from minhu.insight.engine.duplicates import PROPOSED, Intake, Match, Why
from minhu.insight.engine.tests.invented import MATTERS, city, report


@pytest.fixture
def intake() -> Intake:
    kept = Intake()
    for one in city():
        kept.keep(one)
    return kept


def _why(match: Match) -> dict[Why, tuple[str, ...]]:
    return {reason.why: reason.shown for reason in match.reasons}


def test_a_citizen_who_writes_again_is_told_from_others_with_the_same_matter(intake: Intake) -> None:
    again = report("again", "再次反映望月路地铁工地凌晨打桩", "还是没人管。", sender="sender-night work 2", hours=60)

    found = intake.find(again)

    assert {match.key.rsplit(" ", 1)[0] for match in found} == {"night work"}
    assert {match.key for match in found if match.same_citizen} == {"night work 2"}
    assert Why.SAME_CITIZEN in _why(next(match for match in found if match.same_citizen))


def test_the_reasons_show_place_object_and_days(intake: Intake) -> None:
    found = intake.find(report("new", "晴川雅苑捆绑车位违法", "开发商捆绑销售。", hours=24 * 7))

    why = _why(found[0])
    assert why[Why.SAME_PLACE] == ("晴川雅苑",)
    assert "捆绑" in "".join(why[Why.SAME_OBJECT])
    assert int(why[Why.DAYS_APART][0]) in range(5, 8)


def test_a_copy_is_sure_and_something_else_is_not_proposed(intake: Intake) -> None:
    title, detail = MATTERS["bus"][1]

    assert intake.find(report("copy", title, detail, hours=50))[0].sure
    assert intake.find(report("other", "医保报销比例咨询", "异地住院能报销多少？", hours=50)) == ()


def test_the_same_complaint_about_another_place_scores_less(intake: Intake) -> None:
    here = report("here", "望月路凌晨打桩扰民", hours=50)
    there = report("there", "青石路凌晨打桩扰民", hours=50)

    best = {one.key: max((match.score for match in intake.find(one)), default=0.0) for one in (here, there)}
    assert best["there"] < best["here"]


def test_looking_keeps_nothing_and_keeping_twice_counts_once(intake: Intake) -> None:
    new = report("new", *MATTERS["bus"][0], hours=50)

    assert intake.find(new) == intake.find(new)
    intake.keep(new)
    intake.keep(new)
    assert "new" not in {match.key for match in intake.find(new)}


def test_the_oldest_are_forgotten_above_the_most() -> None:
    intake = Intake(most=20)
    texts = [report(f"{at:03}", f"第{at}号楼漏水", f"{at * 7919}室", hours=at) for at in range(100)]
    for one in texts:
        intake.keep(one)

    asked = {at: intake.find(report("new", texts[at].title, texts[at].detail, hours=101)) for at in (0, 99)}

    assert asked[99][0].key == "099"
    assert all(match.key >= "070" for match in asked[0])


@pytest.mark.parametrize("text", ["", "😀", "啊" * 100_000, "\0"])
def test_any_text_may_be_asked(intake: Intake, text: str) -> None:
    assert all(match.score >= PROPOSED for match in intake.find(report("new", text, text)))
