"""Tencent Cloud 短信: SendSms, and its callbacks for answers and receipts.

Source: cloud.tencent.com, product 382: SendSms 2021-01-11, error codes, 短信回调 (SMS Reply, Sending Status).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

from minhu.carriers.cloud.gateway import CloudGateway
from minhu.carriers.cloud.settings import TencentSettings
from minhu.carriers.cloud.signing import Key, tc3
from minhu.carriers.http.hearing import believable, words
from minhu.carriers.http.recipe import at, read_time
from minhu.carriers.http.wire import Call, Patience
from minhu.carriers.text import Accepted, Fate, Inbound, Outgoing, Receipt, Submitted

LATER = ("LimitExceeded", "RequestLimitExceeded")
NOT_SERVED = (
    "AuthFailure",
    "UnauthorizedOperation",
    "FailedOperation.InsufficientBalance",
    "InvalidParameterValue.SdkAppIdNotExist",
)
THEIR_FAULT = ("InternalError", "FailedOperation.OtherError", "ServiceUnavailable")


class TencentGateway(CloudGateway):
    """Receipts name the SerialNo of the answer; so a text whose answer was lost stays in doubt."""

    _heard_all = '{"result": 0, "errmsg": "OK"}'

    def __init__(
        self, name: str, settings: TencentSettings, *, now: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        patience = Patience(settings.connect_seconds, settings.answer_seconds, settings.probe_seconds)
        super().__init__(name, settings.url, patience, settings.max_variable, now)
        self._settings = settings
        self._key = Key(settings.secret_id, settings.secret_key)

    def _request(self, text: Outgoing) -> Call:
        message = {
            "PhoneNumberSet": [text.recipient],
            "SmsSdkAppId": self._settings.app_id,
            "SignName": self._settings.signature,
            "TemplateId": text.template,
            "TemplateParamSet": list(text.variables.values()),
            "SessionContext": text.id,
        }
        body = json.dumps(message, ensure_ascii=False).encode()
        now, host = self._now(), urlsplit(self._settings.url).netloc
        headers = {
            "Content-Type": "application/json; charset=utf-8",
            "Host": host,
            "X-TC-Action": "SendSms",
            "X-TC-Version": "2021-01-11",
            "X-TC-Region": self._settings.region,
            "X-TC-Timestamp": str(int(now.timestamp())),
            "Authorization": tc3(self._key, host, body, now),
        }
        return Call("POST", self._settings.url, headers, body)

    def _outcome(self, text: Outgoing, said: Mapping[str, Any]) -> Submitted:
        status = at(said, "Response.SendStatusSet.0")
        code = words(at(said, "Response.Error.Code")) or words(at(status, "Code"))
        if code == "Ok":
            return Accepted((words(at(status, "SerialNo")) or text.id,))
        return self._refusal(
            code,
            retryable=code.startswith(LATER),
            down=code.startswith(NOT_SERVED),
            unsure=not code or code.startswith(THEIR_FAULT),
        )

    def _heard(self, item: Mapping[str, Any]) -> Inbound | Receipt | None:
        if "report_status" in item:
            return self._receipt(item)
        mobile, time, body = words(item.get("mobile")), words(item.get("time")), item.get("text")
        if not mobile or not isinstance(body, str):
            return None
        sender = f"+{words(item.get('nationcode')) or '86'}{mobile}"
        digest = hashlib.sha256("\0".join((sender, time, body)).encode(errors="surrogatepass"))
        return Inbound(
            gateway=self._name,
            key=digest.hexdigest()[:40],
            sender=sender,
            recipient=words(item.get("extend")),
            body=body,
            received_at=believable(read_time(time, "unix"), self._now()),
        )

    def _receipt(self, item: Mapping[str, Any]) -> Receipt | None:
        sid = words(item.get("sid"))
        delivered = item.get("report_status") == "SUCCESS"
        code = "" if delivered else words(item.get("errmsg"))[:20]
        return Receipt(self._name, sid, Fate.DELIVERED if delivered else Fate.FAILED, code) if sid else None
