"""``minhu demo call``: one call from the terminal, told as it happens, and then as the journal has it."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import sys
from argparse import Namespace
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Final

from django.db import close_old_connections
from django.urls import reverse
from django.utils import timezone

from minhu.carriers.sip.media import Media
from minhu.carriers.voice import EndedBy, Event, LegAnswered, LegEnded, LegId, LegRinging, OpId
from minhu.cases.models import Contact
from minhu.directory.models import Desk, Official
from minhu.intake.models import Call, CallStep, Text
from minhu.ops.demo import place, speech
from minhu.ops.demo.journal import STATE_WORDS, TEXT_WORDS, calls_from, outcome_of, promise_of, say_steps
from minhu.ops.demo.life import make_wish
from minhu.ops.demo.people import ACCESS_NUMBER, PhoneBook, Published, kept, read_phone_book
from minhu.ops.demo.place import LOOPBACK, Place
from minhu.ops.demo.play import far_end
from minhu.ops.demo.story import padded
from minhu.rules.clock import local
from minhu.rules.numbers import mask, pretty
from minhu.rules.words import CallState, Direction, PartyKind, TextState

LOOK_SECONDS: Final = 0.3
SETTLES_WITHIN_SECONDS: Final = 12.0
MESSAGE_SECONDS: Final = 40.0
SHOWN: Final = 6
_LEG: Final = LegId("caller")
SIP_WORDS: Final = {
    404: "号码没有公布 · not a published number",
    480: "挂断 · ended",
    487: "取消 · cancelled",
    500: "总机出错 · fault",
    503: "总机正忙 · overloaded",
}


def run(typed: Namespace) -> int:
    """Place the call and tell about it; the exit code: 0 when it ended with a person or a promise."""
    folder = place.folder_from(os.environ)
    here, book = place.read(folder), read_phone_book()
    if here is None:
        raise place.DemoRefused("演示刚刚结束。 The demo has just ended.")
    line = find_line(typed.line, book)
    if line is None:
        _say(unknown_line(typed.line, book))
        return 2
    caller = "" if typed.hide else kept(typed.caller)
    if not caller and not typed.hide:
        _say(f"“{typed.caller}”不是能拨打的号码。 Not a number that can be dialled.")
        return 2
    _wish(typed, folder, line)
    telling = Telling(book, line, caller, timezone.now())
    asyncio.run(_call(typed, here, telling))
    return telling.ending(here)


def find_line(words: str, book: PhoneBook) -> Published | None:
    """The line of a number, of its last digits, or of an official's name; None when no or several lines fit."""
    number = kept(words)
    if exact := book.line(number):
        return exact
    digits = "".join(character for character in words if character.isdecimal())
    fit = [
        line
        for line in book.lines
        if (len(digits) >= 3 and line.number.endswith(digits)) or (not digits and words in line.shown)
    ]
    return fit[0] if len(fit) == 1 else None


def unknown_line(words: str, book: PhoneBook) -> str:
    """What somebody reads who dialled a number that is not published."""
    some = "\n".join(f"    {pretty(line.number)}  {line.shown}" for line in _spread(book.lines))
    return (
        f"没有公布“{words}”这个号码。可以拨的例如：\n"
        f"There is no published line {words!r}. Some that there are:\n{some}\n"
        f"全部号码见公开页面。 All of them are on the public page."
    )


