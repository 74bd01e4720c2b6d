"""What an operator may set about the texting services of Aliyun and Tencent Cloud."""

from __future__ import annotations

from dataclasses import dataclass, field

from minhu.carriers.errors import WrongSetting
from minhu.carriers.http.wire import check_url


@dataclass(frozen=True, slots=True)
class AliyunSettings:
    """access_key_id, access_key_secret: of a RAM user that may do dysms:SendSms and nothing else.

    signature: the approved 签名, without brackets. max_variable: longest variable that the approved templates take.
    Raises: WrongSetting.
    """

    access_key_id: str
    access_key_secret: str = field(repr=False)
    signature: str
    max_variable: int = 35
    url: str = "https://dysmsapi.aliyuncs.com/"
    connect_seconds: float = 5.0
    answer_seconds: float = 10.0
    probe_seconds: float = 30.0

    def __post_init__(self) -> None:
        _check(self.url, self.signature)


@dataclass(frozen=True, slots=True)
class TencentSettings:
    """secret_id, secret_key: of a CAM user that may do sms:SendSms. app_id: SmsSdkAppId.

    signature, max_variable: as with Aliyun.
    Raises: WrongSetting.
    """

    secret_id: str
    secret_key: str = field(repr=False)
    app_id: str
    signature: str
    region: str = "ap-guangzhou"
    max_variable: int = 12
    url: str = "https://sms.tencentcloudapi.com/"
    connect_seconds: float = 5.0
    answer_seconds: float = 10.0
    probe_seconds: float = 30.0

    def __post_init__(self) -> None:
        _check(self.url, self.signature)


def _check(url: str, signature: str) -> None:
    check_url("url", url)
    if not signature or signature.startswith("【"):
        raise WrongSetting("signature", "is the approved 签名 without its brackets")
