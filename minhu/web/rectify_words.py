"""The page's words for rectifications. Chinese here; English in the catalogue."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from minhu.rules.rectifying import RectifyState, Verdict
from minhu.web.words import Shown

STATES: dict[RectifyState, Shown] = {
    RectifyState.BEGUN: Shown(gettext_noop("等牵头领导查清情况"), "search", "due"),
    RectifyState.RESEARCHED: Shown(gettext_noop("等开工"), "square-pen", "due"),
    RectifyState.UNDER_WAY: Shown(gettext_noop("正在整改"), "hourglass", "brand"),
    RectifyState.CLAIMED: Shown(gettext_noop("等群众回访核验"), "phone-outgoing", "due"),
    RectifyState.FAILED: Shown(gettext_noop("群众说没有解决"), "undo-2", "over"),
    RectifyState.VERIFIED: Shown(gettext_noop("群众核验通过，等公布"), "circle-check", "ok"),
    RectifyState.PUBLISHED: Shown(gettext_noop("已公布"), "circle-check", "ok"),
    RectifyState.REOPENED: Shown(gettext_noop("又有反映，重新整改"), "undo-2", "over"),
    RectifyState.CALLED_OFF: Shown(gettext_noop("已叫停"), "x", ""),
}
CAME_TO: dict[RectifyState, str] = {
    RectifyState.BEGUN: gettext_noop("确定牵头领导"),
    RectifyState.RESEARCHED: gettext_noop("查清了情况"),
    RectifyState.UNDER_WAY: gettext_noop("开始整改，逐人承诺"),
    RectifyState.CLAIMED: gettext_noop("措施全部做完，抽取回访样本"),
    RectifyState.FAILED: gettext_noop("回访没有通过"),
    RectifyState.VERIFIED: gettext_noop("回访通过"),
    RectifyState.PUBLISHED: gettext_noop("向社会公布了"),
    RectifyState.REOPENED: gettext_noop("又有人反映，重新整改"),
    RectifyState.CALLED_OFF: gettext_noop("整改叫停，逐人告诉原因"),
}
VERDICTS: dict[Verdict, Shown] = {
    Verdict.PASSED: Shown(gettext_noop("通过"), "circle-check", "ok"),
    Verdict.FAILED: Shown(gettext_noop("没有通过"), "undo-2", "over"),
}


def state(value: RectifyState) -> Shown:
    """As icon, word and colour."""
    return _shown(STATES[value])


def came_to(value: RectifyState) -> str:
    """A step in the time line."""
    return _(CAME_TO[value])


def verdict(value: Verdict | None) -> Shown:
    """As icon, word and colour; of a sample that is not judged, that it is asked."""
    return _shown(VERDICTS[value]) if value else Shown(_("正在回访"), "phone-outgoing", "brand")


def _shown(one: Shown) -> Shown:
    return Shown(_(one.label), one.icon, one.css)