def _spread(lines: Sequence[Published]) -> Sequence[Published]:
    step = max(1, len(lines) // SHOWN)
    return lines[::step][:SHOWN]


def _wish(typed: Namespace, folder: Path, line: Published) -> None:
    if typed.answer_after is None and typed.official is None:
        return
    if not line.handset or typed.diverted:
        _say("  （这次来电不会响本人的手机。 His own phone is not rung by this call.）")
        return
    make_wish(folder, line.handset, official=typed.official or "", answer_after=typed.answer_after)


@dataclass(slots=True)
class Telling:
    """Tells one call step by step, from the phone and from the journal."""

    book: PhoneBook
    line: Published
    caller: str
    since: datetime
    seen: int = 0
    call: Call | None = None
    names: dict[tuple[str, int], str] = field(default_factory=dict)

    def from_phone(self, words: str) -> None:
        _say(f"{local(timezone.now()):%H:%M:%S}  ☎ {words}")

    def from_journal(self) -> None:
        """Tell what the journal has got since the last look."""
        close_old_connections()
        if self.call is None:
            self.call = calls_from(self.caller, self.line.line_id, self.since).first()
            self.names = names_of_parties()
        if self.call is None:
            return
        steps = list(CallStep.objects.filter(call=self.call, seq__gte=self.seen).order_by("seq"))
        for step in steps:
            for words in say_steps([step], self.names):
                _say(f"{local(step.at):%H:%M:%S}    {words}")
            self.seen = step.seq + 1

    def ending(self, here: Place) -> int:
        """Tell what the journal and the ledger hold in the end."""
        if self.call is None:
            _say("\n总机没有这次来电的记录。 The journal has no such call.")
            return 1
        self.call.refresh_from_db()
        outcome = outcome_of(self.call)
        _say("\n日志里记着 · what the journal holds")
        _row("状态 state", f"{STATE_WORDS[CallState(self.call.state)]} · {self.call.state}")
        _row("接听 answered by", outcome.words if outcome.answered else "没有人接 · nobody")
        _row("承诺 promise", promise_of(self.call) if outcome.promise else "不需要：已有人接听 · none needed")
        for text in Text.objects.filter(call=self.call, direction=Direction.OUTBOUND.value).order_by("id"):
            _row("短信 text", f"{text.body}（{TEXT_WORDS[TextState(text.state)]} · {text.state}）")
        code = _code_of(self.call)
        if code:
            _row("编号 code", code)
            _row("查进展 follow it", f"{here.address}{reverse('matter', args=[code])}")
        _row("通话页 call page", f"{here.address}{reverse('call', args=[self.call.pk])}（需登录 · sign in）")
        return 0 if outcome.answered or outcome.promise else 1


def names_of_parties() -> dict[tuple[str, int], str]:
    """Who rang or answered, by the kind and id that the journal keeps."""
    names = {(PartyKind.OFFICIAL.value, one.pk): one.name for one in Official.objects.all()}
    for desk in Desk.objects.all():
        for kind in (PartyKind.STAFF, PartyKind.DUTY):
            names[kind.value, desk.pk] = desk.name
    return names


def _code_of(call: Call) -> str:
    contact = Contact.objects.filter(call=call).select_related("case").first()
    return contact.case.code if contact else ""


def _row(head: str, words: str) -> None:
    _say(f"  {padded(head, 18)}{words}")


async def _call(typed: Namespace, here: Place, telling: Telling) -> None:
    line, stopping = telling.line, asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stopping.set)
    phone = _Phone(telling)
    media = Media(address=LOOPBACK, ports=place.CALLER_RTP)
    engine = far_end("caller", here, _free_port(), media)
    await engine.start(phone.on_event)
    who = mask(telling.caller) or "隐藏号码 (withheld)"
    dialled = ACCESS_NUMBER if typed.diverted or line.backstop else line.number
    how = "，由运营商转来 (Diversion)" if dialled == ACCESS_NUMBER else ""
    telling.from_phone(f"{who} 拨打 {line.shown} {pretty(line.number)}{how} · calling")
    engine.dial(_LEG, dialled, caller_id=telling.caller, timeout_seconds=180, headers=_headers(telling, dialled))
    looking = asyncio.create_task(_look(telling))
    ended = asyncio.create_task(phone.over.wait())
    stopped = asyncio.create_task(stopping.wait())
    picked_up = asyncio.create_task(phone.answered.wait())
    await asyncio.wait({ended, stopped, picked_up}, timeout=typed.patience, return_when=asyncio.FIRST_COMPLETED)
    if phone.answered.is_set() and not phone.over.is_set():
        engine.play(_LEG, [speech.citizens()[0]], OpId("speech"), loop=True)
        stay = typed.talk if typed.talk is not None else MESSAGE_SECONDS
        await asyncio.wait({ended, stopped}, timeout=stay, return_when=asyncio.FIRST_COMPLETED)
    if not phone.over.is_set():
        telling.from_phone("我先挂断 · I hang up")
        engine.hangup(_LEG)
    looking.cancel()
    await _settle(telling)
    await engine.stop()


class _Phone:
    """The caller's own telephone."""

    def __init__(self, telling: Telling) -> None:
        self._telling = telling
        self.answered = asyncio.Event()
        self.over = asyncio.Event()

    def on_event(self, event: Event) -> None:
        match event:
            case LegRinging():
                self._telling.from_phone("听到回铃音 · it rings")
            case LegAnswered():
                self._telling.from_phone("接通了 · connected")
                self.answered.set()
            case LegEnded(sip_code=code, by=by):
                if by is not EndedBy.US:
                    words = SIP_WORDS.get(code, f"SIP {code}") if code >= 300 else "对方挂断 · they hung up"
                    self._telling.from_phone(words)
                self.over.set()
            case _:
                pass


def _headers(telling: Telling, dialled: str) -> dict[str, str]:
    headers = {} if telling.caller else {"Privacy": "id"}
    if dialled == ACCESS_NUMBER:
        headers["Diversion"] = f"<sip:{telling.line.number}@carrier.invalid>;reason=user-busy;counter=1"
    return headers


async def _look(telling: Telling) -> None:
    while True:
        await asyncio.to_thread(telling.from_journal)
        await asyncio.sleep(LOOK_SECONDS)


async def _settle(telling: Telling) -> None:
    """Wait until the call is written down to its end, and its text has gone."""
    until = asyncio.get_running_loop().time() + SETTLES_WITHIN_SECONDS
    while asyncio.get_running_loop().time() < until:
        await asyncio.to_thread(telling.from_journal)
        if telling.call is not None and await asyncio.to_thread(_is_settled, telling.call):
            return
        await asyncio.sleep(LOOK_SECONDS)


def _is_settled(call: Call) -> bool:
    call.refresh_from_db()
    if call.ended_at is None:
        return False
    if not outcome_of(call).promise:
        return True
    waiting = Text.objects.filter(call=call, state__in=["queued", "sending", "sent"])
    return Contact.objects.filter(call=call).exists() and not waiting.exists()


def _free_port() -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.bind((LOOPBACK, 0))
        return int(sock.getsockname()[1])


def _say(words: str) -> None:
    sys.stdout.write(f"{words}\n")
    sys.stdout.flush()
