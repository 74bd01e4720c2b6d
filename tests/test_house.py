"""The house rules that a machine can check. Each is a test, so that one run says all and they run side by side."""

from __future__ import annotations

import ast
import hashlib
import os
import re
import shutil
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import pytest
from django.db.migrations.loader import MigrationLoader

from minhu.carriers.kinds import KINDS
from minhu.environment.gateways import COMMON, LIST, setting_names
from minhu.rules.texts import TEMPLATES

ROOT = Path(__file__).resolve().parent.parent
MOST_LINES_OF_A_FILE = 500
MOST_LINES_OF_A_FUNCTION = 60
_PROGRAMS = Path(sys.executable).parent


def _run(*command: str, **environment: str) -> subprocess.CompletedProcess[str]:
    program = _PROGRAMS / command[0]
    return subprocess.run(
        [str(program if program.exists() else shutil.which(command[0])), *command[1:]],
        cwd=ROOT,
        env={**os.environ, **environment},
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        check=False,
    )


def _tracked(*patterns: str) -> list[Path]:
    listed = _run("git", "ls-files", "-z", "--", *patterns).stdout.split("\0")
    return [ROOT / name for name in listed if name and (ROOT / name).is_file()]


@pytest.mark.parametrize(
    "command",
    [
        "ruff check .",
        "ruff format --check .",
        "mypy",
        "lint-imports",
        "djlint minhu --lint --quiet",
        "minhu makemigrations --check --dry-run",
    ],
)
def test_the_checkers_find_nothing(command: str) -> None:
    done = _run(*command.split())

    if done.returncode:
        pytest.fail(f"{command}\n{done.stdout[-8000:]}", pytrace=False)


def test_a_production_installation_passes_djangos_own_security_checks(tmp_path: Path) -> None:
    secret = "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="
    done = _run(
        *("minhu", "check", "--deploy", "--fail-level", "WARNING"),
        MINHU_MODE="production",
        MINHU_DATA=str(tmp_path),
        MINHU_HOSTS="minhu.example",
        MINHU_SECRET_KEY="not-a-secret-but-long-enough-to-be-one-0123456789-abcdefghij",
        MINHU_KEYS=f"k1:{secret}",
        MINHU_LOOKUP_KEY=secret,
    )
    # W005, W021: whether the city's other sites are bound to HTTPS is not ours to say
    warned = set(re.findall(r"security\.W\d+", done.stdout)) - {"security.W005", "security.W021"}

    assert not warned, done.stdout
    assert "Traceback" not in done.stdout, done.stdout


def test_no_file_and_no_function_outgrows_a_reader() -> None:
    too_long = []
    for path in _tracked("*.py"):
        if "migrations" in path.parts:
            continue
        text = path.read_text(encoding="utf-8")
        if (lines := text.count("\n")) > MOST_LINES_OF_A_FILE:
            too_long.append(f"{path.relative_to(ROOT)}: {lines} lines, at most {MOST_LINES_OF_A_FILE}")
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                lines = (node.end_lineno or 0) - node.lineno + 1
                if lines > MOST_LINES_OF_A_FUNCTION:
                    too_long.append(
                        f"{path.relative_to(ROOT)}:{node.lineno} {node.name}: {lines} lines, "
                        f"at most {MOST_LINES_OF_A_FUNCTION}"
                    )

    assert not too_long, "\n".join(too_long)


def test_no_file_names_a_registry_a_home_or_a_secret() -> None:
    unwanted = re.compile(
        r"--(extra-)?index-url[ =]|--find-links[ =]|files\.python"
        r"hosted|pypi\.org/"
        r"simple|registry\.npm"
        r"js"
        r"|BEGIN [A-Z ]*PRIVATE"
        r" KEY|\bAKIA[0-9A-Z]{16}\b|\bgh[pousr]_\w{36}\b|\bsk-[\w-]{32,}"
        r"|(?<![\w.])/(root|home/\w+|Users/\w+)/"
    )
    found = []
    for path in _tracked():
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
        name = path.relative_to(ROOT)
        found += [f"{name}: {match.group()!r}" for match in unwanted.finditer(text)]

    assert not found, "\n".join(found)


