"""What ``deploy/bootstrap`` installs and says: on machines made of a folder, with stubs for the programs it calls.

Each stub does a little of what the real one does: apt-get puts programs there, Python makes environments.
"""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
TOOLS = (
    "sh",
    "cat",
    "dirname",
    "env",
    "find",
    "grep",
    "ls",
    "mkdir",
    "mktemp",
    "rm",
    "sha256sum",
    "tail",
    "cp",
    "touch",
)
"""Of the machine that runs the tests; everything else is a stub."""

DEBIAN = 'ID=debian\nVERSION_ID="12"\n'
JAMMY = 'ID=ubuntu\nVERSION_ID="22.04"\nID_LIKE=debian\n'
NOBLE = 'ID=ubuntu\nVERSION_ID="24.04"\nID_LIKE=debian\n'
FOR_TESTS = {
    "sip-tester", "tshark", "gammu-smsd", "libdbd-sqlite3", "kannel", "postgresql", "fonts-noto-cjk", "libatomic1",
    "libpangoft2-1.0-0", "libharfbuzz-subset0",
}  # fmt: skip

LOG = 'echo "${0##*/} $*" >>"$MACHINE/calls"\n'
APT_GET = (
    LOG
    + r"""
case " $* " in *" install "*) ;; *) exit 0 ;; esac
[ "$BREAKS" != apt ] || { echo "E: dpkg was interrupted"; exit 100; }
bin="$MACHINE/bin" usr="$MACHINE/system/usr"
for package in "$@"; do
    case $package in
        sip-tester) cp "$bin/true" "$bin/sipp" ;;
        tshark | gammu-smsd | chromium) cp "$bin/true" "$bin/$package" ;;
        libdbd-sqlite3) mkdir -p "$usr/lib/dbd" && touch "$usr/lib/dbd/libdbdsqlite3.so" ;;
        libatomic1) touch "$usr/lib/libatomic.so.1" ;;
        libpangoft2-1.0-0) touch "$usr/lib/libpangoft2-1.0.so.0" ;;
        libharfbuzz-subset0) touch "$usr/lib/libharfbuzz-subset.so.0" ;;
        kannel) mkdir -p "$usr/sbin" && cp "$bin/true" "$usr/sbin/bearerbox" ;;
        postgresql) cp "$bin/true" "$bin/initdb" ;;
        fonts-noto-cjk) mkdir -p "$usr/share/fonts" && touch "$usr/share/fonts/NotoSansCJK.ttc" ;;
        python3) cp "$bin/python" "$usr/bin/python3" && echo 11 >"$MACHINE/version-python3" ;;
        python3.11) cp "$bin/python" "$bin/python3.11" && echo 11 >"$MACHINE/version-python3.11" ;;
        python3*-venv) touch "$MACHINE/ensurepip" ;;
    esac
done
"""
)
APT_CACHE = r"""
case " $NOT_OFFERED " in *" $2 "*) echo "  Candidate: (none)" ;; *) echo "  Candidate: 1.0-1" ;; esac
"""
PYTHON = (
    LOG
    + r"""
read -r minor <"$MACHINE/version-${0##*/}"
case "$*" in
    *version_info\ *) [ "$minor" -ge 11 ] ;;
    *ensurepip*) [ -e "$MACHINE/ensurepip" ] ;;
    *print*) echo "python3.$minor-venv" ;;
    "-m venv "*)
        mkdir -p .venv/bin && cp "$0" .venv/bin/python && cp "$MACHINE/bin/playwright" .venv/bin/playwright
        echo "$minor" >"$MACHINE/version-python"
        [ "$BREAKS" != venv ] ;;
    "-m pip install"*) [ "$BREAKS" != pip ] ;;
esac
"""
)
PLAYWRIGHT = (
    LOG
    + r"""
[ "$BREAKS" != network ] || exit 1
case $1 in
    install)
        folder="$PLAYWRIGHT_BROWSERS_PATH/chromium-1/chrome-linux"
        mkdir -p "$folder" && cp "$MACHINE/bin/needs-libraries" "$folder/chrome" ;;
    install-deps) touch "$MACHINE/libraries" ;;
esac
"""
)
STUBS = {
    "true": "exit 0\n",
    "id": 'echo "$RUN_AS"\n',
    "sudo": "exit 1\n",
    "apt-get": APT_GET,
    "apt-cache": APT_CACHE,
    "python": PYTHON,
    "playwright": PLAYWRIGHT,
    "needs-libraries": '[ -e "$MACHINE/libraries" ]\n',
    "chromium-browser": "echo 'please install the chromium snap' >&2; exit 1\n",
}


