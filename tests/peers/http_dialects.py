"""How the HTTP gateways speak, as their makers document it. Written from the documents, not from our adapters."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl, urlsplit
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


REGISTERED = {"SMS_1": "${words}", "1001": "{1}"}
"""Approved templates at the two cloud services."""


class Aliyun(Dialect):
    """Source: help.aliyun.com: SendSms, request structure and signature V3, SmsUp, SmsReport."""

    key_id, key_secret = "LTAI-test", "key"

    def read(self, method: str, path: str, headers: dict[str, str], body: bytes, number: int) -> Said:
        parts = urlsplit(path)
        self._check_signature(method, parts.path, parts.query, headers, body)
        if headers["x-acs-action"] != "SendSms" or headers["x-acs-version"] != "2017-05-25":
            raise Refused(404, {"Code": "InvalidAction.NotFound"})
        said = dict(parse_qsl(parts.query))
        if said["SignName"] != "安澜市":
            raise Refused(200, {"Code": "isv.SMS_SIGNATURE_ILLEGAL", "Message": "短信签名不合法"})
        if said["TemplateCode"] not in REGISTERED:
            raise Refused(200, {"Code": "isv.SMS_TEMPLATE_ILLEGAL", "Message": "短信模版不合法"})
        words = REGISTERED[said["TemplateCode"]]
        for name, value in json.loads(said["TemplateParam"]).items():
            words = words.replace(f"${{{name}}}", value)
        return Said(said["OutId"], f"9006195{number:09d}^0", said["PhoneNumbers"], words)

    def _check_signature(self, method: str, path: str, query: str, headers: dict[str, str], body: bytes) -> None:
        scheme, _, rest = headers.get("authorization", "").partition(" ")
        given = dict(pair.split("=", 1) for pair in rest.split(","))
        names = given["SignedHeaders"].split(";")
        must = {"host", *(name for name in headers if name.startswith("x-acs-"))}
        hashed = hashlib.sha256(body).hexdigest()
        lines = "".join(f"{name}:{headers[name].strip()}\n" for name in names)
        canonical = f"{method}\n{path}\n{query}\n{lines}\n{';'.join(names)}\n{hashed}"
        over = f"ACS3-HMAC-SHA256\n{hashlib.sha256(canonical.encode()).hexdigest()}"
        expected = hmac.new(self.key_secret.encode(), over.encode(), hashlib.sha256).hexdigest()
        if scheme != "ACS3-HMAC-SHA256" or given["Credential"] != self.key_id:
            raise Refused(404, {"Code": "InvalidAccessKeyId.NotFound"})
        if not must <= set(names) or headers["x-acs-content-sha256"] != hashed or given["Signature"] != expected:
            raise Refused(400, {"Code": "SignatureDoesNotMatch"})

    def accepted(self, said: Said) -> tuple[int, bytes]:
        answer = {"Code": "OK", "Message": "OK", "BizId": said.gateway_id, "RequestId": "F655A8D5-B967-440B-8683"}
        return 200, json.dumps(answer).encode()

    def throttled(self) -> tuple[int, bytes]:
        answer = {"Code": "isv.BUSINESS_LIMIT_CONTROL", "Message": "触发分钟级流控Permits:1", "RequestId": "A"}
        return 200, json.dumps(answer).encode()

    def inbound(self, number: int, text: dict[str, Any]) -> Heard:
        at = datetime.fromisoformat(text["at"]).astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M:%S")
        return self._json(
            [
                {
                    "phone_number": text["sender"].removeprefix("+86"),
                    "send_time": at,
                    "content": text["body"],
                    "sign_name": "安澜市",
                    "dest_code": text["recipient"],
                    "sequence_id": 1234567890 + number,
                }
            ]
        )

    def receipt(self, number: int, said: dict[str, Any]) -> Heard:
        now = datetime.now(SHANGHAI).strftime("%Y-%m-%d %H:%M:%S")
        return self._json(
            [
                {
                    "phone_number": said["recipient"],
                    "send_time": now,
                    "report_time": now,
                    "success": True,
                    "err_code": "DELIVERED",
                    "err_msg": "用户接收成功",
                    "sms_size": "1",
                    "biz_id": said["gateway_id"],
                    "out_id": said["id"],
                }
            ]
        )

    def heard(self, status: int, answer: bytes) -> bool:
        return status == 200 and json.loads(answer)["code"] == 0

    def _json(self, items: object) -> Heard:
        return Heard(json.dumps(items, ensure_ascii=False).encode(), {"Content-Type": "application/json"})


class Tencent(Aliyun):
    """Source: cloud.tencent.com, product 382: SendSms, signature v3, SMS Reply, Sending Status Notification."""

    key_id, key_secret = "AKID-test", "key"

    def read(self, method: str, path: str, headers: dict[str, str], body: bytes, number: int) -> Said:
        self._check_signature(method, path, "", headers, body)
        said = json.loads(body)
        if headers["x-tc-action"] != "SendSms" or headers["x-tc-version"] != "2021-01-11":
            raise Refused(200, {"Response": {"Error": {"Code": "InvalidAction"}}})
        if said["TemplateId"] not in REGISTERED or said["SignName"] != "安澜市":
            status = {"Code": "FailedOperation.TemplateIncorrectOrUnapproved", "SerialNo": "", "Fee": 0}
            raise Refused(200, {"Response": {"SendStatusSet": [status], "RequestId": "a"}})
        words = REGISTERED[said["TemplateId"]]
        for place, value in enumerate(said["TemplateParamSet"], start=1):
            words = words.replace(f"{{{place}}}", value)
        return Said(said["SessionContext"], f"5000:1045710669{number:08d}", said["PhoneNumberSet"][0], words)

    def _check_signature(self, method: str, path: str, query: str, headers: dict[str, str], body: bytes) -> None:
        at = datetime.fromtimestamp(int(headers["x-tc-timestamp"]), UTC)
        scope = f"{at:%Y-%m-%d}/sms/tc3_request"
        lines = f"content-type:{headers['content-type']}\nhost:{headers['host']}\n"
        hashed = hashlib.sha256(body).hexdigest()
        canonical = f"{method}\n{path}\n{query}\n{lines}\ncontent-type;host\n{hashed}"
        digest = hashlib.sha256(canonical.encode()).hexdigest()
        over = f"TC3-HMAC-SHA256\n{headers['x-tc-timestamp']}\n{scope}\n{digest}"
        key = ("TC3" + self.key_secret).encode()
        for step in scope.split("/"):
            key = hmac.new(key, step.encode(), hashlib.sha256).digest()
        signature = hmac.new(key, over.encode(), hashlib.sha256).hexdigest()
        who = (
            f"TC3-HMAC-SHA256 Credential={self.key_id}/{scope}, SignedHeaders=content-type;host, Signature={signature}"
        )
        if headers["authorization"] != who:
            raise Refused(200, {"Response": {"Error": {"Code": "AuthFailure.SignatureFailure"}, "RequestId": "a"}})

    def accepted(self, said: Said) -> tuple[int, bytes]:
        status = {
            "SerialNo": said.gateway_id,
            "PhoneNumber": said.recipient,
            "Fee": 1,
            "SessionContext": said.id,
            "Code": "Ok",
            "Message": "send success",
            "IsoCode": "CN",
        }
        return 200, json.dumps({"Response": {"SendStatusSet": [status], "RequestId": "a0aabda6"}}).encode()

    def throttled(self) -> tuple[int, bytes]:
        status = {"Code": "LimitExceeded.PhoneNumberThirtySecondLimit", "SerialNo": "", "Fee": 0}
        return 200, json.dumps({"Response": {"SendStatusSet": [status], "RequestId": "a"}}).encode()

    def inbound(self, number: int, text: dict[str, Any]) -> Heard:
        at = int(datetime.fromisoformat(text["at"]).timestamp())
        mobile = text["sender"].removeprefix("+86")
        said = {"extend": text["recipient"], "mobile": mobile, "nationcode": "86", "sign": "安澜市", "time": at}
        return self._json(said | {"text": text["body"]})

    def receipt(self, number: int, said: dict[str, Any]) -> Heard:
        return self._json(
            [
                {
                    "user_receive_time": datetime.now(SHANGHAI).strftime("%Y-%m-%d %H:%M:%S"),
                    "nationcode": "86",
                    "mobile": said["recipient"].removeprefix("+86"),
                    "report_status": "SUCCESS",
                    "errmsg": "DELIVRD",
                    "description": "用户短信送达成功",
                    "sid": said["gateway_id"],
                }
            ]
        )

    def heard(self, status: int, answer: bytes) -> bool:
        return status == 200 and json.loads(answer) == {"result": 0, "errmsg": "OK"}


DIALECTS: dict[str, Callable[[], Dialect]] = {
    "android": Android,
    "aggregator": Aggregator,
    "aliyun": Aliyun,
    "tencent": Tencent,
}
