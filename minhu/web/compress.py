"""Pages for everybody go out compressed, so that the first one costs little on a slow link.

Those of people who sign in do not: they show citizens' words beside what somebody typed, and the length of a compressed
page tells about both (BREACH). Static files are compressed once, when they are collected.
"""

from __future__ import annotations

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.middleware.gzip import GZipMiddleware

_SIGNED_IN = ("/console/", "/accounts/", "/live/")


class PublicGZipMiddleware(GZipMiddleware):
    """Django's, which adds a random length of its own, for public pages of text only."""

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        """A stream is never held back; a photo or a file is compressed already."""
        is_page = response.headers.get("Content-Type", "").startswith("text/html")
        if response.streaming or not is_page or request.path_info.startswith(_SIGNED_IN):
            return response
        return super().process_response(request, response)
