"""The kinds of SMS gateway there are, and one gateway as an operator has described it.

A further kind is a folder with a frozen settings dataclass and a gateway class, and one line in ``KINDS``: its settings
are then read from the environment by the names of the dataclass's fields.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from minhu.carriers.android import AndroidGateway, AndroidSettings
from minhu.carriers.cloud import AliyunGateway, AliyunSettings, TencentGateway, TencentSettings
from minhu.carriers.cmpp import CmppGateway, CmppSettings
from minhu.carriers.http import HttpGateway, HttpSettings
from minhu.carriers.kannel import KannelGateway, KannelSettings
from minhu.carriers.modem import ModemGateway, ModemSettings
from minhu.carriers.smpp import SmppGateway, SmppSettings
from minhu.carriers.text import Caps, TextGateway

Now = Callable[[], datetime]


@dataclass(frozen=True, slots=True)
class Kind:
    """settings: frozen dataclass, which refuses what cannot work with a WrongSetting; its ``lines``, if it has any, are
    the numbers a gateway serves unless told otherwise.

    gateway: makes one from its name, its settings and ``now``, without connecting anything.
    """

    settings: type[Any]
    gateway: Callable[..., TextGateway]


KINDS: dict[str, Kind] = {
    "aliyun": Kind(AliyunSettings, AliyunGateway),
    "android": Kind(AndroidSettings, AndroidGateway),
    "cmpp": Kind(CmppSettings, CmppGateway),
    "http": Kind(HttpSettings, HttpGateway),
    "kannel": Kind(KannelSettings, KannelGateway),
    "modem": Kind(ModemSettings, ModemGateway),
    "smpp": Kind(SmppSettings, SmppGateway),
    "tencent": Kind(TencentSettings, TencentGateway),
}


@dataclass(frozen=True, slots=True)
class GatewaySettings:
    """One gateway. own: the settings of its kind, which reads them in ``SMS_NAME_…`` beside these.

    sender: number that texts are sent from which belong to no line. lines: numbers (E.164) it serves; empty: any.
    per_second: most texts it is handed a second, 0 for as many as it takes. window: most that may await its answer.
    signature: 签名, as registered. templates: its ids of registered templates, by our names. hook_secret: the part of
    its callback address that nobody can guess; "" for none.
    """

    name: str
    kind: str
    own: Any = field(repr=False)
    sender: str = ""
    lines: tuple[str, ...] = ()
    per_second: float = 0.0
    window: int = 10
    signature: str = ""
    templates: Mapping[str, str] = field(default_factory=dict)
    hook_secret: str = field(default="", repr=False)

    def make(self, now: Now = lambda: datetime.now(UTC)) -> TextGateway:
        """The gateway itself, not started."""
        return KINDS[self.kind].gateway(self.name, self.own, now=now)

    @property
    def caps(self) -> Caps:
        return self.make().caps
