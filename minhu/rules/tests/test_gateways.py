"""Which gateway carries a text, in what words, how fast and for how much."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as some

from minhu.rules.gateways import (
    LEAST_TRIED,
    SHORTEST_VARIABLE,
    Channel,
    Fitted,
    Unfit,
    allowance,
    billed_segments,
    carried_templates,
    fit,
    in_order,
    is_ailing,
    missing_templates,
    unknown_templates,
)
from minhu.rules.texts import BRIEF, TEMPLATES, placeholders, say_time

ALL = {name: f"SMS_{number}" for number, name in enumerate(TEMPLATES)}
FREE = Channel("smpp")
CLOUD = Channel("cloud", templates_only=True, templates=ALL, max_variable=12)
PHONE = Channel("phone", lines=frozenset({"+8613900000001"}))
MISSED = {"name": "王明", "title": "市长", "due": "今天11:30", "code": "K7Q2M4XA"}


def test_a_gateway_for_free_words_carries_everything_as_written() -> None:
    assert fit(FREE, "", {}) == Fitted()
    assert fit(FREE, "missed", MISSED) == Fitted("missed")


def test_a_registered_template_goes_with_its_variables_in_the_order_of_the_words() -> None:
    said = fit(CLOUD, "missed", MISSED | {"until": "今天10:00"})

    assert said == Fitted("missed", ALL["missed"], MISSED)
    assert isinstance(said, Fitted)
    assert list(said.variables) == ["name", "title", "due", "code"]


def test_where_the_title_is_too_long_for_a_variable_less_is_said() -> None:
    said = fit(CLOUD, "missed", MISSED | {"title": "市住房和城乡建设局党组书记、局长"})

    assert said == Fitted("missed_brief", ALL["missed_brief"], {"due": "今天11:30", "code": "K7Q2M4XA"})


def test_an_empty_variable_is_not_handed_to_a_gateway_that_refuses_it() -> None:
    said = fit(CLOUD, "status", {"code": "K7Q2M4XA", "state": "已办结", "promise": ""})

    assert isinstance(said, Fitted)
    assert said.template == "status_brief"


def test_an_officials_own_words_do_not_go_where_only_templates_do() -> None:
    assert fit(CLOUD, "", {}) is Unfit.FREE_TEXT


def test_a_text_without_a_template_there_and_one_that_is_too_long_are_told_apart() -> None:
    few = Channel("cloud", templates_only=True, templates={"missed": "1"}, max_variable=12)

    assert fit(few, "rated", {}) is Unfit.NOT_REGISTERED
    assert fit(few, "missed", MISSED | {"title": "很" * 13}) is Unfit.TOO_LONG


def test_what_is_missing_is_named_and_the_shorter_forms_count() -> None:
    short = {name: registered for name, registered in ALL.items() if name not in {*BRIEF, "clarify"}}
    without = Channel("cloud", templates_only=True, templates=short, max_variable=12)

    assert missing_templates(CLOUD) == missing_templates(FREE) == ()
    assert missing_templates(without) == ("clarify",)
    assert "missed_brief" in missing_templates(Channel("c", templates_only=True, max_variable=12))
    assert "missed" in missing_templates(Channel("c", templates_only=True))


def test_a_name_that_is_no_text_of_ours_is_told() -> None:
    assert unknown_templates(Channel("c", templates={"mised": "1", "missed": "2"})) == ("mised",)


@pytest.mark.parametrize(("whole", "brief"), BRIEF.items())
def test_a_shorter_form_needs_no_variable_that_the_whole_one_lacks(whole: str, brief: str) -> None:
    assert set(placeholders(brief)) <= set(placeholders(whole))


@given(some.integers(0, 1000 * 24 * 60))
def test_every_time_fits_the_shortest_variable_that_is_allowed(minutes: int) -> None:
    begin = datetime(2026, 1, 1, tzinfo=UTC)
    assert len(say_time(begin + timedelta(minutes=minutes), begin)) <= SHORTEST_VARIABLE


@given(some.dictionaries(some.sampled_from(sorted(TEMPLATES)), some.just("1")))
def test_a_gateway_with_nothing_missing_carries_every_text_with_short_variables(templates: dict[str, str]) -> None:
    channel = Channel("c", templates_only=True, templates=templates, max_variable=12)
    every = {one: "今天11:30" for name in TEMPLATES for one in placeholders(name)}

    if not missing_templates(channel):
        assert carried_templates(channel) >= set(TEMPLATES) - set(BRIEF.values())
        assert all(isinstance(fit(channel, name, every), Fitted) for name in carried_templates(channel))


def test_the_lines_own_phone_goes_first_and_the_ailing_last() -> None:
    assert [one.name for one in in_order([FREE, CLOUD, PHONE])] == ["phone", "smpp", "cloud"]
    assert [one.name for one in in_order([FREE, CLOUD, PHONE], {"smpp"})] == ["phone", "cloud", "smpp"]
    assert [one.name for one in in_order([FREE, CLOUD, PHONE], {"smpp", "phone"})] == ["cloud", "phone", "smpp"]


def test_a_phone_serves_its_line_and_no_other() -> None:
    assert PHONE.serves("+8613900000001")
    assert not PHONE.serves("+8613900000002")
    assert not PHONE.serves("")
    assert FREE.serves("")


@pytest.mark.parametrize(
    ("tried", "failed", "ailing"),
    [
        (0, 0, False),
        (LEAST_TRIED - 1, LEAST_TRIED - 1, False),
        (LEAST_TRIED, 4, True),
        (100, 49, False),
        (100, 50, True),
    ],
)
def test_a_few_failures_prove_nothing_and_half_of_many_do(tried: int, failed: int, ailing: bool) -> None:
    assert is_ailing(tried, failed) is ailing


@given(some.lists(some.floats(0, 5), min_size=1, max_size=50), some.sampled_from([0.5, 1.0, 20.0]))
def test_no_pause_lets_more_go_than_the_pace_and_one_burst(pauses: list[float], per_second: float) -> None:
    left, gone = 1.0, 0
    for pause in pauses:
        left = allowance(left, elapsed_seconds=pause, per_second=per_second)
        gone, left = gone + int(left), left - int(left)

    assert gone <= sum(pauses) * per_second + max(per_second, 1.0) + 1e-6


@pytest.mark.parametrize(
    ("words", "segments"), [("", 1), ("字" * 70, 1), ("字" * 71, 2), ("字" * 134, 2), ("字" * 135, 3), ("👍" * 36, 2)]
)
def test_a_text_costs_what_carriers_count(words: str, segments: int) -> None:
    assert billed_segments(words) == segments
