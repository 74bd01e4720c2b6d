"""Who may turn speech into text when somebody dictates a note."""

from __future__ import annotations

from enum import StrEnum


class Dictation(StrEnum):
    """device: only a browser that does it on the telephone itself. browser: any, also one whose maker hears it."""

    DEVICE = "device"
    BROWSER = "browser"
    OFF = "off"
