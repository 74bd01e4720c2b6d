"""How excuses are said on pages and papers."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from minhu.rules.excuses import Excuse

EXCUSES: dict[Excuse, str] = {
    Excuse.OUT_OF_REMIT: gettext_noop("不属于职责范围，已告知渠道"),
    Excuse.ABUSIVE_CALLER: gettext_noop("来电人辱骂骚扰"),
    Excuse.OUTAGE: gettext_noop("线路或系统故障"),
    Excuse.EMERGENCY_DUTY: gettext_noop("应急处置、防汛抢险等"),
    Excuse.PROTECTED_MEETING: gettext_noop("不能中断的会议，日程已登记"),
    Excuse.LEAVE_WITH_DELEGATE: gettext_noop("休假，已安排代接"),
    Excuse.CALLER_HUNG_UP: gettext_noop("来电人很快挂断"),
    Excuse.CALLER_NOT_REACHED: gettext_noop("多次回电，群众没有接"),
    Excuse.HONEST_ERROR: gettext_noop("依规尽力，无心之失，已经改正（容错）"),
}


def excuse(value: Excuse | None) -> str:
    """ "" for none."""
    return _(EXCUSES[value]) if value else ""


def choices() -> tuple[tuple[str, str], ...]:
    """All, to choose from."""
    return tuple((one.value, excuse(one)) for one in Excuse)
