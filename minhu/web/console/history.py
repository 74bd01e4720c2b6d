"""All that happened to a matter, in one line of time."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from django.utils.translation import gettext as _

from minhu.cases.queries import CallRow, CasePage, PromiseRow, TextRow
from minhu.rules.words import Direction, TextState
from minhu.web import words
from minhu.web.console.shown import logged, promise_words
from minhu.web.templatetags.minhu import moment


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened. says: in whose words; by: who did it."""

    at: datetime
    label: str
    icon: str
    css: str = ""
    says: str = ""
    by: str = ""
    call: uuid.UUID | None = None
    state: str = ""


def events(page: CasePage, *, with_calls: bool = True) -> tuple[Event, ...]:
    """Oldest first. with_calls: the viewer may open the calls themselves."""
    found = [
        *(Event(at, _("网上提交"), "square-pen", "brand") for at in page.web),
        *_calls(page.calls),
        *_texts(page.texts),
        *(Event(one.at, _("群众补充"), "square-pen", "brand", one.body) for one in page.additions),
        *(Event(at, _("打给群众没有接"), "phone-missed", "due") for at in page.attempts),
        *_handed(page),
        *_answered(page),
        *(_kept(one) for one in page.promises if one.kept_at),
    ]
    if page.closed_at:
        found.append(Event(page.closed_at, words.label(page.state), "circle-check", "ok"))
    found.sort(key=lambda event: event.at)
    return tuple(found if with_calls else (replace(one, call=None) for one in found))


def evidence_words(evidence: str) -> str:
    """What kept a promise."""
    return {
        "call": _("接通的电话"),
        "text": _("送达的短信"),
        "reply": _("登记的答复"),
        "transfer": _("转办记录"),
    }.get(evidence, "")


def _kept(one: PromiseRow) -> Event:
    said = _("%(what)s，已做到") % {"what": promise_words(one)}
    at = one.kept_at or one.due_at
    return Event(at, said, "circle-check", "ok", by=_("凭据：%(what)s") % {"what": evidence_words(one.evidence)})


def _handed(page: CasePage) -> Iterator[Event]:
    """Hand-overs, what became of them, and more time."""
    for one in page.transfers:
        label = _("转办给%(to)s") % {"to": one.to}
        if one.late:
            label += _("（超过转办时限）")
        yield Event(one.handed_at, label, "send", "due" if one.late else "brand", one.reason, one.by)
        if one.ended_at:
            said = _("%(to)s：%(why)s") % {"to": one.to, "why": words.label(one.ended)}
            yield Event(one.ended_at, said, "undo-2", "due", one.ended_reason)
    if page.extension:
        label = _("延期到 %(time)s") % {"time": moment(page.extension.due_at)}
        yield Event(page.extension.at, label, "hourglass", "due", page.extension.reason, page.extension.by)


def _answered(page: CasePage) -> Iterator[Event]:
    for one in page.replies:
        yield Event(one.at, _("答复"), "message-square-text", "ok", one.done, one.done_by)
        if one.rated_at:
            says = {1: _("满意"), 2: _("解决了，但不满意"), 3: _("没有解决")}.get(one.score or 0, "")
            yield Event(one.rated_at, _("评价：%(says)s") % {"says": says}, "star", "", one.words)


def _calls(rows: Iterable[CallRow]) -> list[Event]:
    found = []
    for row in rows:
        one = logged(row, with_official=True)
        answered = one.icon != "phone-missed"
        label = _("回电") if row.direction == Direction.OUTBOUND.value else _("来电")
        found.append(Event(row.at, label, one.icon, "ok" if answered else "due", "", one.says, call=row.id))
    return found


def _texts(rows: Iterable[TextRow]) -> list[Event]:
    return [
        Event(
            row.at,
            _("发出短信") if row.ours else _("来短信"),
            "send" if row.ours else "message-square",
            "" if row.ours else "brand",
            row.body,
            row.by,
            state=row.state if row.ours else "",
        )
        for row in rows
        if not (row.ours and row.state == TextState.FAILED.value and not row.body)
    ]
