"""The evidence pack as a document to read: the frozen JSON, put in order and in words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from minhu.rules.clock import local
from minhu.rules.complaints import Ground
from minhu.rules.words import PartyKind
from minhu.supervision.complaint_pages import Evidence
from minhu.web import complaint_words, words


@dataclass(frozen=True, slots=True)
class Line:
    """One line of what happened: when, what, and more about it."""

    at: str
    what: str
    more: str = ""


def paper(pack: Evidence) -> str:
    """The whole page, for ``pdf_of``."""
    document = pack.document
    context = {
        "document": document,
        "sha256": pack.sha256,
        "number": pack.complaint_id,
        "ground": complaint_words.ground(Ground(document["complaint"]["ground"])),
        "words": [_said(one) for one in document["complaint"]["words"]],
        "made_at": _time(document["complaint"]["made_at"]),
        "opened_at": _time(document["case"]["opened_at"]),
        "frozen_at": _time(document["frozen_at"]),
        "calls": [(_call(call), [_step(step) for step in call["journal"]]) for call in document["calls"]],
        "texts": [_text(text) for text in document["texts"]],
        "promises": [_promise(one, document["frozen_at"]) for one in document["promises"]],
        "events": sorted(_events(document["events"]), key=lambda line: line.at),
        "presence": list(_presence(document["presence"])),
    }  # fmt: skip
    return render_to_string("console/evidence_paper.html", context)


def _said(one: Mapping[str, Any]) -> Line:
    return Line(_time(one["at"]), words.label(one["channel"]), one["body"])


def _call(call: Mapping[str, Any]) -> Line:
    way = _("来电") if call["direction"] == "inbound" else _("去电")
    by = call["answered_by_kind"]
    who = words.label(by) if by and by != PartyKind.RECORDER.value else _("没有人接")
    said = [_("响铃 %(n)s 秒") % {"n": _seconds(call["ring_seconds"])}, f"{who} {call['answered_by_name']}".strip()]
    if call["talk_seconds"]:
        said.append(_("通话 %(n)s 秒") % {"n": _seconds(call["talk_seconds"])})
    if call["promise_due_at"]:
        said.append(_("承诺 %(time)s 前回电") % {"time": _time(call["promise_due_at"])})
    said += [_("录音 SHA-256 %(hash)s") % {"hash": one["sha256"]} for one in call["recordings"]]
    return Line(_time(call["received_at"]), f"{way} {call['line']}", "；".join(said))


def _step(step: Mapping[str, Any]) -> Line:
    party = words.label(step["party_kind"]) if step["party_kind"] else ""
    return Line(_time(step["at"]), words.step(step["kind"]).label, party)


def _text(text: Mapping[str, Any]) -> Line:
    way = _("群众来信") if text["direction"] == "inbound" else _("发给群众")
    state = words.status(text["state"]).label if text["direction"] != "inbound" else ""
    return Line(_time(text["at"]), f"{way} {state}".strip(), text["body"])


def _promise(one: Mapping[str, Any], frozen_at: str) -> Line:
    kept = _("还没有到期") if one["due_at"] > frozen_at else _("没有办到")
    if one["kept_at"]:
        kept = _("%(time)s 办到") % {"time": _time(one["kept_at"])}
    elif one["released_at"]:
        kept = _("不再需要：%(why)s") % {"why": one["released_reason"]}
    due = _("%(who)s，%(time)s 前；%(kept)s") % {"who": one["maker"], "time": _time(one["due_at"]), "kept": kept}
    return Line(_time(one["made_at"]), words.label(one["kind"]), due)


def _events(events: Mapping[str, Any]) -> Iterable[Line]:
    for one in events["replies"]:
        yield Line(_time(one["at"]), _("答复"), f"{one['done']}（{one['done_by']}）")
    for one in events["ratings"]:
        yield Line(_time(one["at"]), _("群众评价"), f"{one['score']} {one['words']}".strip())
    for one in events["transfers"]:
        yield Line(_time(one["handed_at"]), _("转办"), f"{one['to']}：{one['reason']}")
    for one in events["extensions"]:
        yield Line(_time(one["at"]), _("延期"), f"{_time(one['due_at'])}：{one['reason']}")
    for one in events["additions"]:
        yield Line(_time(one["at"]), _("群众补充"), one["body"])
    for at in events["attempts"]:
        yield Line(_time(at), _("打给群众没有接通"))


def _presence(presence: Mapping[str, Any]) -> Iterable[Line]:
    for one in presence["spans"]:
        until = _time(one["until"]) if one["until"] else "…"
        yield Line(_time(one["since"]), words.status(one["state"]).label, f"→ {until}（{words.label(one['source'])}）")
    for one in presence["delegates"]:
        yield Line(
            _time(one["since"]), _("代接 %(who)s") % {"who": one["name"]}, f"→ {_time(one['until'])}：{one['reason']}"
        )


def _time(value: str) -> str:
    """To the second, in Shanghai, with the year: this is a record."""
    return f"{local(datetime.fromisoformat(value)):%Y-%m-%d %H:%M:%S}"


def _seconds(value: float | None) -> str:
    return "—" if value is None else f"{value:.0f}"
