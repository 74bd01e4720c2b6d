"""The page's words for complaints. Chinese here; English in the catalogue."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from minhu.rules.complaints import ComplaintState, Ground, Verdict
from minhu.web.words import Shown

GROUNDS: dict[Ground, str] = {
    Ground.UNANSWERED: gettext_noop("打不通、没人接"),
    Ground.NOT_CALLED_BACK: gettext_noop("说好回电没有回"),
    Ground.FOBBED_OFF: gettext_noop("敷衍推诿"),
    Ground.RUDE: gettext_noop("态度不好"),
    Ground.NOT_SOLVED: gettext_noop("没有办好"),
    Ground.OTHER: gettext_noop("其他"),
}
VERDICTS: dict[Verdict, Shown] = {
    Verdict.TRUE: Shown(gettext_noop("属实"), "circle-check", "due"),
    Verdict.PERFUNCTORY: Shown(gettext_noop("属实，敷衍应付"), "triangle-alert", "over"),
    Verdict.NOT_TRUE: Shown(gettext_noop("不属实"), "circle-x"),
    Verdict.NOT_PROVABLE: Shown(gettext_noop("无法查实"), "circle-question-mark"),
    Verdict.EXCUSED: Shown(gettext_noop("有正当理由"), "shield-check", "ok"),
}
STATES: dict[ComplaintState, Shown] = {
    ComplaintState.RECEIVED: Shown(gettext_noop("等督查查看"), "inbox", "due"),
    ComplaintState.ASKED: Shown(gettext_noop("等当事人说明"), "hourglass", "brand"),
    ComplaintState.FOUND: Shown(gettext_noop("已认定"), "circle-check"),
    ComplaintState.APPEALED: Shown(gettext_noop("等复核"), "undo-2", "due"),
    ComplaintState.SETTLED: Shown(gettext_noop("已复核"), "circle-check"),
}


def ground(value: Ground) -> str:
    return _(GROUNDS[value])


def verdict(value: Verdict) -> Shown:
    """As icon, word and colour."""
    return _shown(VERDICTS[value])


def state(value: ComplaintState) -> Shown:
    """As icon, word and colour."""
    return _shown(STATES[value])


def _shown(one: Shown) -> Shown:
    return Shown(_(one.label), one.icon, one.css)
