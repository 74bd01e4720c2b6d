"""Numbers that come before any official's: for whom it burns, bleeds or is robbed.

Named by what a citizen writes, so that they are shown first. Nothing is dialled or refused because of them.
"""

from __future__ import annotations

import re
from enum import StrEnum


class Helpline(StrEnum):
    """An emergency number of the country, as people dial it."""

    FIRE = "119"
    MEDICAL = "120"
    POLICE = "110"
    TRAFFIC = "122"


_SIGNS: dict[Helpline, re.Pattern[str]] = {
    Helpline.FIRE: re.compile(
        r"着火|起火|失火|火警|火灾(?!隐患)|冒(?:黑|浓)烟|爆炸|(?:燃气|煤气|天然气|液化气)(?:泄漏|泄露|漏气|漏了)"
        r"|被困|溺水|落水|\bfire\b|gas leak|\btrapped\b|\bdrown"
    ),
    Helpline.MEDICAL: re.compile(
        r"晕倒|昏迷|昏倒|心梗|心脏病发|中风|大出血|没有?呼吸|呼吸困难|中毒|急救|救护车|胸痛|溺水|车祸|撞(?:了|伤|到)人"
        r"|触电|要生了|ambulance|unconscious|heart attack|\bstroke\b|bleeding|poison|\bdrown"
    ),
    Helpline.POLICE: re.compile(
        r"报警|打人|被打|打架|抢劫|被抢|持刀|砍人|杀人|自杀|跳楼|轻生|被偷|小偷|盗窃|入室|家暴|绑架|走失|失踪|强奸|猥亵"
        r"|(?<!防)(?<!反)诈骗|被骗|\bpolice\b|robbed|robbery|stolen|\bknife\b|suicide|kidnap|assault"
    ),
    Helpline.TRAFFIC: re.compile(r"车祸|交通事故|撞车|追尾|撞(?:了|伤|到)人|car crash|car accident|traffic accident"),
}


def urgent(words: str) -> tuple[Helpline, ...]:
    """Which of them the words ask for, in the order to ring them; none for most matters."""
    said = words.lower()
    return tuple(line for line, signs in _SIGNS.items() if signs.search(said))
