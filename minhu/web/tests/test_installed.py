"""The console can be put on a phone's home screen, and keeps nothing of anybody there."""

from __future__ import annotations

import json
from io import BytesIO

import pytest
from django.contrib.staticfiles import finders
from django.test import Client
from PIL import Image

from minhu.web.console.installed import ICONS, SHELL
from tests import make

pytestmark = pytest.mark.django_db


def told(client: Client) -> dict[str, object]:
    script = client.get("/console/worker.js").content.decode()
    first = script.partition("\n")[0]
    found: dict[str, object] = json.loads(first.removeprefix("const told = ").removesuffix(";"))
    return found


def test_a_phone_is_offered_the_console_with_icons_of_the_size_it_is_told(client: Client) -> None:
    answer = client.get("/console/app.webmanifest")
    described = json.loads(answer.content)

    assert answer.headers["Content-Type"].startswith("application/manifest+json")
    assert (described["start_url"], described["display"]) == ("/console/", "standalone")
    for name, pixels, _purpose in ICONS:
        path = finders.find(f"minhu/{name}.png")
        assert isinstance(path, str)
        with open(path, "rb") as file:
            assert Image.open(BytesIO(file.read())).size == (pixels, pixels)


def test_the_worker_keeps_files_of_the_shell_and_the_page_without_a_net_only(client: Client) -> None:
    found = told(client)

    assert found["offline"] == "/console/offline/"
    assert found["shell"] == [f"/static/{name}" for name in SHELL]


def test_every_style_and_script_of_a_console_page_is_in_the_shell(client: Client) -> None:
    official = make.official(make.office(make.city()))
    client.force_login(make.account(official.office, official=official))
    page = client.get("/console/me/").content.decode()

    assert [one for one in SHELL if f"/static/{one}" not in page and not one.endswith("lucide.svg")] == []
    assert page.count('rel="stylesheet"') == sum(one.endswith(".css") for one in SHELL)
    assert 'rel="manifest"' in page


def test_the_page_without_a_net_is_the_same_for_everybody(client: Client) -> None:
    official = make.official(make.office(make.city()))
    signed_in = Client()
    signed_in.force_login(make.account(official.office, official=official))

    answer = signed_in.get("/console/offline/")
    assert "现在没有网络" in answer.content.decode()
    assert answer.content == client.get("/console/offline/").content
