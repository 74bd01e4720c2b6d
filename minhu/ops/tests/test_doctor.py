"""The doctor names what is wrong and what to do about it."""

from __future__ import annotations

import asyncio
import socket
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command
from django.utils import timezone
from django.utils.translation import override
from pytest_django import Settings

from minhu.audit import pulse
from minhu.ops import doctor, probes
from minhu.ops.findings import Finding, Grade

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_english")]


def examined(settings: Settings, folder: Path) -> dict[str, Finding]:
    settings.DATA_DIR = settings.SPOOL_DIR = settings.RECORDINGS_DIR = folder
    return {finding.about: finding for finding in doctor.examine()}


def test_an_empty_installation_is_told_what_to_do_next(settings: Settings, tmp_path: Path) -> None:
    found = examined(settings, tmp_path)

    assert found["database"].grade is Grade.WELL
    assert found["disk: spool"].grade in {Grade.WELL, Grade.CARE}
    assert "import" in found["directory"].cure
    assert found["switch"].cure == "run: minhu switch (or minhu serve for all)"


def test_a_process_that_gives_signs_of_life_is_well(settings: Settings, tmp_path: Path) -> None:
    pulse.beat("switch", "m:1", at=timezone.now())

    assert examined(settings, tmp_path)["switch"].grade is Grade.WELL


def test_every_finding_that_is_not_well_says_what_to_do(settings: Settings, tmp_path: Path) -> None:
    found = examined(settings, tmp_path / "does" / "not" / "exist")

    assert all(finding.cure for finding in found.values() if finding.grade is not Grade.WELL)


def test_the_page_gets_every_finding_in_its_languages_and_the_terminal_in_english(
    settings: Settings, tmp_path: Path
) -> None:
    settings.DATA_DIR = settings.SPOOL_DIR = settings.RECORDINGS_DIR = tmp_path
    told, words = {one["about"]: one for one in doctor.told()}, StringIO()
    with override("zh-hans"), pytest.raises(SystemExit):
        call_command("doctor", stdout=words)

    assert told["switch"] == {
        "about": "switch", "grade": "ill",
        "found": "is not running", "cure": "run: minhu switch (or minhu serve for all)",
        "spoken": {"zh-hans": {"found": "没有在运行", "cure": "运行：minhu switch（或者 minhu serve 全部启动）"}},
    }  # fmt: skip
    assert "switch: is not running" in words.getvalue()


def test_illness_is_an_exit_code_for_scripts(settings: Settings, tmp_path: Path) -> None:
    settings.DATA_DIR = settings.SPOOL_DIR = settings.RECORDINGS_DIR = tmp_path
    words = StringIO()

    with pytest.raises(SystemExit):
        call_command("doctor", stdout=words)

    assert "ILL" in words.getvalue()


def test_a_trunk_that_is_silent_is_noticed() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as silent:
        silent.bind(("127.0.0.1", 0))

        assert asyncio.run(probes.options("udp", "127.0.0.1", silent.getsockname()[1], 0.05)) == ""
