"""A GSM modem in an office, through the SQL tables that Gammu's SMS daemon shares with us.

settings.py   what an operator sets
gateway.py    ModemGateway: the port
inbox.py      what came in: read, stored, and only then marked as processed
tables.py     the tables of gammu-smsd, on SQLite or PostgreSQL
"""

from __future__ import annotations

from minhu.carriers.modem.gateway import ModemGateway
from minhu.carriers.modem.settings import ModemSettings

__all__ = ["ModemGateway", "ModemSettings"]
