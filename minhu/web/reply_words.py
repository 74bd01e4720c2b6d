"""The page's words for the signs of perfunctory replies. Chinese here; English in the catalogue."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from minhu.rules.words import ReplySign

LABELS: dict[ReplySign, str] = {
    ReplySign.EMPTY: gettext_noop("空话"),
    ReplySign.TEMPLATE: gettext_noop("雷同"),
    ReplySign.OFF_POINT: gettext_noop("没答到点上"),
    ReplySign.NO_FACT: gettext_noop("没有事实"),
    ReplySign.PASSED_ON: gettext_noop("推给别人"),
    ReplySign.TOO_SHORT: gettext_noop("太短"),
}
WHERE: dict[ReplySign, str] = {
    ReplySign.EMPTY: gettext_noop("这些话：%(words)s"),
    ReplySign.TEMPLATE: gettext_noop("以前也写过：%(words)s"),
    ReplySign.OFF_POINT: gettext_noop("群众提到、答复里没有的：%(words)s"),
    ReplySign.NO_FACT: gettext_noop("没有日期、地点、依据或数量：%(words)s"),
    ReplySign.PASSED_ON: gettext_noop("这一句：%(words)s"),
    ReplySign.TOO_SHORT: gettext_noop("全部只有：%(words)s"),
}
ADVICE: dict[ReplySign, str] = {
    ReplySign.EMPTY: gettext_noop("请写清做了哪件事、到了哪一步。"),
    ReplySign.TEMPLATE: gettext_noop("请写这件事自己的情况。"),
    ReplySign.OFF_POINT: gettext_noop("请逐一回应群众问的。"),
    ReplySign.NO_FACT: gettext_noop("请写上日期、地点、依据或数量。"),
    ReplySign.PASSED_ON: gettext_noop("请写清由谁办、何时有结果，能代转的代转。"),
    ReplySign.TOO_SHORT: gettext_noop("请写清办了什么、结果如何、还差什么。"),
}


@dataclass(frozen=True, slots=True)
class Hint:
    """A sign as a page says it. found: in which words."""

    name: str
    label: str
    found: str
    advice: str


def label(sign: ReplySign) -> str:
    return _(LABELS[sign])


def hints(signs: Iterable[tuple[ReplySign, Sequence[str]]]) -> tuple[Hint, ...]:
    """In the reader's language; what was found stays as it was written."""
    return tuple(
        Hint(
            sign.value,
            label(sign),
            _(WHERE[sign]) % {"words": _("、").join(f"“{one}”" for one in words)},
            _(ADVICE[sign]),
        )
        for sign, words in signs
    )
