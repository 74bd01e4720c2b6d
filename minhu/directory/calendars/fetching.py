"""Fetching a calendar: http and https only, within limits of time and size."""

from __future__ import annotations

import http.client
import ipaddress
import socket
import time
import urllib.error
import urllib.request
from typing import IO
from urllib.parse import urlsplit

from minhu.directory.errors import CalendarUnusable

SOCKET_SECONDS = 10.0
WHOLE_SECONDS = 30.0
LARGEST_BYTES = 2 * 1024 * 1024
_CHUNK = 64 * 1024


class _Redirects(urllib.request.HTTPRedirectHandler):
    """Follows redirects, looking at each address as at the first."""

    max_redirections = 5

    def redirect_request(
        self,
        req: urllib.request.Request,
        fp: IO[bytes],
        code: int,
        msg: str,
        headers: http.client.HTTPMessage,
        newurl: str,
    ) -> urllib.request.Request | None:
        _check(newurl)
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def _opener() -> urllib.request.OpenerDirector:
    opener = urllib.request.OpenerDirector()
    for handler in (
        urllib.request.ProxyHandler(),
        urllib.request.HTTPHandler(),
        urllib.request.HTTPSHandler(),
        urllib.request.HTTPDefaultErrorHandler(),
        urllib.request.HTTPErrorProcessor(),
        _Redirects(),
    ):
        opener.add_handler(handler)
    return opener


def fetch(address: str, *, socket_seconds: float = SOCKET_SECONDS, whole_seconds: float = WHOLE_SECONDS) -> str:
    """The text of a calendar. Raises: CalendarUnusable, whose words say what went wrong and never the address."""
    _check(address)
    ends = time.monotonic() + whole_seconds
    request = urllib.request.Request(  # noqa: S310 - the scheme was checked
        address, headers={"Accept": "text/calendar, text/plain;q=0.5", "User-Agent": "Minhu"}
    )
    try:
        with _opener().open(request, timeout=socket_seconds) as response:
            return _read(response, ends).decode("utf-8-sig", "replace")
    except urllib.error.HTTPError as fault:
        raise CalendarUnusable(_words_of(fault.code)) from None
    except (TimeoutError, urllib.error.URLError, http.client.HTTPException, OSError, ValueError) as fault:
        late = isinstance(getattr(fault, "reason", fault), TimeoutError)
        raise CalendarUnusable("日历服务器没有及时应答。" if late else "连不上日历服务器，请检查地址。") from None


def _read(response: http.client.HTTPResponse, ends: float) -> bytes:
    content = bytearray()
    while chunk := response.read1(_CHUNK):
        content += chunk
        if len(content) > LARGEST_BYTES:
            raise CalendarUnusable("日历超过 2 MB，请只共享近期日程。")
        if time.monotonic() > ends:
            raise CalendarUnusable("日历服务器没有及时应答。")
    return bytes(content)


def _check(address: str) -> None:
    parts = urlsplit(address)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise CalendarUnusable("日历地址须以 https:// 或 http:// 开头。")
    try:
        found = socket.getaddrinfo(parts.hostname, parts.port or 443, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError, ValueError):
        raise CalendarUnusable("找不到日历服务器，请检查地址。") from None
    for *_, place in found:
        # a city's own calendars are on private addresses; these ranges hold no calendar, but cloud credentials
        ip = ipaddress.ip_address(str(place[0]).partition("%")[0])
        if ip.is_link_local or ip.is_multicast or ip.is_unspecified:
            raise CalendarUnusable("不能读取这个地址。")


def _words_of(status: int) -> str:
    match status:
        case 301 | 302 | 303 | 307 | 308:
            return f"日历地址被转到了不能读取的地方（{status}），请重新取得共享地址。"
        case 401 | 403:
            return f"日历服务器不允许读取（{status}），请重新取得共享地址。"
        case 404 | 410:
            return f"这个地址上没有日历（{status}），请重新取得共享地址。"
        case _:
            return f"日历服务器出错（{status}）。"
