"""What an operator meets who has a setting wrong."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from minhu.environment import BadSetting, database, keep_secret, read_file

KEY = "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="
PRODUCTION = {
    "MINHU_MODE": "production",
    "MINHU_HOSTS": "minhu.example",
    "MINHU_SECRET_KEY": "any",
    "MINHU_KEYS": f"k2:{KEY},k1:{KEY}",
    "MINHU_LOOKUP_KEY": KEY,
}


def _start(folder: Path, **values: str) -> subprocess.CompletedProcess[str]:
    code = "from minhu import settings; print(settings.MODE, next(iter(settings.FIELD_KEYS)))"
    environment = {**os.environ, "MINHU_DATA": str(folder), **values}
    return subprocess.run([sys.executable, "-c", code], env=environment, text=True, capture_output=True, check=False)


def test_a_complete_production_environment_starts_and_the_first_key_is_current(tmp_path: Path) -> None:
    done = _start(tmp_path, **PRODUCTION)

    assert (done.returncode, done.stdout) == (0, "production k2\n"), done.stderr
    assert not list(tmp_path.glob("*.secret")), "production invents no secret"


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("MINHU_SECRET_KEY", "", "is not set"),
        ("MINHU_KEYS", "", "is not set"),
        ("MINHU_KEYS", "k1:zzz", "base64"),
        ("MINHU_KEYS", "k1:c2hvcnQ=", "32 bytes"),
        ("MINHU_KEYS", KEY, "id:base64key"),
        ("MINHU_LOOKUP_KEY", "c2hvcnQ=", "32 bytes"),
        ("MINHU_HOSTS", "", "is not set"),
        ("MINHU_DEBUG", "1", "must be 0 in production"),
        ("MINHU_DEBUG", "perhaps", "must be 1 or 0"),
        ("MINHU_MODE", "prod", "must be one of"),
        ("MINHU_LOG_LEVEL", "LOUD", "must be DEBUG"),
        ("DATABASE_URL", "mysql://x/y", "must start with"),
        ("SIP_RTP_LOW", "70000", "from 0 to 65535"),
        ("SIP_RTP_HIGH", "12", "greater than SIP_RTP_LOW"),
        ("SMPP_PORT", "many", "whole number"),
        ("SMPP_MODE", "both", "must be one of transceiver, separate"),
        ("SMPP_RECEIPT_IDS", "octal", "must be one of same, decimal, hex"),
    ],
)
def test_a_wrong_setting_stops_the_start_with_one_line(tmp_path: Path, name: str, value: str, said: str) -> None:
    done = _start(tmp_path, **{**PRODUCTION, name: value})

    assert done.returncode == 1
    assert done.stderr.count("\n") == 1, done.stderr
    assert done.stderr.startswith(f"minhu: {name}: ")
    assert said in done.stderr


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("SMPP_SYSTEM_ID", "", "is missing"),
        ("SMPP_PASSWORD", "longer-than-eight", "at most 8 ASCII characters"),
        ("SMPP_TLS_AUTHORITY", "/nowhere/ca.pem", "is not a file"),
    ],
)
def test_what_the_gateway_could_not_take_stops_the_start(tmp_path: Path, name: str, value: str, said: str) -> None:
    gateway = {"SMPP_HOST": "smsc.example", "SMPP_SYSTEM_ID": "minhu", "SMPP_PASSWORD": "secret", name: value}
    done = _start(tmp_path, **PRODUCTION, **gateway)

    assert done.returncode == 1
    assert done.stderr.startswith(f"minhu: {name}: ")
    assert said in done.stderr


def test_a_demo_makes_its_keys_once_and_keeps_them_to_itself(tmp_path: Path) -> None:
    first = keep_secret(tmp_path / "var", "MINHU_KEYS", "k1:first")
    again = keep_secret(tmp_path / "var", "MINHU_KEYS", "k1:second")

    assert first == again == "k1:first"
    assert (tmp_path / "var" / "minhu_keys.secret").stat().st_mode & 0o777 == 0o600


def test_the_environment_wins_over_the_file(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text('# site\nMINHU_HOSTS="a.example"\nMINHU_LOG=json\n')
    values = {"MINHU_LOG": "console"}

    read_file(tmp_path / ".env", values)

    assert values == {"MINHU_HOSTS": "a.example", "MINHU_LOG": "console"}


def test_a_line_of_the_file_that_sets_nothing_is_named(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("MINHU_LOG=json\nMINHU HOSTS\n")

    with pytest.raises(BadSetting, match="line 2"):
        read_file(tmp_path / ".env", {})


def test_a_postgres_address_may_have_escapes_options_and_a_pool() -> None:
    found = database("DATABASE_URL", "postgres://m%40x:p%2Fw@db:6432/city?sslmode=verify-full", pool_size=8)

    assert (found["USER"], found["PASSWORD"], found["HOST"], found["PORT"]) == ("m@x", "p/w", "db", "6432")
    assert found["OPTIONS"] == {
        "application_name": "minhu",
        "sslmode": "verify-full",
        "pool": {"min_size": 1, "max_size": 8, "timeout": 20},
    }


@pytest.mark.parametrize(
    "url",
    ["postgres://h/", "postgres://h:x/n", "postgres://h/n?colour=red", "sqlite://file", "sqlite:///", "file"],
)
def test_an_address_that_names_no_database_is_refused(url: str) -> None:
    with pytest.raises(BadSetting):
        database("DATABASE_URL", url, pool_size=0)
