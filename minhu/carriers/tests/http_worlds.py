"""Worlds of the HTTP gateways for the texting contract: a far end in its own process, which calls at a door of ours."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import psutil

from minhu.carriers.android import AndroidGateway, AndroidSettings
from minhu.carriers.cloud import AliyunGateway, AliyunSettings, TencentGateway, TencentSettings
from minhu.carriers.http import HttpGateway, HttpSettings
from minhu.carriers.http.recipe import Digest, DigestForm
from minhu.carriers.tests.text_worlds import CITIZEN, OFFICE, TextWorld, wait_for
from minhu.carriers.text import BadHook, Hooked, HookRequest, Outgoing, TextGateway
from tests.peers.http_handle import Door, HttpFarEnd

Made = Callable[[str], TextGateway]
"""Makes the gateway that reaches its far end at this address."""


class HttpTextWorld(TextWorld):
    """One HTTP gateway and its far end. office, citizen: as in TextWorld."""

    def __init__(self, folder: Path, dialect: str, make: Made, *, office: str = OFFICE, citizen: str = CITIZEN) -> None:
        super().__init__()
        self.door = Door(self._called)
        self.far = HttpFarEnd(folder, dialect, self.door.address)
        self.gateway = make(self.far.address)
        self.office, self.citizen = office, citizen

    def _called(self, method: str, address: str, headers: dict[str, str], body: bytes) -> tuple[int, bytes, str]:
        """As web/hooks.py answers."""
        assert isinstance(self.gateway, Hooked)
        query = dict(parse_qsl(urlsplit(address).query, keep_blank_values=True))
        try:
            answer = self.gateway.webhook(HookRequest(method, headers, query, body), self.notebook)
        except BadHook as bad:
            return bad.status, b"", "text/plain"
        except OSError:
            return 503, b"", "text/plain"
        return 200, answer.body.encode(), answer.content_type

    def open(self) -> None:
        self.far.start()
        self.far.manners(retry_seconds=0.02)
        self.gateway.start(self.notebook)
        wait_for(self.gateway.up, "the gateway")

    def close(self) -> None:
        self.gateway.stop()
        self.far.kill()
        self.door.close()

    def text(self, body: str) -> dict[str, str]:
        at = datetime.now(UTC).isoformat(timespec="milliseconds")
        return {"sender": CITIZEN, "recipient": self.office, "body": body, "at": at}

    def citizen_texts(self, *bodies: str) -> None:
        """The same words a second time are the same delivery, brought again."""
        brought: dict[str, tuple[int, dict[str, str]]] = {}
        for body in bodies:
            if body in brought:
                self.far.again(*brought[body])
            else:
                text = self.text(body)
                brought[body] = (self.far.inject(text)[0], text)

    def citizen_texts_in_parts(self, bodies: Sequence[str]) -> int:
        """The phone or the platform puts them together and brings one."""
        self.far.inject(self.text("".join(bodies)))
        return 1

    def unacknowledged(self) -> int:
        return self.far.figures()["unheard"]

    def until_all_acknowledged(self) -> None:
        wait_for(lambda: self.unacknowledged() == 0, "all acknowledged")

    def citizen_reads(self) -> list[str]:
        return [said["words"] for said in self.far.taken()]

    def receipts(self, when: str) -> None:
        self.far.manners(receipts=when)

    def throttles(self, times: int) -> None:
        self.far.manners(throttle_times=times)

    def link_breaks(self) -> None:
        self.far.kill()
        wait_for(lambda: not self.gateway.up(), "the break")

    def link_returns(self) -> None:
        self.far.has_died()
        self.far.start()
        self.far.manners(retry_seconds=0.02)
        wait_for(self.gateway.up, "the gateway")

    def connections(self) -> int:
        far_ends = [tuple(one.raddr) for one in psutil.Process().net_connections() if one.status == "ESTABLISHED"]
        return far_ends.count(("127.0.0.1", self.far.port))

    def dies_on_next_submit(self) -> None:
        self.far.manners(die_on_submit=True)


def android(folder: Path) -> TextWorld:
    def make(address: str) -> TextGateway:
        return AndroidGateway("phone", phone_settings(address))

    return HttpTextWorld(folder, "android", make, office=PHONE)


PHONE = "+8613700000009"


def phone_settings(address: str, **changes: object) -> AndroidSettings:
    given: dict[str, object] = {"user": "phone", "password": "secret", "probe_seconds": 0.05, "answer_seconds": 5.0}
    return AndroidSettings(PHONE, "k3y", f"{address}/3rdparty/v1", **{**given, **changes})  # type: ignore[arg-type]


AGGREGATOR: dict[str, Any] = {
    "fields": {
        "account": "{user}",
        "ts": "{time}",
        "sign": "{sign}",
        "mobile": "{recipient}",
        "content": "{body}",
        "extid": "{id}",
    },
    "user": "cityhall",
    "secret": "s3cret",
    "sign": Digest.MD5,
    "sign_over": "{user}{secret}{time}",
    "id_path": "data.0.msgid",
    "retryable": ("103",),
    "down": ("101",),
    "hook_items": "list",
    "in_sender": "mobile",
    "in_recipient": "dest",
    "in_body": "msg",
    "in_id": "mo_id",
    "in_time": "time",
    "receipt_id": "msgid",
    "receipt_status": "status",
    "receipt_delivered": ("DELIVRD",),
    "receipt_pending": ("ACCEPTD",),
    "in_time_form": "%Y%m%d%H%M%S",
    "hook_sign": Digest.HMAC_SHA256,
    "hook_sign_form": DigestForm.BASE64,
    "hook_sign_over": "{raw}{time}",
    "hook_sign_at": "header:X-Sign",
    "hook_time_at": "header:X-Ts",
    "hook_answer": '{"result":"ok"}',
    "probe_seconds": 0.05,
    "answer_seconds": 5.0,
}
"""Describes the invented service of tests/peers/http_dialects.py."""


def aggregator(folder: Path) -> TextWorld:
    def make(address: str) -> TextGateway:
        return HttpGateway("agg", HttpSettings(f"{address}/sms/send", **AGGREGATOR))

    return HttpTextWorld(folder, "aggregator", make, citizen=CITIZEN.removeprefix("+86"))


class CloudTextWorld(HttpTextWorld):
    """A service that takes templates only: all words go as the one variable of one template."""

    registered = "SMS_1"

    def outgoing(self, body: str) -> Outgoing:
        return replace(super().outgoing(body), template=self.registered, variables={"words": body})


class TencentTextWorld(CloudTextWorld):
    registered = "1001"


QUICK: dict[str, Any] = {"probe_seconds": 0.05, "answer_seconds": 5.0}


def aliyun(folder: Path) -> TextWorld:
    def make(address: str) -> TextGateway:
        return AliyunGateway("cloud", AliyunSettings("LTAI-test", "key", "安澜市", url=f"{address}/", **QUICK))

    return CloudTextWorld(folder, "aliyun", make, citizen=CITIZEN.removeprefix("+86"))


def tencent(folder: Path) -> TextWorld:
    def make(address: str) -> TextGateway:
        settings = TencentSettings("AKID-test", "key", "1400006666", "安澜市", url=f"{address}/", **QUICK)
        return TencentGateway("cloud", settings)

    return TencentTextWorld(folder, "tencent", make)


HTTP_WORLDS: dict[str, Callable[[Path], TextWorld]] = {
    "aliyun": aliyun,
    "android": android,
    "http": aggregator,
    "tencent": tencent,
}
