"""What the doctor asks about texting: is each gateway reached, up and complete; does anything wait too long."""

from __future__ import annotations

import socket
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.utils import timezone

from minhu.audit import pulse
from minhu.carriers.kinds import GatewaySettings
from minhu.environment.gateways import channel_of
from minhu.intake.gateways import paused
from minhu.intake.models import Text
from minhu.ops.findings import Finding, Grade, said
from minhu.rules.gateways import missing_templates
from minhu.rules.words import TextState

OLDEST_WAITING = timedelta(minutes=15)
PATIENCE_SECONDS = 3.0
GUIDES = {
    "smpp": "docs/how-to/connect-smpp.md",
    "android": "docs/how-to/connect-android.md",
    "http": "docs/how-to/connect-http-gateway.md",
    "aliyun": "docs/how-to/connect-cloud.md",
    "tencent": "docs/how-to/connect-cloud.md",
}


def gateways() -> Iterator[Finding]:
    """One finding a gateway."""
    if not settings.GATEWAYS:
        cure = said("设 SMPP_HOST 或 SMS_GATEWAYS 等，见 docs/how-to/connect-smpp.md")
        yield Finding("texting", Grade.CARE, said("没有短信通道，短信先存着"), cure)
        return
    beats = [beat for beat in pulse.beats(timezone.now()) if beat.process == "jobs" and beat.alive]
    told: list[Mapping[str, Any]] = [one for beat in beats if isinstance(one := beat.detail.get("gateways"), dict)]
    held = paused()
    for gateway in settings.GATEWAYS:
        states = [one[gateway.name] for one in told if gateway.name in one]
        yield _gateway(gateway, states, held=gateway.name in held)


def _gateway(gateway: GatewaySettings, states: list[Mapping[str, Any]], *, held: bool) -> Finding:
    about = f"texting: {gateway.name}"
    if missing := missing_templates(channel_of(gateway)):
        found = said("这些短信没有报备模板：{names}", names=", ".join(missing))
        return Finding(
            about, Grade.ILL, found, said("去报备，再把编号写进 SMS_{name}_TEMPLATES", name=gateway.name.upper())
        )
    place = address_of(gateway.own)
    if place is not None:
        try:
            socket.create_connection(place, PATIENCE_SECONDS).close()
        except OSError as error:
            return Finding(about, Grade.ILL, f"{place[0]}:{place[1]}: {error}", said("检查地址、端口和防火墙"))
    at = said("{host}:{port} 连得上", host=place[0], port=place[1]) if place else gateway.kind
    down = [state for state in states if not state.get("up")]
    if down:
        why = str(down[0].get("trouble") or "no reason given")
        return Finding(
            about, Grade.ILL, said("{at}，但是没有登录上：{why}", at=at, why=why), _cure_of_link(gateway, why)
        )
    if held:
        return Finding(about, Grade.CARE, said("{at}，但是被暂停了", at=at), said("在工作台的短信通道页恢复"))
    if any(state.get("ailing") for state in states):
        cure = said("在工作台看失败的短信；这期间先走别的通道")
        return Finding(about, Grade.CARE, said("{at}，但是一半短信在这里发不成", at=at), cure)
    return Finding(about, Grade.WELL, at)


def address_of(own: Any) -> tuple[str, int] | None:
    """Host and port of a gateway, from its settings; None for one that has none (a folder, a device)."""
    if url := getattr(own, "url", ""):
        parts = urlsplit(url)
        return parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)
    host, port = getattr(own, "host", ""), getattr(own, "port", 0)
    return (host, port) if host and port else None


def _cure_of_link(gateway: GatewaySettings, why: str) -> str:
    """What to do about what the gateway said; the guide has the whole table."""
    prefix = "SMPP" if gateway.name == "smpp" else f"SMS_{gateway.name.upper()}"
    if any(name in why for name in ("ESME_RINVPASWD", "ESME_RINVSYSID", "ESME_RBINDFAIL")):
        return said("改正 {prefix}_SYSTEM_ID 和 {prefix}_PASSWORD，再重启 minhu jobs", prefix=prefix)
    return said("见 {guide} 的 What you may meet 一节", guide=GUIDES.get(gateway.kind, "docs/how-to"))


def outbox() -> Iterator[Finding]:
    """Whether texts wait too long, or in doubt."""
    now = timezone.now()
    waiting = Text.objects.filter(state=TextState.QUEUED, send_after__lt=now - OLDEST_WAITING).count()
    doubtful = Text.objects.filter(state=TextState.UNKNOWN).count()
    if waiting:
        yield Finding("outbox", Grade.ILL, said("{n} 条短信等了 15 分钟以上", n=waiting), said("先看上面的短信通道"))
    if doubtful:
        cure = said("工作人员在待办里看得到每一条；发没发成，看通道自己的记录")
        yield Finding("outbox", Grade.CARE, said("{n} 条短信说不清发没发成", n=doubtful), cure)
    if not waiting and not doubtful:
        yield Finding("outbox", Grade.WELL, _oldest(now))


def _oldest(now: datetime) -> str:
    oldest = Text.objects.filter(state=TextState.QUEUED, send_after__lte=now).order_by("send_after").first()
    if oldest is None or oldest.send_after is None:
        return said("没有在等的")
    return said("最早的一条等了 {seconds} 秒", seconds=f"{(now - oldest.send_after).total_seconds():.0f}")
