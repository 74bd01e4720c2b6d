"""Texting services with an HTTP interface of their own, described by settings alone.

settings.py   what an operator sets
gateway.py    HttpGateway: the port, outbound
hook.py       what the service calls us with
recipe.py     placeholders, paths, digests, times
wire.py       one request, and whether anything was handed over      (these two for all HTTP gateways)
hearing.py    what all calls to us have in common
"""

from __future__ import annotations

from minhu.carriers.http.gateway import HttpGateway
from minhu.carriers.http.settings import HttpSettings

__all__ = ["HttpGateway", "HttpSettings"]
