from __future__ import annotations

from minhu.insight.engine.tests.invented import MATTERS, city, report
from minhu.insight.engine.titles import Extract, extract
from minhu.insight.engine.wording import Frequencies, headline, read


def _known() -> Frequencies:
    known = Frequencies()
    for one in city():
        read(*headline(one.title, one.detail), known)
    return known


def test_a_title_is_one_that_a_citizen_wrote_and_the_stray_is_not_it() -> None:
    texts = [one for one in city() if one.key.startswith("car park")]
    stray = report("stray", "晴川雅苑门口红绿灯", "红绿灯时间太短。")

    extracted = extract([*texts, stray], _known())

    assert extracted.title in {title for title, _detail in MATTERS["car park"]}


def test_representatives_are_texts_of_the_group_and_not_the_same_twice() -> None:
    title, detail = MATTERS["bus"][0]
    copies = [report(f"copy {at}", title, detail) for at in range(5)]
    other = report("other", *MATTERS["bus"][2])

    extracted = extract([*copies, other], _known(), most=2)

    assert len(extracted.texts) == 2
    assert "other" in extracted.texts


def test_a_text_without_a_title_lends_its_beginning() -> None:
    extracted = extract([report("sms", "", "望月路地铁工地凌晨打桩，请管一管")], _known())

    assert extracted == Extract("望月路地铁工地凌晨打桩，请管一管", ("sms",))


def test_of_nothing_there_is_no_title() -> None:
    assert extract([], _known()) == Extract("", ())


def test_the_order_of_texts_does_not_matter() -> None:
    assert extract(city(), _known()) == extract(city()[::-1], _known())
