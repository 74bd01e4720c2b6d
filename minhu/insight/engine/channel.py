"""The border with the 12345 hotline: what is asked or routine is offered it; what is urgent or confidential stays.

An offer is made with its reason and taken with one tap or key. Nobody is refused.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from minhu.insight.engine.signs import ROUTINE, signs_in
from minhu.insight.engine.vectors import READ, Message
from minhu.insight.engine.words import clean
from minhu.rules.words import CaseKind, Urgency

_CONFIDENTIAL = ("保密", "匿名", "不要公开", "不公开", "打击报复", "怕报复", "不要透露", "勿泄露")
_FAILED = re.compile(
    r"(?:12345|热线|市长信箱)[^。!?]{0,30}?"
    r"(?:没(?:有)?(?:人|用|结果|解决|回复|答复|下文)|未(?:果|解决|回复)|不(?:管|理|回)|无(?:果|人)|推诿|敷衍|踢皮球|石沉大海)"
)


class Channel(StrEnum):
    """Where a matter is best handled. OFFER_HOTLINE is an offer with one tap or key: nobody is refused."""

    STAYS = "stays"
    OFFER_HOTLINE = "offer_hotline"


@dataclass(frozen=True, slots=True)
class Boundary:
    """Which channel fits, and the sentence that tells the citizen why."""

    channel: Channel
    why: str


def boundary(message: Message, kind: CaseKind, urgency: Urgency, *, confidential: bool = False) -> Boundary:
    """Whether the 12345 hotline is offered.

    confidential: the citizen or staff said so; what the text asks for counts as well.
    """
    text = clean(f"{message.title} {message.detail}", READ)
    if urgency is Urgency.URGENT:
        return Boundary(Channel.STAYS, "事情紧急，由本线路直接处理。")
    if confidential or any(sign in text for sign in _CONFIDENTIAL):
        return Boundary(Channel.STAYS, "您要求保密，由本线路专人处理。")
    if _FAILED.search(text):
        return Boundary(Channel.STAYS, "热线未能解决，由本线路接着处理。")
    if kind is CaseKind.ENQUIRY:
        return Boundary(Channel.OFFER_HOTLINE, "政策和办事咨询可由12345热线当场答复，更快；您也可以留在本线路。")
    if kind in (CaseKind.REQUEST, CaseKind.SUGGESTION) and signs_in(message, ROUTINE):
        return Boundary(Channel.OFFER_HOTLINE, "日常服务事项12345热线派单更快；您也可以留在本线路。")
    return Boundary(Channel.STAYS, "由本线路处理。")
