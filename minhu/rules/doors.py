"""What is not processed as a case: which door it belongs to, and how the citizen is told so (rule C11).

Source: Regulations on Petitions 2022, Art. 22 and 31 (matters with a legal way of their own).
"""

from __future__ import annotations

from minhu.rules.words import Door

DOORS: dict[Door, str] = {
    Door.COURT: "您反映的事项属于诉讼、仲裁或执行范围，请向有管辖权的人民法院提出，可拨打12368诉讼服务热线。",
    Door.RECONSIDERATION: "您对行政决定不服，可在知道决定之日起六十日内，向本级人民政府司法行政部门申请行政复议。",
    Door.DISCIPLINE: "您反映的是公职人员违纪违法问题，请向纪检监察机关提出，可拨打12388举报电话。",
    Door.PETITION: "您的事项已进入信访程序，请向原受理的信访机构查询，或依法申请复查、复核。",
}
"""What the citizen is told."""

_SIGNS: dict[Door, tuple[str, ...]] = {
    Door.COURT: ("起诉", "判决", "法院", "强制执行", "仲裁"),
    Door.RECONSIDERATION: ("行政复议", "不服处罚", "不服行政处罚"),
    Door.DISCIPLINE: ("受贿", "索贿", "贪污", "违纪", "以权谋私"),
    Door.PETITION: ("信访复查", "信访复核", "信访答复"),
}


def suggest(words: str) -> Door | None:
    """The door a matter's words hint at, for people to decide; None when nothing does."""
    return next((door for door, signs in _SIGNS.items() if any(sign in words for sign in signs)), None)
