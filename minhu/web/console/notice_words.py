"""What a notice says, and where there is more of it. Chinese here; English in the catalogue."""

from __future__ import annotations

from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from minhu.cases.queries import NoticeRow
from minhu.rules.words import ABOUT_COMPLAINT, ABOUT_RECTIFY, NoticeKind
from minhu.web.words import Shown


@dataclass(frozen=True, slots=True)
class Told:
    """A notice: what happened, in words. href: where there is more of it; "" nowhere."""

    row: NoticeRow
    says: str
    href: str
    icon: str
    css: str


NOTICES: dict[NoticeKind, Shown] = {
    NoticeKind.REMIND: Shown(gettext_noop("时限已过八成，请抓紧"), "clock", "due"),
    NoticeKind.OVERDUE: Shown(gettext_noop("到期了，还没有办到"), "triangle-alert", "over"),
    NoticeKind.ESCALATE: Shown(gettext_noop("超时两成以上，上报给您"), "triangle-alert", "over"),
    NoticeKind.HANDED_OVER: Shown(gettext_noop("转给您办理"), "send", "brand"),
    NoticeKind.NOT_OURS: Shown(gettext_noop("承办单位退回，由您本人办理"), "undo-2", "due"),
    NoticeKind.REOPENED: Shown(gettext_noop("群众不满意，退回重办"), "undo-2", "due"),
    NoticeKind.WENT_UP: Shown(gettext_noop("群众要求上一级领导过问"), "megaphone", "due"),
    NoticeKind.MENTIONED: Shown(gettext_noop("%(who)s在备注里提到您"), "sticky-note", "brand"),
    NoticeKind.ALARM: Shown(gettext_noop("接听比以前少了"), "phone-missed", "due"),
    NoticeKind.CORRECT: Shown(gettext_noop("公布的号码打不通或者不对，请更正"), "phone-off", "due"),
    NoticeKind.COMPLAINED: Shown(gettext_noop("收到一件群众反映，请查看"), "message-square", "due"),
    NoticeKind.ASKED: Shown(gettext_noop("一件群众反映请您说明"), "message-square", "due"),
    NoticeKind.FOUND: Shown(gettext_noop("关于您的群众反映已有认定，不认可可以申请复核"), "message-square", "brand"),
    NoticeKind.APPEALED: Shown(gettext_noop("一件群众反映申请复核，请作出决定"), "message-square", "due"),
    NoticeKind.DECIDED: Shown(gettext_noop("关于您的群众反映已经复核"), "message-square", "brand"),
    NoticeKind.ASK_LATE: Shown(gettext_noop("群众反映到期没有查看"), "triangle-alert", "over"),
    NoticeKind.ASK_UP: Shown(gettext_noop("督查超时没有查看群众反映，上报给您"), "triangle-alert", "over"),
    NoticeKind.STATE_LATE: Shown(gettext_noop("群众反映的说明到期了，请尽快说明"), "triangle-alert", "over"),
    NoticeKind.STATE_UP: Shown(gettext_noop("群众反映超时没有说明，上报给您"), "triangle-alert", "over"),
    NoticeKind.DECIDE_LATE: Shown(gettext_noop("复核到期没有决定"), "triangle-alert", "over"),
    NoticeKind.DECIDE_UP: Shown(gettext_noop("督查超时没有复核，上报给您"), "triangle-alert", "over"),
    NoticeKind.RECTIFY: Shown(gettext_noop("一项整改到了新的一步，请看一看"), "list-checks", "due"),
    NoticeKind.RECT_SOON: Shown(gettext_noop("整改时限已过八成，请抓紧"), "clock", "due"),
    NoticeKind.RECT_LATE: Shown(gettext_noop("整改到期了，还没有办到"), "triangle-alert", "over"),
    NoticeKind.RECT_UP: Shown(gettext_noop("整改超时两成以上，上报给您"), "triangle-alert", "over"),
    NoticeKind.BOILED: Shown(gettext_noop("一件事反映的人多起来了"), "megaphone", "due"),
    NoticeKind.DRIFT: Shown(gettext_noop("来电和预计的对不上了"), "triangle-alert", "due"),
}
_PAGES = {NoticeKind.ALARM: "console-alarms", NoticeKind.DRIFT: "planning", NoticeKind.CORRECT: "liveness"}
_NOT_HIS_PAGE = frozenset({NoticeKind.ASK_UP, NoticeKind.STATE_UP})
"""Whoever is told so reads the complaint itself only when something was found; the list says what he may know."""


def told(row: NoticeRow) -> Told:
    """The notice as its page shows it."""
    shown = NOTICES[row.kind]
    says = _(shown.label)
    if row.kind is NoticeKind.MENTIONED:
        says = says % {"who": row.by or _("同事")}
    return Told(row, says, _more_of(row), shown.icon, shown.css)


def _more_of(row: NoticeRow) -> str:
    if row.case_id is not None:
        return reverse("case", args=[row.case_id])
    if row.kind in ABOUT_COMPLAINT - _NOT_HIS_PAGE:
        return reverse("complaint", args=[row.about_id])
    if row.kind is NoticeKind.BOILED:
        return reverse("issue", args=[row.about_id])
    if row.kind in _NOT_HIS_PAGE:
        return reverse("complaints")
    if row.kind in ABOUT_RECTIFY:
        return reverse("rectify-step", args=[row.about_id])
    return reverse(_PAGES[row.kind]) if row.kind in _PAGES else ""
