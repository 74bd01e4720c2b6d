"""How the HTTP gateways speak, as their makers document it. Written from the documents, not from our adapters."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")


@dataclass(frozen=True, slots=True)
class Said:
    """A text that was taken. gateway_id: what the gateway calls it; id: what the sender does."""

    id: str
    gateway_id: str
    recipient: str
    words: str


@dataclass(frozen=True, slots=True)
class Heard:
    """A call to make."""

    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    method: str = "POST"
    query: str = ""


class Refused(Exception):
    """A request that the gateway does not take."""

    def __init__(self, status: int, body: object) -> None:
        super().__init__(status)
        self.status, self.body = status, json.dumps(body).encode()


class Dialect:
    """One way to speak."""

    refuses_repeats = False

    def read(self, method: str, path: str, headers: dict[str, str], body: bytes, number: int) -> Said:
        """Raises: Refused."""
        raise NotImplementedError

    def accepted(self, said: Said) -> tuple[int, bytes]:
        raise NotImplementedError

    def throttled(self) -> tuple[int, bytes]:
        raise NotImplementedError

    def repeated(self, said: Said) -> tuple[int, bytes]:
        raise NotImplementedError

    def looked_up(self, path: str, taken: Sequence[Said]) -> tuple[int, bytes] | None:
        return None

    def inbound(self, number: int, text: dict[str, Any]) -> Heard:
        raise NotImplementedError

    def receipt(self, number: int, said: dict[str, Any]) -> Heard:
        raise NotImplementedError

    def heard(self, status: int, answer: bytes) -> bool:
        return 200 <= status < 300


class Android(Dialect):
    """SMS Gateway for Android. Source: docs.sms-gate.app, sending messages and webhooks."""

    refuses_repeats = True
    signing_key, user, password = "k3y", "phone", "secret"
    path = "/3rdparty/v1/messages"

    def read(self, method: str, path: str, headers: dict[str, str], body: bytes, number: int) -> Said:
        pair = base64.b64encode(f"{self.user}:{self.password}".encode()).decode()
        if headers.get("authorization") != f"Basic {pair}":
            raise Refused(401, {"message": "Unauthorized"})
        if method != "POST" or path != self.path:
            raise Refused(404, {"message": "Not found"})
        message = json.loads(body)
        if not message["withDeliveryReport"] or len(message["id"]) > 36:
            raise Refused(400, {"message": "Bad Request"})
        (recipient,) = message["phoneNumbers"]
        return Said(message["id"], message["id"], recipient, message["textMessage"]["text"])

    def accepted(self, said: Said) -> tuple[int, bytes]:
        return 202, json.dumps({"id": said.id, "state": "Pending"}).encode()

    def throttled(self) -> tuple[int, bytes]:
        return 429, b'{"message": "Too Many Requests"}'

    def repeated(self, said: Said) -> tuple[int, bytes]:
        return 409, b'{"message": "duplicate id"}'

    def looked_up(self, path: str, taken: Sequence[Said]) -> tuple[int, bytes] | None:
        wanted = path.removeprefix(f"{self.path}/")
        if any(said.id == wanted for said in taken):
            return 200, json.dumps({"id": wanted, "state": "Delivered", "recipients": []}).encode()
        return 404, b"{}"

    def inbound(self, number: int, text: dict[str, Any]) -> Heard:
        payload = {
            "messageId": "abc123",
            "message": text["body"],
            "sender": text["sender"],
            "phoneNumber": text["sender"],
            "recipient": text.get("recipient"),
            "simNumber": text.get("sim", 1),
            "receivedAt": text["at"],
        }
        return self._signed(number, text.get("event", "sms:received"), payload)

    def receipt(self, number: int, said: dict[str, Any]) -> Heard:
        now = datetime.now(SHANGHAI).isoformat(timespec="milliseconds")
        payload = {"messageId": said["id"], "phoneNumber": said["recipient"], "deliveredAt": now, "simNumber": 1}
        return self._signed(number, said.get("event", "sms:delivered"), payload)

    def _signed(self, number: int, event: str, payload: dict[str, Any]) -> Heard:
        envelope = {
            "deviceId": "ffffffffceb0b1db0000018e937c815b",
            "event": event,
            "id": f"Ey6ECgOkVVFjz3CL48B8{number}",
            "webhookId": "LreFUt-Z3sSq0JufY9uWB",
            "payload": payload,
        }
        body, at = json.dumps(envelope).encode(), str(int(time.time()))
        signature = hmac.new(self.signing_key.encode(), body + at.encode(), hashlib.sha256).hexdigest()
        return Heard(body, {"Content-Type": "application/json", "X-Timestamp": at, "X-Signature": signature})


class Aggregator(Dialect):
    """An invented texting service, made of habits that real ones have: a form, a signature over account, secret and
    time, an answer in JSON, receipts and texts in arrays, signed over the body."""

    account, secret = "cityhall", "s3cret"

    def read(self, method: str, path: str, headers: dict[str, str], body: bytes, number: int) -> Said:
        form = dict(parse_qsl(body.decode()))
        expected = hashlib.md5(  # noqa: S324 - as such services do
            f"{self.account}{self.secret}{form.get('ts')}".encode()
        ).hexdigest()
        if form.get("account") != self.account or form.get("sign") != expected:
            raise Refused(200, {"code": "101", "msg": "sign error"})
        if path != "/sms/send" or len(form["mobile"]) != 11:
            raise Refused(200, {"code": "107", "msg": "mobile error"})
        return Said(form["extid"], f"M{number:08d}", form["mobile"], form["content"])

    def accepted(self, said: Said) -> tuple[int, bytes]:
        return 200, json.dumps({"code": 0, "data": [{"msgid": said.gateway_id}]}).encode()

    def throttled(self) -> tuple[int, bytes]:
        return 200, b'{"code": 103, "msg": "too fast"}'

    def inbound(self, number: int, text: dict[str, Any]) -> Heard:
        at = datetime.fromisoformat(text["at"]).astimezone(SHANGHAI).strftime("%Y%m%d%H%M%S")
        sender = text["sender"].removeprefix("+86")
        return self._signed(
            [{"mo_id": number, "mobile": sender, "dest": text["recipient"], "msg": text["body"], "time": at}]
        )

    def receipt(self, number: int, said: dict[str, Any]) -> Heard:
        state = said.get("state", "DELIVRD")
        return self._signed([{"msgid": said["gateway_id"], "mobile": said["recipient"], "status": state}])

    def _signed(self, items: list[dict[str, Any]]) -> Heard:
        body, at = json.dumps({"list": items}, ensure_ascii=False).encode(), str(int(time.time()))
        over = body + at.encode()
        signature = base64.b64encode(hmac.new(self.secret.encode(), over, hashlib.sha256).digest()).decode()
        return Heard(body, {"Content-Type": "application/json;charset=utf-8", "X-Ts": at, "X-Sign": signature})

    def heard(self, status: int, answer: bytes) -> bool:
        return status == 200 and answer == b'{"result":"ok"}'


DIALECTS: dict[str, Callable[[], Dialect]] = {"android": Android, "aggregator": Aggregator}
