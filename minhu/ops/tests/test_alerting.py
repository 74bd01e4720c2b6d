"""Alerts against a push service on this machine, which opens what it gets with the browser's own keys."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.test import Client

from minhu.carriers.push.sealing import point_of, spelled
from minhu.cases import alerting, noticing
from minhu.cases.models import Alert, AlertWay, Notice
from minhu.cases.noticing import News
from minhu.directory import queries as directory
from minhu.directory.models import Account, Official
from minhu.intake.models import Text
from minhu.ops.alerting import send_due
from minhu.rules.words import NoticeKind
from tests import make

pytestmark = pytest.mark.django_db
AT = make.MONDAY_10


class Browser(ThreadingHTTPServer):
    """A browser with its push service: knows its keys, answers as it is told, keeps what it got."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.key, self.auth = ec.generate_private_key(ec.SECP256R1()), bytes(range(16))
        self.status, self.got = 201, list[bytes]()

    def form(self) -> dict[str, str]:
        host, port = self.server_address[:2]
        return {
            "endpoint": f"http://{host!s}:{port}/for/him",
            "p256dh": spelled(point_of(self.key)),
            "auth": spelled(self.auth),
        }

    def opened(self, body: bytes) -> dict[str, str]:
        salt, theirs = body[:16], body[21:86]
        shared = self.key.exchange(ec.ECDH(), ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), theirs))
        info = b"WebPush: info\0" + point_of(self.key) + theirs
        secret = HKDF(SHA256(), 32, self.auth, info).derive(shared)
        key = HKDF(SHA256(), 16, salt, b"Content-Encoding: aes128gcm\0").derive(secret)
        nonce = HKDF(SHA256(), 12, salt, b"Content-Encoding: nonce\0").derive(secret)
        found: dict[str, str] = json.loads(AESGCM(key).decrypt(nonce, body[86:], None).removesuffix(b"\x02"))
        return found


class _Handler(BaseHTTPRequestHandler):
    server: Browser

    def do_POST(self) -> None:
        self.server.got.append(self.rfile.read(int(self.headers["Content-Length"])))
        self.send_response(self.server.status)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - its name there
        """Says nothing."""


@pytest.fixture
def browser() -> Iterator[Browser]:
    with Browser() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture
def official() -> Official:
    return make.official(make.office(make.city()))


@pytest.fixture
def account(official: Official) -> Account:
    return make.account(official.office, official=official)


@pytest.fixture
def phone(account: Account, browser: Browser) -> Client:
    """Signed in, and alerted on this device."""
    client = Client()
    client.force_login(account)
    assert client.post("/console/alerts/device/", browser.form(), headers={"User-Agent": "iPhone"}).status_code == 303
    AlertWay.objects.update(at=AT)
    return client


def news(official: Official) -> None:
    noticing.tell(
        News(official.city_id, NoticeKind.CORRECT, 7, "13900001234 打不通"), officials=[official.pk], at=AT
    )  # fmt: skip


def test_a_device_is_told_that_something_waits_and_nothing_else(
    phone: Client, official: Official, browser: Browser
) -> None:
    news(official)
    send_due(AT)
    send_due(AT)

    (body,) = browser.got
    assert browser.opened(body) == {"token": Alert.objects.get().token}
    assert (
        Client(enforce_csrf_checks=True).post(f"/console/alerts/arrived/{Alert.objects.get().token}/").status_code
        == 204
    )
    send_due(AT + timedelta(hours=1))
    assert not Text.objects.exists()
    assert len(browser.got) == 1


def test_what_does_not_arrive_goes_by_text_once(
    phone: Client, official: Official, account: Account, browser: Browser
) -> None:
    alerting.add_number("13800138000", by=directory.viewer_of(account), at=AT)
    news(official)
    for minutes in (0, 4, 5, 6, 60):
        send_due(AT + timedelta(minutes=minutes))

    assert len(browser.got) == 1
    text = Text.objects.get()
    assert text.body == "有一件事等您处理，请登录工作台查看。"
    assert Alert.objects.get().text == text


@pytest.mark.parametrize("status", [404, 410])
def test_a_browser_that_is_gone_is_not_tried_again(
    phone: Client, official: Official, account: Account, browser: Browser, status: int
) -> None:
    alerting.add_number("13800138000", by=directory.viewer_of(account), at=AT)
    browser.status = status
    news(official)
    send_due(AT)

    assert AlertWay.objects.get(endpoint__startswith="http").ended_at == AT
    assert Text.objects.count() == 1


def test_a_push_service_in_trouble_is_tried_three_times(phone: Client, official: Official, browser: Browser) -> None:
    browser.status = 503
    news(official)
    for minutes in range(6):
        send_due(AT + timedelta(minutes=minutes))

    assert len(browser.got) == alerting.MOST_TRIES
    assert Alert.objects.get().next_at is None


def test_what_he_has_read_meanwhile_is_over(phone: Client, official: Official, browser: Browser) -> None:
    news(official)
    browser.status = 503
    send_due(AT)
    Notice.objects.update(read_at=AT)
    send_due(AT + timedelta(minutes=1))

    assert len(browser.got) == 1


def test_a_device_that_he_took_back_hears_nothing(phone: Client, official: Official, browser: Browser) -> None:
    way = AlertWay.objects.get()
    stranger = Client()
    stranger.force_login(make.account(official.office, official=make.official(official.office)))
    assert stranger.post(f"/console/alerts/{way.pk}/end/").status_code == 422
    assert "iPhone" in phone.get("/console/alerts/").content.decode()
    phone.post(f"/console/alerts/{way.pk}/end/")
    news(official)
    send_due(AT)

    assert browser.got == []
    assert "iPhone" not in phone.get("/console/alerts/").content.decode()


@pytest.mark.parametrize("wrong", [{"endpoint": "ftp://x/"}, {"p256dh": "AAAA"}, {"auth": ""}])
def test_what_is_no_device_is_refused(phone: Client, browser: Browser, wrong: dict[str, str]) -> None:
    assert phone.post("/console/alerts/device/", browser.form() | wrong).status_code == 422
