"""How a reader wants the pages: language, colours, large type.

Kept in cookies and read on the server, so that nothing flashes.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import translation
from django.utils.functional import SimpleLazyObject

from minhu.directory import queries as directory
from minhu.environment.dictation import Dictation

YEAR_SECONDS = 365 * 24 * 3600
CHINESE, ENGLISH = "zh-hans", "en"


class Theme(StrEnum):
    """DEVICE: as the reader's device is set."""

    DEVICE = "device"
    LIGHT = "light"
    DARK = "dark"
    CONTRAST = "contrast"


@dataclass(frozen=True, slots=True)
class Modes:
    """What the reader chose. elder: 长辈版. keys: single-key shortcuts of the staff queue."""

    theme: Theme = Theme.DEVICE
    elder: bool = False
    language: str = CHINESE
    keys: bool = True

    @property
    def chosen_theme(self) -> str:
        """What stands in ``<html data-theme>``; "" leaves it to the device."""
        return "" if self.theme is Theme.DEVICE else self.theme.value

    @property
    def dictation(self) -> str:
        """Who may turn speech into text, "" where nobody may."""
        return "" if settings.DICTATION is Dictation.OFF else str(settings.DICTATION)

    @property
    def html_lang(self) -> str:
        return "en" if self.language == ENGLISH else "zh-Hans-CN"


COOKIES = ("theme", "elder", "language", "keys")


def read(cookies: dict[str, str]) -> Modes:
    """The modes in the cookies; whatever is not understood is left at its default."""
    theme = cookies.get("theme", "")
    return Modes(
        theme=Theme(theme) if theme in set(Theme) else Theme.DEVICE,
        elder=cookies.get("elder") == "on",
        language=ENGLISH if cookies.get("language") == ENGLISH else CHINESE,
        keys=cookies.get("keys") != "off",
    )


class ModesMiddleware:
    """Reads the cookies once a request; the language holds until the answer is made."""

    sync_capable = True
    async_capable = False

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.modes = modes = read(request.COOKIES)  # type: ignore[attr-defined]
        translation.activate(modes.language)
        request.LANGUAGE_CODE = modes.language
        response = self.get_response(request)
        response.headers.setdefault("Content-Language", modes.html_lang)
        return response


def context(request: HttpRequest) -> dict[str, object]:
    """For every template: the modes, and the city (asked for only by pages that name it)."""
    return {"modes": getattr(request, "modes", Modes()), "city": SimpleLazyObject(_city_name)}


def _city_name() -> str:
    try:
        return directory.the_city().name
    except directory.NoCity:
        return ""