@dataclass
class Machine:
    """A checkout on a machine with nothing but a Python."""

    folder: Path

    def __post_init__(self) -> None:
        checkout, programs = self.folder / "checkout", self.folder / "bin"
        for part in ("deploy", "requirements"):
            shutil.copytree(ROOT / part, checkout / part)
        for part in ("CHANGELOG.md", "pyproject.toml"):
            shutil.copy(ROOT / part, checkout / part)
        programs.mkdir()
        for name in TOOLS:
            (programs / name).symlink_to(str(shutil.which(name)))
        for name, body in STUBS.items():
            self.program(programs / name, body)
        for part in ("etc", "usr/bin", "usr/lib"):
            (self.folder / "system" / part).mkdir(parents=True)

    def program(self, path: Path, body: str) -> None:
        path.write_text(f"#!/bin/sh\n{body}")
        path.chmod(0o755)

    def is_(self, release: str, *, minor: int, venv: bool = True) -> Machine:
        """Of this distribution, with its Python 3.minor. venv: it can make environments."""
        (self.folder / "system/etc/os-release").write_text(release)
        self.program(self.folder / "system/usr/bin/python3", PYTHON)
        (self.folder / "version-python3").write_text(f"{minor}\n")
        if venv:
            (self.folder / "ensurepip").touch()
        return self

    def bootstrap(
        self, profile: str = "test", *, run_as: int = 0, python: str = "", not_offered: str = "", breaks: str = ""
    ) -> subprocess.CompletedProcess[str]:
        """Run it. not_offered: packages that apt does not know. breaks: what fails: apt, venv, pip or network."""
        environment = {
            "PATH": str(self.folder / "bin"), "HOME": str(self.folder), "SYSTEM": str(self.folder / "system"),
            "MACHINE": str(self.folder), "RUN_AS": str(run_as), "NOT_OFFERED": not_offered, "BREAKS": breaks,
            "PYTHON": python,
        }  # fmt: skip
        return subprocess.run(
            [str(self.folder / "checkout/deploy/bootstrap"), profile],
            env=environment, text=True, capture_output=True, check=False, timeout=30,
        )  # fmt: skip

    def called(self, program: str, word: str = "") -> list[list[str]]:
        """The arguments of each call of a program that had this word among them."""
        calls = self.folder / "calls"
        lines = [line.split() for line in calls.read_text().splitlines()] if calls.exists() else []
        return [line[1:] for line in lines if line[0] == program and (not word or word in line)]

    @property
    def installed(self) -> list[set[str]]:
        """The packages of each time that apt-get installed some."""
        calls = self.called("apt-get", "install")
        return [{one for one in call if not one.startswith("-") and "=" not in one} - {"install"} for call in calls]

    @property
    def venv(self) -> Path:
        return self.folder / "checkout/.venv"


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


def test_on_debian_all_that_is_missing_comes_in_one_go_and_the_second_run_does_nothing(machine: Machine) -> None:
    machine.is_(DEBIAN, minor=11, venv=False)
    done = machine.bootstrap()
    assert done.returncode == 0, done.stderr
    assert machine.installed == [FOR_TESTS | {"chromium", "python3.11-venv"}]
    assert not machine.called("playwright")

    again = machine.bootstrap()
    assert (again.returncode, again.stderr) == (0, "")
    assert len(machine.installed) == 1


def test_on_ubuntu_22_python_is_universes_and_chromium_is_playwrights(machine: Machine) -> None:
    done = machine.is_(JAMMY, minor=10).bootstrap()

    assert done.returncode == 0, done.stderr
    assert machine.installed == [FOR_TESTS | {"python3.11", "python3.11-venv"}]
    assert machine.called("python3.11", ".venv") == [["-m", "venv", ".venv"]]
    assert [call[0] for call in machine.called("playwright")] == ["install", "install-deps"]
    assert "downloading Playwright's own" in done.stderr
    assert machine.bootstrap().stderr == ""


def test_on_a_machine_without_any_python_it_comes_with_the_rest(machine: Machine) -> None:
    (machine.is_(DEBIAN, minor=11, venv=False).folder / "system/usr/bin/python3").unlink()

    assert machine.bootstrap("demo").returncode == 0
    assert machine.installed == [{"python3", "python3-venv"}]


