"""Texting services of Aliyun and Tencent Cloud: approved signature and templates only.

settings.py   what an operator sets
gateway.py    what both have in common
aliyun.py     AliyunGateway
tencent.py    TencentGateway
signing.py    how they want a request signed
"""

from __future__ import annotations

from minhu.carriers.cloud.aliyun import AliyunGateway
from minhu.carriers.cloud.settings import AliyunSettings, TencentSettings
from minhu.carriers.cloud.tencent import TencentGateway

__all__ = ["AliyunGateway", "AliyunSettings", "TencentGateway", "TencentSettings"]
