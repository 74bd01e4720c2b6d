"""An official's own phone: he keeps his SIM, and the app SMS Gateway for Android carries its texts both ways.

settings.py   what an operator sets
gateway.py    AndroidGateway: the port and the webhook
"""

from __future__ import annotations

from minhu.carriers.android.gateway import AndroidGateway
from minhu.carriers.android.settings import AndroidSettings

__all__ = ["AndroidGateway", "AndroidSettings"]
