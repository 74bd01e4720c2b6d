"""Draws the pictures in docs/images from the invented city, at ten to eleven on a working day.

python -m tests.browser.pictures [morning | supervised]

morning     one office at work
supervised  the city of the demo, with twelve weeks behind it
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

IMAGES = Path(__file__).resolve().parents[2] / "docs" / "images"
MORNINGS = {"morning": datetime(2026, 3, 3, 2, 50, tzinfo=UTC), "supervised": datetime(2026, 6, 9, 2, 50, tzinfo=UTC)}
PHONE, DESK = (390, 844), (1280, 900)


TAPPED = {"undo-phone": "咨询答复"}
"""What is tapped before the picture is drawn."""

Wanted = tuple[str, str, str, tuple[int, int], str]
"""Name of the picture, who looks, at what, on what, in which theme."""


def main() -> None:
    """Each part in a process of its own, because each has a clock and a database of its own."""
    parts = sys.argv[1:]
    if len(parts) == 1:
        _part(parts[0])
        return
    for part in MORNINGS:
        subprocess.run([sys.executable, "-m", "tests.browser.pictures", part], check=True)


def _part(part: str) -> None:
    with tempfile.TemporaryDirectory(prefix="minhu-pictures-") as folder:
        os.environ.update(
            DJANGO_SETTINGS_MODULE="minhu.settings", MINHU_MODE="demo", MINHU_DATA=folder, MINHU_ENV_FILE=os.devnull,
            MINHU_LOG_LEVEL="ERROR", DATABASE_URL=f"sqlite:///{folder}/pictures.sqlite3",
            MINHU_CHECK_NUMBERS="+8615400049001,+8615400049002",
        )  # fmt: skip
        _set_clock(MORNINGS[part])
        import django

        django.setup()
        from django.core.management import call_command

        call_command("migrate", verbosity=0)
        wanted = {"morning": _morning, "supervised": _supervised}[part]()
        _draw(_serve(), wanted)


def _set_clock(morning: datetime) -> None:
    """Pages show one fixed morning, whatever the time is."""
    from django.utils import timezone

    began = time.monotonic()

    def now() -> datetime:
        return datetime.fromtimestamp(morning.timestamp() + time.monotonic() - began, UTC)

    timezone.now = now


def _serve() -> str:
    import uvicorn

    from minhu.asgi import application
    from tests.peers.smsc_handle import free_port

    port = free_port()
    config = uvicorn.Config(application, port=port, log_level="error", timeout_graceful_shutdown=1)
    server = uvicorn.Server(config)
    threading.Thread(target=server.run, daemon=True).start()
    while not server.started:
        time.sleep(0.05)
    return f"http://127.0.0.1:{port}"


def _morning() -> tuple[Wanted, ...]:
    from django.utils import timezone

    from tests.browser import casework, complained, scene

    made = scene.morning(timezone.now(), everybody=True)
    tracking, begun = f"/m/{made.replied_code}/", casework.work(made, timezone.now()).begun
    complaints = complained.complain(made, timezone.now())
    return (
        ("today", "zhou", "/console/today/", PHONE, "light"),
        ("today-dark", "zhou", "/console/today/", PHONE, "dark"),
        ("undo-phone", "zhou", f"/console/calls/{made.answered.pk}/", PHONE, "light"),
        ("week-phone", "zhou", "/console/week/", PHONE, "light"),
        ("week", "zhou", "/console/week/", DESK, "light"),
        ("alerts-phone", "zhou", "/console/alerts/", PHONE, "light"),
        ("staff-queue", "li", "/console/queue/", DESK, "light"),
        ("directory", "", "/", DESK, "light"),
        ("directory-phone", "", "/", PHONE, "light"),
        ("tracking", "", tracking, DESK, "light"),
        ("tracking-phone", "", tracking, PHONE, "light"),
        ("call", "li", f"/console/calls/{made.voice.pk}/", DESK, "light"),
        ("case", "zhou", f"/console/cases/{begun.joined.pk}/", DESK, "light"),
        ("case-phone", "zhou", f"/console/cases/{begun.late.pk}/", PHONE, "light"),
        ("unit-desk", "wangchuan", "/console/desk/", PHONE, "light"),
        ("ledger", "li", "/console/ledger/", DESK, "light"),
        ("escalated", "kong", "/console/escalated/", DESK, "light"),
        ("tracking-extended", "", f"/m/{begun.extended.code}/", PHONE, "light"),
        ("paper", "zhou", f"/console/cases/{begun.late.pk}/print/?notes=1", DESK, "light"),
        ("complaint", "kong", f"/console/complaints/{complaints.stated.pk}/", (1280, 1280), "light"),
        ("complaint-phone", "zhou", f"/console/complaints/{complaints.asked.pk}/", (390, 1200), "light"),
    )


def _supervised() -> tuple[Wanted, ...]:
    from django.utils import timezone

    from minhu.ops.city import load_city
    from minhu.ops.demo import history
    from minhu.supervision import counting
    from tests.browser.scene import PASSWORD

    city = load_city(timezone.now(), PASSWORD)
    history.play(city.city_id, timezone.now())
    while counting.bring_up_to_date(city.city_id, at=timezone.now()):
        pass
    return (
        ("figures", "", "/figures/", DESK, "light"),
        ("figures-phone", "", "/figures/", PHONE, "dark"),
        ("draws", "", "/draws/", DESK, "light"),
        ("report", "supervisor", "/console/figures/report/", DESK, "light"),
        ("alarms-phone", "supervisor", "/console/figures/alarms/", PHONE, "light"),
        ("checks-phone", "inspector", "/console/checks/", PHONE, "light"),
    )


def _draw(address: str, wanted: tuple[Wanted, ...]) -> None:
    from playwright.sync_api import sync_playwright

    from tests.browser.conftest import ARGUMENTS

    IMAGES.mkdir(exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=list(ARGUMENTS))
        for name, who, path, (width, height), theme in wanted:
            scale = 2 if width < height else 1
            context = browser.new_context(
                viewport={"width": width, "height": height}, device_scale_factor=scale, base_url=address
            )
            context.add_cookies([{"name": "theme", "value": theme, "url": address}])
            page = context.new_page()
            if who:
                _sign_in(page, who)
            page.goto(path, wait_until="domcontentloaded")
            if name in TAPPED:
                page.get_by_role("button", name=TAPPED[name]).click()
            page.wait_for_timeout(1500)  # charts have drawn themselves
            page.screenshot(path=IMAGES / f"{name}.png")
            context.close()
        browser.close()


def _sign_in(page: Any, who: str) -> None:
    from tests.browser.scene import PASSWORD

    page.goto("/accounts/login/")
    page.get_by_label("用户名").fill(who)
    page.get_by_label("密码").fill(PASSWORD)
    page.locator("form[action*=login] button").click()
    page.wait_for_url("**/console/**", wait_until="domcontentloaded")


if __name__ == "__main__":
    main()