def test_vendored_files_are_what_the_lock_says_and_all_are_in_it() -> None:
    locked = {}
    for lock in _tracked("*vendor.lock"):
        for line in lock.read_text(encoding="utf-8").splitlines():
            if line.strip() and not line.startswith("#"):
                _name, _version, _licence, digest, file = line.split()[:5]
                locked[ROOT / file if "/" in file else lock.parent / file] = digest
    vendored = [path for path in _tracked("*/vendor/*") if path.suffix in {".js", ".svg", ".css", ".woff2"}]

    assert {path: hashlib.sha256(path.read_bytes()).hexdigest() for path in vendored} == locked


def test_every_package_is_pinned_with_a_hash() -> None:
    for path in _tracked("requirements/*.txt"):
        entries = re.split(r"\n(?=\S)", path.read_text(encoding="utf-8").strip())
        bare = [e.splitlines()[0] for e in entries if not e.startswith("#") and ("==" not in e or "--hash=" not in e)]

        assert not bare, path.name


def test_no_two_requirement_files_want_different_versions() -> None:
    """``make demo`` installs two of them together: pip refuses a package at two versions for one Python."""
    pinned: dict[str, set[str]] = {}
    for path in _tracked("requirements/*.txt"):
        for name, number, when in re.findall(r"(?m)^([\w.\[\],-]+)==(\S+) ?([^\\\n]*)", path.read_text("utf-8")):
            pinned.setdefault(f"{name} {when}".strip(), set()).add(number)

    assert len(pinned) > 50
    assert {name: numbers for name, numbers in pinned.items() if len(numbers) > 1} == {}


def test_migrations_have_names_and_one_line_of_descent() -> None:
    loader = MigrationLoader(None)
    ours = [label for label in loader.migrated_apps if (ROOT / "minhu" / label).is_dir()]

    for label in ours:
        assert len(loader.graph.leaf_nodes(label)) == 1, f"{label} has two newest migrations"
    nameless = [
        str(p.relative_to(ROOT)) for p in _tracked("*/migrations/*.py") if re.search(r"_auto_|_and_more", p.name)
    ]
    assert not nameless


def test_the_changelog_is_the_version() -> None:
    heading = re.search(r"(?m)^## (\S+)", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"))

    assert heading is not None
    assert heading.group(1) == version("minhu"), "run `make check`, which installs the package anew"


def test_every_setting_is_explained_in_the_example() -> None:
    environment = [f"environment/{name}.py" for name in ("insight", "keeping", "ladder", "mail")]
    readers = ["settings.py", *environment, "carriers/prompts/__init__.py"]
    code = "".join((ROOT / "minhu" / path).read_text() for path in readers)
    read = set(re.findall(r'"((?:MINHU|SIP|SMPP|DATABASE|EMAIL|DEFAULT)_[A-Z_]+[A-Z])"', code)) | {LIST}
    read |= {f"SMS_NAME_{one.upper()}" for one in COMMON}
    read |= {f"SMS_{kind.upper()}_{one}" for kind in KINDS for one in setting_names(kind) if one.lower() not in COMMON}
    explained = set(re.findall(r"(?m)^#? ?([A-Z][A-Z_]+)=", (ROOT / ".env.example").read_text(encoding="utf-8")))

    assert explained == read


def test_every_template_stands_in_the_guide_as_it_is_sent() -> None:
    guide = (ROOT / "docs" / "how-to" / "connect-cloud.md").read_text(encoding="utf-8")
    rows = dict(re.findall(r"(?m)^\| `(\w+)` \| (.+?) \|", guide))

    assert {name: rows.get(name) for name in TEMPLATES} == TEMPLATES
