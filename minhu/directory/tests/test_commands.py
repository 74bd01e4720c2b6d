"""An operator sets a city up at the terminal."""

from __future__ import annotations

import io
import re
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from minhu.directory import queries
from minhu.directory.models import Account, Line, Official
from minhu.directory.tests.notices import xlsx
from minhu.rules.words import Role

pytestmark = pytest.mark.django_db

WANG = ("市水务局", "王明", "局长", "负责供水。", "15400000001")


def run(*words: str) -> str:
    said = io.StringIO()
    call_command(*words, stdout=said, stderr=said)
    return said.getvalue()


def test_a_city_is_founded_with_its_operator(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("a long enough password\n"))

    run("found_city", "安澜市", "--operator", "admin", "--password-stdin")

    assert queries.the_city().name == "安澜市"
    assert queries.viewer_of(Account.objects.get(username="admin")).has(Role.OPERATOR)


def test_with_a_weak_password_no_city_is_founded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("123\n"))

    with pytest.raises(CommandError):
        run("found_city", "安澜市", "--operator", "admin", "--password-stdin")

    with pytest.raises(queries.NoCity):
        queries.the_city()


def test_a_notice_is_first_examined_and_then_taken_in_as_examined(tmp_path: Path) -> None:
    run("found_city", "安澜市")
    file = tmp_path / "名单.xlsx"
    file.write_bytes(xlsx(WANG))

    told = run("import_directory", str(file))
    assert "+ 市水务局 王明 局长 154 0000 0001（新单位）" in told
    assert not Official.objects.exists()

    digest = re.search(r"--apply (\w{64})", told)
    assert digest is not None
    run("import_directory", str(file), "--apply", digest[1], "--consented-on", "2026-01-04")
    assert Line.objects.get().published_from is not None

    exported = tmp_path / "out.xlsx"
    run("export_directory", str(exported))
    assert "不变 1" in run("import_directory", str(exported))


def test_faults_are_told_and_end_the_command_with_an_error(tmp_path: Path) -> None:
    run("found_city", "安澜市")
    file = tmp_path / "名单.xlsx"
    file.write_bytes(xlsx((*WANG[:4], "1540")))
    said = io.StringIO()

    with pytest.raises(CommandError):
        call_command("import_directory", str(file), stdout=said, stderr=said)

    assert "《名单》第 2 行“电话”列：1540 少七位" in said.getvalue()


def test_a_file_that_is_not_there_or_of_an_unknown_kind_is_told(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="No such file"):
        run("import_directory", str(tmp_path / "missing.xlsx"))
    with pytest.raises(CommandError):
        run("export_directory", str(tmp_path / "x.vcf"))
    run("found_city", "安澜市")
    with pytest.raises(CommandError, match=r"\.xlsx or \.vcf"):
        run("export_directory", str(tmp_path / "x.doc"))
