"""A demo has its folder and its ports to itself, and takes nothing of the user's set-up along."""

from __future__ import annotations

import socket
from contextlib import closing
from pathlib import Path

import pytest

from minhu.ops.demo import place
from minhu.ops.demo.place import DemoRefused, Place

HERE = Place(web=8000, sip=5060, network=5070, texting=2775, shift_seconds=3600)


def test_a_port_that_somebody_uses_is_not_taken() -> None:
    with closing(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)) as somebody:
        somebody.bind((place.LOOPBACK, 0))
        taken = somebody.getsockname()[1]

        assert place.free_port(taken, socket.SOCK_DGRAM) != taken


def test_ports_chosen_at_random_differ() -> None:
    chosen = place.choose(0, any_ports=True)

    assert len({chosen.web, chosen.sip, chosen.network, chosen.texting}) == 4


def test_a_second_demo_in_the_same_folder_is_told_where_the_first_is(tmp_path: Path) -> None:
    folder = tmp_path / "demo"
    folder.mkdir()
    place.write(folder, HERE)

    with place.held(folder), pytest.raises(DemoRefused, match="already running at http"):
        place.held(folder).__enter__()


def test_a_demo_is_found_while_it_runs_and_not_afterwards(tmp_path: Path) -> None:
    folder = tmp_path / "demo"
    folder.mkdir()
    place.write(folder, HERE)

    with place.held(folder):
        running = place.read(folder)

    assert running == HERE
    assert place.read(folder) is None


def test_fresh_deletes_a_demo_and_nothing_else(tmp_path: Path) -> None:
    old, somebodys = tmp_path / "demo", tmp_path / "letters"
    old.mkdir()
    place.write(old, HERE)
    somebodys.mkdir()
    (somebodys / "letter.txt").write_text("dear")

    place.throw_away(old)
    place.throw_away(tmp_path / "never-there")
    with pytest.raises(DemoRefused, match="not made by the demo"):
        place.throw_away(somebodys)

    assert not old.exists()
    assert (somebodys / "letter.txt").read_text() == "dear"


def test_the_demo_takes_nothing_of_a_production_set_up_along(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgres://minhu@db.example/minhu")
    monkeypatch.setenv("SIP_TRUNK", "udp:203.0.113.7:5060")
    monkeypatch.setenv("MINHU_HTTPS", "1")

    told = place.settings_for(tmp_path) | place.environment_of(HERE)

    assert told["DATABASE_URL"] == f"sqlite:///{tmp_path}/minhu.sqlite3"
    assert told["SIP_TRUNK"] == "udp:127.0.0.1:5070"
    assert told["MINHU_MODE"] == "demo"
    assert "MINHU_HTTPS" not in told
