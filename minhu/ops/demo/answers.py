"""How the offices of the demo answer in writing: most say what was done, when, where and by whom; some say little.

All of it is invented. What was done about a matter stands beside it in the city's file.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from random import Random

from minhu.ops.city import Matter
from minhu.rules.clock import local
from minhu.rules.words import CaseKind

POOR_ONE_IN = 9

_WENT = (
    "{on}上午到现场看过：", "{on}去了{place}，", "您说的{place}这件事，{on}查清了：", "{unit}{on}核实，",
    "{on}下午由{unit}办理，", "回您{place}的事：",
)  # fmt: skip
_LOOKED_UP = ("您问的查清楚了：", "{on}向{unit}经办科室核对过，", "按现在的规定，", "{unit}{on}答复：")
_MORE = (
    "。{then}再到现场复查一次。", "。有反复请直接回这条短信，我们当天再去。", "，{then}前电话告诉您结果。",
    "。经办人电话里也向您说过。",
    "，照片已存档，可以到窗口查看。", "。{then}以后若还有，请再说一声。", "。",
)  # fmt: skip
_POOR = (
    "您反映的问题已收悉，我单位高度重视，将认真研究，尽快处理。",
    "您好，此事不属于我单位职责范围，请您向有关部门咨询。",
    "已处理。", "感谢您的来电，相关部门正在积极协调，请您耐心等待。", "已转相关单位办理，请您联系他们了解。",
)  # fmt: skip


def written(matter: Matter, at: datetime, random: Random) -> str:
    """A reply as it is sent. at: when."""
    if random.randrange(POOR_ONE_IN) == 0:
        return random.choice(_POOR)
    began = random.choice(_LOOKED_UP if matter.kind is CaseKind.ENQUIRY else _WENT)
    words = {"on": _day(at), "then": _day(at + timedelta(days=random.randint(3, 9))), "place": matter.place}
    return f"{began}{matter.done}{random.choice(_MORE)}".format(unit=matter.unit, **words)


def _day(at: datetime) -> str:
    here = local(at)
    return f"{here.month} 月 {here.day} 日"