def test_on_ubuntu_24_its_own_python_serves(machine: Machine) -> None:
    done = machine.is_(NOBLE, minor=12, venv=False).bootstrap()

    assert done.returncode == 0, done.stderr
    assert machine.installed == [FOR_TESTS | {"python3.12-venv"}]
    assert machine.called("python3", ".venv")


def test_the_demo_needs_a_python_and_nothing_else(machine: Machine) -> None:
    done = machine.is_(JAMMY, minor=10).bootstrap("demo")

    assert done.returncode == 0, done.stderr
    assert machine.installed == [{"python3.11", "python3.11-venv"}]
    assert not machine.called("playwright")


def test_who_may_not_install_is_told_everything_at_once(machine: Machine) -> None:
    done = machine.is_(JAMMY, minor=10).bootstrap(run_as=1000)

    assert done.returncode == 1
    told = set(done.stderr.rpartition("sudo apt-get install --no-install-recommends ")[2].split())
    assert told == FOR_TESTS | {"python3.11", "python3.11-venv"}
    assert not machine.installed
    assert not machine.venv.exists()


def test_a_package_that_apt_does_not_know_is_named_and_nothing_is_installed(machine: Machine) -> None:
    done = machine.is_(NOBLE, minor=12).bootstrap(not_offered="sip-tester kannel")

    assert done.returncode == 1
    assert "apt offers no sip-tester kannel here, so nothing was installed." in done.stderr
    assert "add-apt-repository universe" in done.stderr
    assert not machine.installed


def test_without_apt_the_packages_are_named(machine: Machine) -> None:
    (machine.folder / "bin/apt-get").unlink()
    done = machine.is_("ID=fedora\n", minor=12).bootstrap()

    assert done.returncode == 1
    assert "sip-tester" in done.stderr
    assert "Debian names" in done.stderr


def test_what_apt_says_is_shown_when_it_fails(machine: Machine) -> None:
    done = machine.is_(DEBIAN, minor=11).bootstrap(breaks="apt")

    assert done.returncode == 1
    assert "E: dpkg was interrupted" in done.stderr
    assert not machine.venv.exists()


@pytest.mark.parametrize("breaks", ["venv", "pip"])
def test_what_was_left_half_done_is_done_by_the_next_run(machine: Machine, breaks: str) -> None:
    machine.is_(DEBIAN, minor=11)
    assert machine.bootstrap(breaks=breaks).returncode != 0
    assert not list(machine.venv.glob(".installed-*"))

    assert machine.bootstrap().returncode == 0
    assert list(machine.venv.glob(".installed-test"))


def test_an_environment_of_a_python_that_is_too_old_is_made_anew(machine: Machine) -> None:
    machine.is_(DEBIAN, minor=11).bootstrap()
    (machine.folder / "version-python").write_text("10\n")

    assert machine.bootstrap().returncode == 0
    assert len(machine.called("python3", ".venv")) == 2


def test_without_network_for_a_browser_it_says_what_else_will_do(machine: Machine) -> None:
    done = machine.is_(NOBLE, minor=12).bootstrap(breaks="network")

    assert done.returncode == 1
    assert "HTTPS_PROXY" in done.stderr
    assert "google-chrome" in done.stderr
    assert machine.bootstrap().returncode == 0


def test_a_browser_without_its_libraries_does_not_count_as_one(machine: Machine) -> None:
    machine.is_(NOBLE, minor=12)
    assert machine.bootstrap().returncode == 0
    (machine.folder / "libraries").unlink()
    done = machine.bootstrap(run_as=1000)

    assert done.returncode == 1
    assert "sudo .venv/bin/playwright install-deps chromium" in done.stderr


def test_a_chrome_of_the_users_own_serves_on_ubuntu(machine: Machine) -> None:
    machine.program(machine.folder / "bin/google-chrome", "exit 0\n")

    assert machine.is_(NOBLE, minor=12).bootstrap().returncode == 0
    assert not machine.called("playwright")


def test_another_python_can_be_chosen(machine: Machine) -> None:
    machine.program(machine.folder / "bin/mine", PYTHON)
    (machine.folder / "version-mine").write_text("13\n")

    assert machine.is_(DEBIAN, minor=11).bootstrap("demo", python="mine").returncode == 0
    assert machine.called("mine", ".venv")
    assert not machine.called("python3", ".venv")
