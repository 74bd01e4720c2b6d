"""The answer to "what is it about?": what cannot wait, whose duty it is, and what fits better than a call."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from minhu.directory.queries import PublicOfficial
from minhu.rules import doors, helplines
from minhu.rules.helplines import Helpline
from minhu.rules.words import Door, OfferGround
from minhu.web import words

LONGEST = 100
"""Of a question, in characters; who writes more writes a matter."""

_CALLED = {
    Helpline.FIRE: gettext_lazy("火警、救援"),
    Helpline.MEDICAL: gettext_lazy("急救"),
    Helpline.POLICE: gettext_lazy("报警"),
    Helpline.TRAFFIC: gettext_lazy("交通事故"),
}


@dataclass(frozen=True, slots=True)
class Number:
    """An emergency number and what it is for."""

    number: str
    label: str


@dataclass(frozen=True, slots=True)
class Fitting:
    """An official whose duties fit, and the words of the question that stand in them."""

    official: PublicOfficial
    why: str

    @property
    def official_id(self) -> int:
        return self.official.official_id


@dataclass(frozen=True, slots=True)
class Answer:
    """urgent: to be dialled before anything else. hotline, door: why another place fits better, "" where none does."""

    urgent: tuple[Number, ...] = ()
    fitting: tuple[Fitting, ...] = ()
    hotline: str = ""
    door: str = ""
    door_label: str = ""

    @property
    def says(self) -> bool:
        """Whether there is anything to show."""
        return bool(self.urgent or self.fitting or self.hotline or self.door)


def emergencies() -> tuple[Number, ...]:
    """All of them, for every visitor."""
    return tuple(Number(line.value, str(name)) for line, name in _CALLED.items() if line is not Helpline.TRAFFIC)


def examples() -> tuple[str, ...]:
    """What people often ask, to tap. In Chinese whatever the page's language, as the duties are."""
    return ("停水", "公交", "拖欠工资", "孩子上学", "看病报销", "工地噪音", "路灯坏了")


def answer(city_id: int, asked: str, public: Iterable[PublicOfficial]) -> Answer:
    """public: everybody with a public number; nobody else is ever named."""
    if not asked or asked.isdigit():
        return Answer()
    from minhu.insight.guiding import guide  # brings the engine, a second at the first question

    found = guide(city_id, asked)
    by_id = {one.official_id: one for one in public}
    urgent = tuple(Number(line.value, str(_CALLED[line])) for line in helplines.urgent(asked))
    door = doors.suggest(asked)
    return Answer(
        urgent=urgent,
        fitting=tuple(
            Fitting(by_id[one.official_id], _("、").join(one.words[:3]))
            for one in found.fits
            if one.official_id in by_id
        ),
        hotline="" if urgent or found.hotline is None else _why(found.hotline),
        door=_told(door) if door else "",
        door_label=words.label(door) if door else "",
    )


def _why(ground: OfferGround) -> str:
    match ground:
        case OfferGround.ENQUIRY:
            return _("政策和办事咨询，12345 热线可以当场答复，更快。")
        case OfferGround.ROUTINE:
            return _("日常服务事项，12345 热线派单更快。")


def _told(door: Door) -> str:
    """In the reader's language; the sentences themselves are a rule."""
    return _(doors.DOORS[door])
