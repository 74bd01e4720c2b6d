"""Aliyun 短信服务: SendSms, and what SmsUp and SmsReport bring.

Source: help.aliyun.com, API 2017-05-25: SendSms, error codes, SmsUp, SmsReport.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from minhu.carriers.cloud.gateway import CloudGateway
from minhu.carriers.cloud.settings import AliyunSettings
from minhu.carriers.cloud.signing import Key, acs3, canonical_query
from minhu.carriers.http.hearing import believable, words
from minhu.carriers.http.recipe import read_time
from minhu.carriers.http.wire import Call, Patience
from minhu.carriers.text import Accepted, Fate, Inbound, Outgoing, Receipt, Submitted

LATER = ("isv.BUSINESS_LIMIT_CONTROL", "isv.DAY_LIMIT_CONTROL", "isv.MONTH_LIMIT_CONTROL", "Throttling")
NOT_SERVED = (
    "isv.AMOUNT_NOT_ENOUGH",
    "isv.OUT_OF_SERVICE",
    "isv.ACCOUNT_",
    "isv.PRODUCT_UN_SUBSCRIPT",
    "isp.RAM_PERMISSION_DENY",
    "InvalidAccessKeyId",
    "IncompleteSignature",
    "SignatureDoesNotMatch",
    "InvalidTimeStamp",
    "Forbidden",
    "NoPermission",
)
THEIR_FAULT = ("isp.SYSTEM_ERROR", "isp.GATEWAY_ERROR", "InternalError", "ServiceUnavailable")
TIME_FORM = "%Y-%m-%d %H:%M:%S"


class AliyunGateway(CloudGateway):
    """Our id goes as OutId and comes back in each receipt, also when the answer to the submit was lost."""

    _heard_all = '{"code": 0, "msg": "接收成功"}'

    def __init__(
        self, name: str, settings: AliyunSettings, *, now: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        patience = Patience(settings.connect_seconds, settings.answer_seconds, settings.probe_seconds)
        super().__init__(name, settings.url, patience, settings.max_variable, now)
        self._settings = settings
        self._key = Key(settings.access_key_id, settings.access_key_secret)

    def _request(self, text: Outgoing) -> Call:
        query = {
            "PhoneNumbers": text.recipient.removeprefix("+86").removeprefix("+"),
            "SignName": self._settings.signature,
            "TemplateCode": text.template,
            "TemplateParam": json.dumps(dict(text.variables), ensure_ascii=False),
            "OutId": text.id,
        }
        headers = {
            "x-acs-action": "SendSms",
            "x-acs-version": "2017-05-25",
            "x-acs-date": self._now().astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "x-acs-signature-nonce": secrets.token_hex(16),
        }
        url = self._settings.url
        return Call("POST", f"{url}?{canonical_query(query)}", acs3(self._key, url, query, headers))

    def _outcome(self, text: Outgoing, said: Mapping[str, Any]) -> Submitted:
        code = words(said.get("Code"))
        if code == "OK":
            return Accepted((text.id,))
        return self._refusal(
            code,
            retryable=code.startswith(LATER),
            down=code.startswith(NOT_SERVED),
            unsure=not code or code.startswith(THEIR_FAULT),
        )

    def _heard(self, item: Mapping[str, Any]) -> Inbound | Receipt | None:
        if "biz_id" in item or "success" in item:
            return self._receipt(item)
        sender, number = words(item.get("phone_number")), words(item.get("sequence_id"))
        if not sender or not number or not isinstance(item.get("content"), str):
            return None
        return Inbound(
            gateway=self._name,
            key=number[:64],
            sender=sender,
            recipient=words(item.get("dest_code")),
            body=item["content"],
            received_at=believable(read_time(words(item.get("send_time")), TIME_FORM), self._now()),
        )

    def _receipt(self, item: Mapping[str, Any]) -> Receipt | None:
        gateway_id = words(item.get("out_id")) or words(item.get("biz_id"))
        success = item.get("success")
        if not gateway_id or success is None:
            return None
        delivered = success is True or words(success).lower() == "true"
        code = "" if delivered else words(item.get("err_code"))[:20]
        return Receipt(self._name, gateway_id, Fate.DELIVERED if delivered else Fate.FAILED, code)
