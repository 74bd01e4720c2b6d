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
from minhu.ops.findings import Finding, Grade
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
        cure = "set SMPP_HOST or SMS_GATEWAYS and the rest: see docs/how-to/connect-smpp.md"
        yield Finding("texting", Grade.CARE, "no gateway; texts wait in the outbox", cure)
        return
    beats = [beat for beat in pulse.beats(timezone.now()) if beat.process == "jobs" and beat.alive]
    told: list[Mapping[str, Any]] = [said for beat in beats if isinstance(said := beat.detail.get("gateways"), dict)]
    held = paused()
    for gateway in settings.GATEWAYS:
        states = [one[gateway.name] for one in told if gateway.name in one]
        yield _gateway(gateway, states, held=gateway.name in held)


def _gateway(gateway: GatewaySettings, states: list[Mapping[str, Any]], *, held: bool) -> Finding:
    about = f"texting: {gateway.name}"
    if missing := missing_templates(channel_of(gateway)):
        found = f"no registered template for: {', '.join(missing)}"
        return Finding(about, Grade.ILL, found, f"register them, and name them in SMS_{gateway.name.upper()}_TEMPLATES")
    place = address_of(gateway.own)
    if place is not None:
        try:
            socket.create_connection(place, PATIENCE_SECONDS).close()
        except OSError as error:
            return Finding(about, Grade.ILL, f"{place[0]}:{place[1]}: {error}", "check address, port and firewall")
    at = f"{place[0]}:{place[1]} is reached" if place else gateway.kind
    down = [state for state in states if not state.get("up")]
    if down:
        said = str(down[0].get("trouble") or "no reason given")
        return Finding(about, Grade.ILL, f"{at}, but the link is down: {said}", _cure_of_link(gateway, said))
    if held:
        return Finding(about, Grade.CARE, f"{at}, but an operator has paused it", "let it go on in the console")
    if any(state.get("ailing") for state in states):
        cure = "see the failures in the console; other gateways go first meanwhile"
        return Finding(about, Grade.CARE, f"{at}, but half of the texts fail there", cure)
    return Finding(about, Grade.WELL, at)


def address_of(own: Any) -> tuple[str, int] | None:
    """Host and port of a gateway, from its settings; None for one that has none (a folder, a device)."""
    if url := getattr(own, "url", ""):
        parts = urlsplit(url)
        return parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)
    host, port = getattr(own, "host", ""), getattr(own, "port", 0)
    return (host, port) if host and port else None


def _cure_of_link(gateway: GatewaySettings, said: str) -> str:
    """What to do about what the gateway said; the guide has the whole table."""
    prefix = "SMPP" if gateway.name == "smpp" else f"SMS_{gateway.name.upper()}"
    if any(name in said for name in ("ESME_RINVPASWD", "ESME_RINVSYSID", "ESME_RBINDFAIL")):
        return f"correct {prefix}_SYSTEM_ID and {prefix}_PASSWORD, then restart minhu jobs"
    return f"see {GUIDES.get(gateway.kind, 'docs/how-to')}, What you may meet"


def outbox() -> Iterator[Finding]:
    """Whether texts wait too long, or in doubt."""
    now = timezone.now()
    waiting = Text.objects.filter(state=TextState.QUEUED, send_after__lt=now - OLDEST_WAITING).count()
    doubtful = Text.objects.filter(state=TextState.UNKNOWN).count()
    if waiting:
        yield Finding("outbox", Grade.ILL, f"{waiting} texts have waited for over 15 minutes", "see texting above")
    if doubtful:
        cure = "staff see each in the queue; the gateway's own log tells whether it went"
        yield Finding("outbox", Grade.CARE, f"{doubtful} texts whose fate is unknown", cure)
    if not waiting and not doubtful:
        yield Finding("outbox", Grade.WELL, _oldest(now))


def _oldest(now: datetime) -> str:
    oldest = Text.objects.filter(state=TextState.QUEUED, send_after__lte=now).order_by("send_after").first()
    if oldest is None or oldest.send_after is None:
        return "nothing waits"
    return f"the oldest text waits {(now - oldest.send_after).total_seconds():.0f} s"
