"""What is particular to Aliyun and Tencent Cloud, by the examples in their documents."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import pytest

from minhu.carriers.cloud import AliyunGateway, AliyunSettings, TencentGateway, TencentSettings
from minhu.carriers.cloud.signing import Key, acs3, tc3
from minhu.carriers.errors import CarrierError, WrongSetting
from minhu.carriers.tests.text_worlds import Notebook, wait_for
from minhu.carriers.text import Accepted, BadHook, Fate, HookAnswer, HookRequest, Outgoing, Rejected, Unknown
from tests.peers.http_handle import Door

NOW = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
TEXT = Outgoing("12-0f3a", "", "+8613900000001", "", "SMS_7", {"due": "今天11:30", "code": "K7Q2M4XA"})
Cloud = AliyunGateway | TencentGateway


def aliyun(url: str = "https://dysmsapi.aliyuncs.com/") -> AliyunGateway:
    return AliyunGateway("cloud", AliyunSettings("id", "key", "安澜市", url=url), now=lambda: NOW)


def tencent(url: str = "https://sms.tencentcloudapi.com/") -> TencentGateway:
    return TencentGateway("cloud", TencentSettings("id", "key", "1400006666", "安澜市", url=url), now=lambda: NOW)


def called(gateway: Cloud, said: object, **headers: str) -> tuple[Notebook, HookAnswer]:
    notebook = Notebook()
    body = said if isinstance(said, bytes) else json.dumps(said).encode()
    request = HookRequest("POST", {"content-type": "application/json;charset=UTF-8", **headers}, {}, body)
    return notebook, gateway.webhook(request, notebook)


@contextmanager
def answering(make: Any, status: int, answer: object) -> Iterator[tuple[Cloud, list[tuple[str, bytes]]]]:
    asked: list[tuple[str, bytes]] = []

    def opened(method: str, address: str, headers: dict[str, str], body: bytes) -> tuple[int, bytes, str]:
        asked.append((address, body))
        return status, answer if isinstance(answer, bytes) else json.dumps(answer).encode(), "application/json"

    door = Door(opened)
    gateway = make(door.address)
    gateway.start(Notebook())
    wait_for(gateway.up)
    try:
        yield gateway, asked
    finally:
        gateway.stop()
        door.close()


# ---- signatures, as their documents work them out


def test_aliyuns_example_is_signed_as_in_its_document() -> None:
    headers = {
        "x-acs-action": "RunInstances",
        "x-acs-date": "2023-10-26T10:22:32Z",
        "x-acs-signature-nonce": "3156853299f313e23d1673dc12e1703d",
        "x-acs-version": "2014-05-26",
    }
    image = "win2019_1809_x64_dtc_zh-cn_40G_alibase_20230811.vhd"
    query = {"RegionId": "cn-shanghai", "ImageId": image}
    signed = acs3(
        Key("YourAccessKeyId", "YourAccessKeySecret"), "https://ecs.cn-shanghai.aliyuncs.com/", query, headers
    )

    assert signed["Authorization"] == (
        "ACS3-HMAC-SHA256 Credential=YourAccessKeyId,"
        "SignedHeaders=host;x-acs-action;x-acs-content-sha256;x-acs-date;x-acs-signature-nonce;x-acs-version,"
        "Signature=06563a9e1b43f5dfe96b81484da74bceab24a1d853912eee15083a6f0f3283c0"
    )


def test_tencents_example_is_signed_as_in_its_document() -> None:
    body = rb'{"Limit": 1, "Filters": [{"Values": ["\u672a\u547d\u540d"], "Name": "instance-name"}]}'
    key = Key("AKIDz8krbsJ5yKBZQpn74WFkmLPx3EXAMPLE", "Gu5t9xGARNpq86cd98joQYCN3EXAMPLE")
    at = datetime.fromtimestamp(1551113065, UTC)

    assert tc3(key, "cvm.tencentcloudapi.com", body, at, service="cvm") == (
        "TC3-HMAC-SHA256 Credential=AKIDz8krbsJ5yKBZQpn74WFkmLPx3EXAMPLE/2019-02-25/cvm/tc3_request, "
        "SignedHeaders=content-type;host, "
        "Signature=72e494ea809ad7a8c8f7a4507b9bddcbaa8e581f516e8da2f66e2c5a96525168"
    )


# ---- what they say of a submit


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        ({"Code": "OK", "BizId": "900619746936498440^0", "RequestId": "F"}, Accepted(("12-0f3a",))),
        ({"Code": "isv.BUSINESS_LIMIT_CONTROL"}, Rejected("isv.BUSINESS_LIMIT_CONTROL", retryable=True)),
        ({"Code": "Throttling.User"}, Rejected("Throttling.User", retryable=True)),
        ({"Code": "isv.MOBILE_NUMBER_ILLEGAL"}, Rejected("isv.MOBILE_NUMBER_ILLEGAL", retryable=False)),
        ({"Code": "isv.TEMPLATE_MISSING_PARAMETERS"}, Rejected("isv.TEMPLATE_MISSING_PARAMETERS", retryable=False)),
        ({"Code": "isp.SYSTEM_ERROR"}, Unknown("isp.SYSTEM_ERROR")),
        ({}, Unknown("")),
        (b"<html>", Unknown("http-200: an answer that cannot be read")),
    ],
)
def test_aliyuns_codes_are_told_apart(answer: object, outcome: object) -> None:
    with answering(aliyun, 200, answer) as (gateway, _):
        assert gateway.submit(TEXT) == outcome


def _status(code: str) -> dict[str, Any]:
    return {"Response": {"SendStatusSet": [{"SerialNo": "5000:1", "Fee": 1, "Code": code}], "RequestId": "a"}}


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        (_status("Ok"), Accepted(("5000:1",))),
        (
            _status("LimitExceeded.PhoneNumberDailyLimit"),
            Rejected("LimitExceeded.PhoneNumberDailyLimit", retryable=True),
        ),
        (
            _status("FailedOperation.PhoneNumberInBlacklist"),
            Rejected("FailedOperation.PhoneNumberInBlacklist", retryable=False),
        ),
        ({"Response": {"Error": {"Code": "RequestLimitExceeded"}}}, Rejected("RequestLimitExceeded", retryable=True)),
        ({"Response": {"Error": {"Code": "InternalError.Timeout"}}}, Unknown("InternalError.Timeout")),
        ({"Response": {"SendStatusSet": []}}, Unknown("")),
        ([], Unknown("http-200: an answer that cannot be read")),
    ],
)
def test_tencents_codes_are_told_apart(answer: object, outcome: object) -> None:
    with answering(tencent, 200, answer) as (gateway, _):
        assert gateway.submit(TEXT) == outcome


@pytest.mark.parametrize(
    ("make", "status", "answer"),
    [
        (aliyun, 400, {"Code": "SignatureDoesNotMatch"}),
        (aliyun, 404, {"Code": "InvalidAccessKeyId.NotFound"}),
        (aliyun, 200, {"Code": "isv.AMOUNT_NOT_ENOUGH"}),
        (tencent, 200, {"Response": {"Error": {"Code": "AuthFailure.SignatureFailure"}}}),
        (tencent, 200, _status("FailedOperation.InsufficientBalanceInSmsPackage")),
    ],
)
def test_an_account_that_is_not_served_hands_nothing_over_and_others_go_first(
    make: Any, status: int, answer: object
) -> None:
    with answering(make, status, answer) as (gateway, _):
        with pytest.raises(CarrierError):
            gateway.submit(TEXT)
        assert not gateway.up()
        assert "the service says" in gateway.trouble


def test_an_answer_of_a_proxy_that_is_overloaded_means_later() -> None:
    with answering(aliyun, 503, b"busy") as (gateway, _):
        assert gateway.submit(TEXT) == Rejected("http-503", retryable=True)


def test_tencent_gets_the_variables_in_the_order_of_the_words() -> None:
    with answering(tencent, 200, _status("Ok")) as (gateway, asked):
        gateway.submit(TEXT)
    assert json.loads(asked[0][1])["TemplateParamSet"] == ["今天11:30", "K7Q2M4XA"]


@pytest.mark.parametrize("make", [aliyun, tencent])
def test_free_words_are_not_even_tried(make: Any) -> None:
    with answering(make, 200, {}) as (gateway, asked):
        assert gateway.submit(Outgoing("1-a", "", "+8613900000001", "会后回电")) == Rejected(
            "free_text", retryable=False
        )
    assert asked == []


# ---- what they call with: the examples of their documents

SMS_UP = [
    {
        "phone_number": "13811110000",
        "send_time": "2026-03-02 09:59:00",
        "content": "路灯不亮",
        "sign_name": "安澜市",
        "dest_code": "1234",
        "sequence_id": 1234567890,
    }
]
SMS_REPORT = [
    {
        "phone_number": "13811110000",
        "send_time": "2017-01-01 00:00:00",
        "report_time": "2017-01-01 00:00:00",
        "success": True,
        "err_code": "DELIVERED",
        "err_msg": "用户接收成功",
        "sms_size": "1",
        "biz_id": "12345",
        "out_id": "67890",
    }
]
REPLY = {
    "extend": "",
    "mobile": "13811110000",
    "nationcode": "86",
    "sign": "安澜市",
    "text": "路灯不亮",
    "time": int(NOW.timestamp()) - 60,
}
STATUS = [
    {
        "user_receive_time": "2015-10-17 08:03:04",
        "nationcode": "86",
        "mobile": "13811110000",
        "report_status": "SUCCESS",
        "errmsg": "DELIVRD",
        "description": "用户短信送达成功",
        "sid": "5000:1045710669",
    }
]


def test_aliyuns_sms_up_is_stored_and_answered_as_it_wants() -> None:
    notebook, answer = called(aliyun(), SMS_UP)

    (text,) = notebook.texts
    assert (text.sender, text.recipient, text.body, text.key) == ("13811110000", "1234", "路灯不亮", "1234567890")
    assert text.received_at == datetime(2026, 3, 2, 1, 59, tzinfo=UTC)
    assert json.loads(answer.body) == {"code": 0, "msg": "接收成功"}
    assert answer.content_type == "application/json; charset=utf-8"


@pytest.mark.parametrize(
    ("changes", "gateway_id", "fate", "code"),
    [
        ({}, "67890", Fate.DELIVERED, ""),
        ({"out_id": ""}, "12345", Fate.DELIVERED, ""),
        ({"success": "true"}, "67890", Fate.DELIVERED, ""),
        ({"success": False, "err_code": "MK:0001"}, "67890", Fate.FAILED, "MK:0001"),
    ],
)
def test_aliyuns_sms_report_names_our_text(changes: dict[str, Any], gateway_id: str, fate: Fate, code: str) -> None:
    (receipt,) = called(aliyun(), [{**SMS_REPORT[0], **changes}])[0].receipts
    assert (receipt.gateway_id, receipt.fate, receipt.code) == (gateway_id, fate, code)


def test_tencents_reply_is_stored_and_answered_as_it_wants() -> None:
    notebook, answer = called(tencent(), REPLY)

    (text,) = notebook.texts
    assert (text.sender, text.recipient, text.body) == ("+8613811110000", "", "路灯不亮")
    assert text.received_at == datetime(2026, 3, 2, 1, 59, tzinfo=UTC)
    assert json.loads(answer.body) == {"result": 0, "errmsg": "OK"}


def test_tencents_reply_has_no_id_so_words_and_second_tell_a_repeat() -> None:
    first, again, later = (
        called(tencent(), said)[0].texts[0].key
        for said in (REPLY, REPLY, {**REPLY, "time": REPLY["time"] + 1})  # type: ignore[operator]
    )
    assert first == again != later


@pytest.mark.parametrize(
    ("status", "fate", "code"), [("SUCCESS", Fate.DELIVERED, ""), ("FAIL", Fate.FAILED, "DELIVRD")]
)
def test_tencents_status_names_the_serial_number(status: str, fate: Fate, code: str) -> None:
    (receipt,) = called(tencent(), [{**STATUS[0], "report_status": status}])[0].receipts
    assert (receipt.gateway_id, receipt.fate, receipt.code) == ("5000:1045710669", fate, code)


@pytest.mark.parametrize("make", [aliyun, tencent])
@pytest.mark.parametrize(
    "said", [b"", b"{", [1], [{}], {"phone_number": "1"}, "text", [{"success": None, "biz_id": ""}]]
)
def test_what_cannot_be_read_is_refused(make: Any, said: object) -> None:
    with pytest.raises(BadHook) as bad:
        called(make(), said)
    assert bad.value.status == 400


def test_what_can_be_read_is_kept_though_the_next_item_cannot() -> None:
    notebook = Notebook()
    body = json.dumps([*SMS_UP, {"new": "kind"}]).encode()
    with pytest.raises(BadHook, match="1 of 2"):
        aliyun().webhook(HookRequest("POST", {"content-type": "application/json"}, {}, body), notebook)
    assert len(notebook.texts) == 1


@pytest.mark.parametrize("signature", ["", "【安澜市】"])
def test_the_signature_is_given_bare(signature: str) -> None:
    with pytest.raises(WrongSetting, match="brackets"):
        AliyunSettings("id", "key", signature)
