"""The directory for other programs: the notice as XLSX, contact cards for phones, QR codes for posters."""

from __future__ import annotations

from minhu.directory.exporting.cards import CardVersion, card, cards
from minhu.directory.exporting.codes import card_code, line_code
from minhu.directory.exporting.notice import notice

__all__ = ["CardVersion", "card", "card_code", "cards", "line_code", "notice"]
