"""Invented messages of three subjects: enough to learn from, none of them anybody's."""

from __future__ import annotations

from random import Random

from minhu.insight.engine.vectors import Message

_SUBJECTS = {
    "交通运输": ("公交车", "出租车", "快递", "客运站", "班次", "司机", "线路", "打车"),
    "教育文体": ("学校", "老师", "补课", "幼儿园", "学费", "招生", "体育馆", "操场"),
    "环境保护": ("污水", "油烟", "废气", "噪声", "臭味", "河道", "排放", "粉尘"),
}
_FRAMES = (
    "我家旁边的{}和{}有问题，希望{}的事尽快有人管",
    "请问{}为什么这样，{}也不行，{}更差",
    "{}投诉多次，{}没变，{}依旧",
)
_PLACES = ("东湖路", "西山镇", "南门社区", "北桥小区", "新城大道")


def messages(count: int = 150, seed: int = 7) -> tuple[list[Message], list[str]]:
    """So many messages and their labels; the same for the same seed."""
    chance = Random(seed)
    made, labels = [], []
    for number in range(count):
        label = sorted(_SUBJECTS)[number % len(_SUBJECTS)]
        words = chance.sample(_SUBJECTS[label], 3)
        title = f"{chance.choice(_PLACES)}{words[0]}问题{number}"
        made.append(Message(title, f"{chance.choice(_PLACES)}{number}号，" + chance.choice(_FRAMES).format(*words)))
        labels.append(label)
    return made, labels
