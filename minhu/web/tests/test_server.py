"""Pages through the bridge are what the WSGI application said."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Iterable
from typing import Any

import pytest

from minhu.web.at_work import PAGES
from minhu.web.server import BODY_LIMIT_BYTES, CAN_STREAM, Site

Sent = list[dict[str, Any]]


def ask(
    pages: Callable[..., Iterable[bytes]],
    *pieces: bytes,
    path: str = "/",
    headers: tuple[tuple[bytes, bytes], ...] = (),
) -> Sent:
    scope = {
        "type": "http",
        "method": "POST",
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"a=1",
        "headers": headers,
        "http_version": "1.1",
        "scheme": "https",
        "server": ("minhu.example", 443),
        "client": ("192.0.2.7", 40000),
    }
    waiting = [
        {"type": "http.request", "body": piece, "more_body": number < len(pieces)}
        for number, piece in enumerate(pieces, start=1)
    ] or [{"type": "http.request", "body": b"", "more_body": False}]
    sent: Sent = []

    async def receive() -> Any:
        return waiting.pop(0) if waiting else await asyncio.sleep(0, {"type": "http.disconnect"})

    async def send(message: Any) -> None:
        sent.append(message)

    site: Any = Site(pages, threads=1)
    asyncio.run(site(scope, receive, send))
    return sent


def body_of(sent: Sent) -> bytes:
    return b"".join(message["body"] for message in sent[1:])


def echo(environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
    start("201 Created", [("Content-Type", "text/plain"), ("Set-Cookie", " a=1"), ("Set-Cookie", "b=2")])
    return [environ["REQUEST_METHOD"].encode(), b" ", environ["wsgi.input"].read()]


def test_a_form_reaches_its_page_whole_however_it_was_cut() -> None:
    sent = ask(echo, b"what=", b"bus", b"+stop")

    assert sent[0]["status"] == 201
    assert body_of(sent) == b"POST what=bus+stop"


def test_a_page_may_set_several_cookies() -> None:
    sent = ask(echo)

    assert [value for name, value in sent[0]["headers"] if name == b"set-cookie"] == [b"a=1", b"b=2"]


def test_the_page_knows_who_asked_for_what() -> None:
    seen: dict[str, Any] = {}

    def look(environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        seen.update(environ)
        start("200 OK", [])
        return []

    ask(look, path="/m/%E7%A0%81/", headers=((b"x-a", b"1"), (b"x-a", b"2"), (b"content-type", b"text/x")))

    assert seen["PATH_INFO"].encode("latin-1").decode() == "/m/码/"
    assert seen["QUERY_STRING"] == "a=1"
    assert (seen["REMOTE_ADDR"], seen["wsgi.url_scheme"]) == ("192.0.2.7", "https")
    assert (seen["HTTP_X_A"], seen["CONTENT_TYPE"]) == ("1,2", "text/x")


def test_more_than_anybody_would_send_is_refused_before_it_is_read_to_the_end() -> None:
    piece = b"x" * (1 << 20)

    sent = ask(echo, *[piece] * (BODY_LIMIT_BYTES // len(piece) + 3))

    assert sent[0]["status"] == 413


class OpenPage:
    """What a page that stays open answers. more: what it goes on to say; left: when that was over."""

    def __init__(self, *more: bytes, waits: bool) -> None:
        self.closed = self.left = False
        self._more, self._waits = more, waits

    def __iter__(self) -> Any:
        return iter(())

    def close(self) -> None:
        self.closed = True

    async def live(self) -> AsyncGenerator[bytes, None]:
        assert self.closed, "the thread and its connection were still held"
        try:
            for piece in self._more:
                yield piece
            if self._waits:
                await asyncio.Event().wait()
        finally:
            self.left = True


def opened(page: OpenPage) -> Sent:
    def answer(environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        assert environ[CAN_STREAM]
        start("200 OK", [("Content-Length", "0"), ("Content-Type", "text/event-stream")])
        return page

    return ask(answer)


def test_an_open_page_goes_on_from_the_loop_with_nothing_held() -> None:
    page = OpenPage(b"one", b"two", waits=False)
    sent = opened(page)

    assert sent[0]["headers"] == [(b"content-type", b"text/event-stream")]
    assert b"".join(message["body"] for message in sent[1:]) == b"onetwo"


def test_a_reader_who_leaves_ends_his_stream() -> None:
    page = OpenPage(b"one", waits=True)
    opened(page)

    assert page.left


def test_a_recording_is_sent_piece_by_piece_and_closed() -> None:
    class Recording:
        streaming = True
        closed = False

        def __iter__(self) -> Any:
            return iter((b"RIFF", b"data"))

        def close(self) -> None:
            self.closed = True

    recording = Recording()

    def listen(environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        start("200 OK", [])
        return recording

    sent = ask(listen)

    assert [message["body"] for message in sent[1:]] == [b"RIFF", b"data", b""]
    assert recording.closed


def test_a_page_counts_as_at_work_until_it_is_answered_or_fails() -> None:
    seen: list[int] = []

    def look(environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        seen.append(PAGES())
        raise RuntimeError("broken")

    with pytest.raises(RuntimeError, match="broken"):
        ask(look)

    assert seen == [1]
    assert PAGES() == 0


def test_a_fault_of_the_page_is_not_hidden() -> None:
    def broken(environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        raise RuntimeError("broken")

    with pytest.raises(RuntimeError, match="broken"):
        ask(broken)


def test_a_body_whose_length_was_not_told_reaches_the_page_whole() -> None:
    seen: dict[str, Any] = {}

    def page(environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        seen.update(environ)
        return echo(environ, start)

    ask(page, b"one ", b"two")

    assert seen["CONTENT_LENGTH"] == "7"
    assert seen["wsgi.input"].closed
