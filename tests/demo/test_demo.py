"""One command, and a city is alive; it ends without a trace but its data."""

from __future__ import annotations

import subprocess
import time
from pathlib import Path

from tests.demo.newcomer import Demo, demo, minhu

ALIVE_WITHIN_SECONDS = 400.0

SIGNS_OF_LIFE = {
    "calls answered in person": """select count(*) from intake_call where direction = 'inbound'
        and answered_by_kind = 'official'""",
    "calls answered by staff": """select count(*) from intake_call where direction = 'inbound'
        and answered_by_kind = 'staff'""",
    "promises made": "select count(*) from cases_promise where kind = 'call_back'",
    "texts delivered": "select count(*) from intake_text where direction = 'outbound' and state = 'delivered'",
    "texts received": "select count(*) from intake_text where direction = 'inbound'",
    "messages recorded": "select count(*) from intake_recording where seconds > 0",
    "callbacks connected": "select count(*) from intake_callorder where result = 'connected'",
    "promises kept": "select count(*) from cases_promise where kind = 'call_back' and kept_at is not null",
    "calls written up": "select count(*) from cases_wrapup",
    "replies": "select count(*) from cases_reply",
    "ratings": "select count(*) from cases_rating",
    "draws with their seed": "select count(*) from supervision_draw where seed <> ''",
    "checks that are over": "select count(*) from supervision_check where finding <> ''",
    "checks of today": """select count(*) from supervision_check c join supervision_draw d on d.id = c.draw_id
        where d.seed = ''""",
    "weeks in the figures": "select count(distinct strftime('%W', day_on)) > 10 from supervision_daycount",
    "rectifications published": "select count(*) from insight_rectification where state = 'published'",
    "rectifications of issues of the stream": """select count(*) from insight_rectification r where exists (select 1
        from insight_member m join insight_streamed s on s.case_id = m.case_id where m.issue_id = r.issue_id)""",
    "rectifications under way": "select count(*) from insight_rectification where state = 'claimed'",
    "hot issues": "select count(*) from insight_hotissue where stage = 'hot' and alerted_at is not null",
    "subjects read": "select count(*) from insight_reading where subject <> ''",
    "readings corrected": "select count(*) from insight_correction",
    "offers of the hotline, one taken": "select count(*) > 1 and count(taken_at) > 0 from cases_hotlineoffer",
    "duplicates proposed": "select count(*) from insight_duplicate where dismissed_at is null",
    "replies with hints, most without": """select sum(empty + template + off_point + no_fact + passed_on + too_short
        > 0) between 1 and count(*) / 2 from insight_replysigns""",
    "windows proposed": "select count(*) from planner_windowproposal where answer = ''",
    "alarms": "select count(*) from supervision_decayalarm",
    "numbers to be corrected": "select count(*) from supervision_correction",
}
LEFT_WITHOUT_ANYTHING = """select count(*) from intake_call where direction = 'inbound' and ended_at is not null
    and answered_by_kind not in ('official', 'deputy', 'staff', 'duty') and promise_due_at is null"""
NOT_ENDED = "select count(*) from intake_call where ended_at is null"


def test_the_city_comes_alive_and_begins_again_where_it_ended(tmp_path: Path) -> None:
    _every_caller_reaches_a_person_or_holds_a_promise(tmp_path / "demo")
    _a_newcomer_places_a_call_and_is_told_what_becomes_of_it(tmp_path / "demo")


def _every_caller_reaches_a_person_or_holds_a_promise(folder: Path) -> None:
    with demo(folder, "--speed", "high", "--seed", "7") as city:
        _wait_for_life(city)
        seconds = city.end()

    told = "".join(city.told)
    assert "来电 call" in told
    assert "演示已结束" in told
    assert "Traceback" not in told
    assert city.process.returncode == 0
    assert seconds < 25
    assert city.left_running() == []
    assert city.ask(LEFT_WITHOUT_ANYTHING) == 0
    assert city.ask(NOT_ENDED) == 0


def _a_newcomer_places_a_call_and_is_told_what_becomes_of_it(folder: Path) -> None:
    with demo(folder, "--speed", "0.01") as city:
        number = next(line for line in city.told if "minhu demo call 1" in line).split()[-1]

        in_person = city.call(number, "--answer-after", "1")
        forwarded = city.call(number, "--diverted", "--from", "15400030001", "--talk", "16")
        unknown = city.call("13900001111")
        second = subprocess.run(
            minhu("demo", "--folder", str(folder)), capture_output=True, text=True, encoding="utf-8", check=False
        )

    assert "本人接听" in in_person.stdout, in_person.stdout + in_person.stderr
    assert in_person.returncode == 0
    assert "运营商转来" in forwarded.stdout, forwarded.stdout + forwarded.stderr
    assert "本人接听" not in forwarded.stdout
    assert forwarded.returncode == 0
    assert unknown.returncode == 2
    assert "154 0000 0001" in unknown.stdout
    assert second.returncode == 1
    assert "already running" in second.stderr
    assert city.left_running() == []


def _wait_for_life(city: Demo) -> None:
    deadline = time.monotonic() + ALIVE_WITHIN_SECONDS
    missing = dict(SIGNS_OF_LIFE)
    while missing := {what: question for what, question in missing.items() if not city.ask(question)}:
        assert city.process.poll() is None, "the demo ended:\n" + "".join(city.told)
        assert time.monotonic() < deadline, f"not seen: {[*missing]}\n" + "".join(city.told[-80:])
        time.sleep(1)
