"""What we text to citizens, and what we read in what they text to us.

Templates take short variables only, so that gateways which allow nothing but registered templates can carry them.
Times are shown as people say them: 今天11:30, 明天09:00, 11月25日09:00.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from minhu.rules.clock import legal_day, local
from minhu.rules.codes import read_code
from minhu.rules.doors import DOORS
from minhu.rules.quiet import after_quiet

MAX_PER_CASE_PER_DAY = 5
MAX_BODY = 2000
SHORTEST_CLEAR_MATTER = 8

TEMPLATES: dict[str, str] = {
    "missed": "您好，{name}（{title}）没能接到您的来电，{due}前给您回电。您也可以直接回复短信说明事由。编号{code}",
    "missed_meeting": (
        "您好，{name}（{title}）正在开会，{until}结束，{due}前给您回电。您也可以直接回复短信说明事由。编号{code}"
    ),
    "missed_meeting_open": "您好，{name}（{title}）正在开会，{due}前给您回电。您也可以直接回复短信说明事由。编号{code}",
    "missed_travelling": "您好，{name}（{title}）出差在外，{due}前给您回电。您也可以直接回复短信说明事由。编号{code}",
    "missed_quiet": "您好，现在是夜间休息时间，您的来电已登记，{due}前给您回电。编号{code}",
    "missed_again": "您好，您的来电已并入编号{code}，{due}前给您回电，请保持电话畅通。",
    "matter_received": "您反映的事项已收到，编号{code}，{due}前与您联系。凭编号可查询进展，回复“查 {code}”即可。",
    "number_code": "您的验证码是{number}，10分钟内有效，用来确认这个号码是您的。不是您本人操作，请忽略。",
    "alert": "有一件事等您处理，请登录工作台查看。",
    "added": "已记入编号{code}，{due}前给您答复。",
    "clarify": "您好，为了尽快办理，请补充：在什么地方、是什么事情。直接回复即可。编号{code}",
    "reply": "编号{code}的答复：{done}（{by}）。请评价：回1满意，2已解决但不满意，3未解决。",
    "extended": "编号{code}需要更多时间办理，原因：{reason}。改为{due}前给您答复。",
    **{f"door_{door.value}": f"编号{{code}}：{words}" for door, words in DOORS.items()},
    "offer_enquiry": (
        "编号{code}是咨询，12345热线可当场答复，更快。要转12345请回复2或“热线”；不回复，就由本线路按时办理。"
    ),
    "offer_routine": (
        "编号{code}是日常服务事项，12345热线派单更快。要转12345请回复2或“热线”；不回复，就由本线路按时办理。"
    ),
    "hotline_taken": (
        "编号{code}已按您的选择转12345热线，您也可直接拨打12345。编号不变；想回本线路办理，凭编号查询时点一下即可。"
    ),
    "withdrawn": "编号{code}已按您的要求撤回，不再办理。",
    "status": "编号{code}：{state}。{promise}",
    "status_unknown": "没有查到这个编号，请核对后再发，或拨打公布的号码。",
    "rated": "谢谢您的评价。",
    "reopened": "对不起没有办好，编号{code}已重新办理，{due}前给您答复。",
    "complaint_received": "您对编号{code}办理情况的反映已收到，由督查人员核实。",
    "complaint_found": "您对编号{code}办理情况的反映已核实：{result}。不认可的，{due}前可凭编号申请复核。",
    "complaint_decided": "您对编号{code}办理情况的反映已复核：{result}。详情请凭编号查看。",
    "rectify": "您反映的问题（编号{code}）已列入整改，由{by}负责，{due}前完成。办完会请群众核验，并告诉您。",
    "rectify_ask": (
        "编号{code}反映的问题，承办单位说已经整改好。真的解决了吗？请直接回复“解决了”或“没解决”，没解决的请写明情况。"
    ),
    "rectified": "您反映的问题（编号{code}）已整改，经回访反映人核验。详情请凭编号查看；又出现的，请再告诉我们。",
    "rectify_off": "您反映的问题（编号{code}）原定的整改不再进行，原因请凭编号查看；还有问题的，请再告诉我们。",
    "opted_out": "已为您退订通知短信。您主动咨询的事项仍会答复。",
    "interrupted": "您好，刚才的通话因系统故障中断，来电已登记，{due}前给您回电。编号{code}",
    "called_back_missed": "您好，{name}（{title}）刚才给您回电未接通，会再次联系您。编号{code}",
    "missed_brief": "您好，您的来电已登记，{due}前给您回电。编号{code}",
    "reply_brief": "编号{code}已答复，请凭编号查看或来电询问。请评价：回1满意，2已解决但不满意，3未解决。",
    "status_brief": "编号{code}：{state}。",
    "extended_brief": "编号{code}需要更多时间办理，改为{due}前给您答复，原因请凭编号查看。",
    "called_back_brief": "您好，刚才给您回电未接通，会再次联系您。编号{code}",
}

BRIEF: dict[str, str] = {
    "missed": "missed_brief",
    "missed_meeting": "missed_brief",
    "missed_meeting_open": "missed_brief",
    "missed_travelling": "missed_brief",
    "missed_quiet": "missed_brief",
    "missed_again": "missed_brief",
    "interrupted": "missed_brief",
    "reply": "reply_brief",
    "extended": "extended_brief",
    "status": "status_brief",
    "called_back_missed": "called_back_brief",
}
"""What is said instead where a gateway takes no long variables: less, with the same variables or fewer."""


_PLACEHOLDER = re.compile(r"\{(\w+)\}")


class UnknownTemplate(KeyError):
    """A template name that is not in the table: a fault of ours."""


def render(template: str, variables: Mapping[str, str], *, at: datetime) -> str:
    """The words of a text. ISO times in ``due`` and ``until`` are put as people say them, seen from ``at``.

    Raises: UnknownTemplate, KeyError for a missing variable.
    """
    if template not in TEMPLATES:
        raise UnknownTemplate(template)
    return TEMPLATES[template].format(**shown(variables, at=at))


def shown(variables: Mapping[str, str], *, at: datetime) -> dict[str, str]:
    """Variables as the citizen reads them: ISO times in ``due`` and ``until`` as people say them, seen from ``at``."""
    return {
        name: say_time(datetime.fromisoformat(value), at) if name in {"due", "until"} else value
        for name, value in variables.items()
    }


def placeholders(template: str) -> tuple[str, ...]:
    """Names of a template's variables, in the order of its words. Raises: UnknownTemplate."""
    if template not in TEMPLATES:
        raise UnknownTemplate(template)
    return tuple(dict.fromkeys(_PLACEHOLDER.findall(TEMPLATES[template])))


def say_time(moment: datetime, at: datetime) -> str:
    """``11:30`` today is 今天11:30; tomorrow 明天09:00; later 11月25日09:00."""
    here = local(moment)
    days = (here.date() - legal_day(at)).days
    day = {0: "今天", 1: "明天", -1: "昨天"}.get(days, f"{here.month}月{here.day}日")
    return f"{day}{here:%H:%M}"


def may_send_at(at: datetime, *, urgent: bool) -> datetime:
    """When a text may go: at once, or after the quiet hours when it can wait."""
    return at if urgent else after_quiet(at)


@dataclass(frozen=True, slots=True)
class RatingDigit:
    """A bare 1, 2 or 3 while a rating is awaited."""

    score: int


@dataclass(frozen=True, slots=True)
class AskStatus:
    """查 code. code "" when none could be read."""

    code: str


@dataclass(frozen=True, slots=True)
class RateByCode:
    """评 code digit."""

    code: str
    score: int


@dataclass(frozen=True, slots=True)
class ComplainAbout:
    """投诉 code: a report about handling."""

    code: str
    words: str


@dataclass(frozen=True, slots=True)
class OptOut:
    """退订."""


@dataclass(frozen=True, slots=True)
class TakeHotline:
    """2 or 热线 while the hotline is offered and no rating is awaited."""


@dataclass(frozen=True, slots=True)
class Addition:
    """More about a matter that is open. code: when the citizen named it."""

    code: str = ""


@dataclass(frozen=True, slots=True)
class NewMatter:
    """Something new."""


class Why(StrEnum):
    """Why a matter is not clear."""

    EMPTY = "empty"
    SHORT = "short"


@dataclass(frozen=True, slots=True)
class Unclear:
    """Something new that cannot be acted on yet."""

    why: Why


Meaning = RatingDigit | AskStatus | RateByCode | ComplainAbout | OptOut | TakeHotline | Addition | NewMatter | Unclear

_DIGIT = re.compile(r"\D{0,2}([123])\D{0,4}")
_HOTLINE = re.compile(r"\D{0,2}2\D{0,4}|\W?(?:转|要|我要|改)?(?:12345)?(?:热线|12345)\W{0,2}")
_RATE = re.compile(r"评价?\s*(.*?)\s*([123])\s*\D{0,3}")


def classify(body: str, *, awaiting_rating: bool, has_open_case: bool, hotline_offered: bool = False) -> Meaning:
    """What a citizen's text means. Commands are read leniently: full-width, spaced, in any case."""
    text = unicodedata.normalize("NFKC", body).strip()
    if not text:
        return Addition() if has_open_case else Unclear(Why.EMPTY)
    if hotline_offered and not awaiting_rating and _HOTLINE.fullmatch(text):
        return TakeHotline()
    return _command(text, awaiting_rating) or _matter(text, has_open_case)


def _command(text: str, awaiting_rating: bool) -> Meaning | None:
    if text.upper() in {"退订", "TD", "T", "退订。"}:
        return OptOut()
    if awaiting_rating and (digit := _DIGIT.fullmatch(text)):
        return RatingDigit(int(digit[1]))
    if text.startswith(("查", "CX", "cx")) and (len(text) <= 24):
        code = read_code(text[1:] if text[0] == "查" else text[2:])
        bare = text.upper() in {"查", "查询", "CX"}
        return AskStatus(code or "") if code or bare else None
    if rate := _RATE.fullmatch(text):
        code = read_code(rate[1])
        return RateByCode(code, int(rate[2])) if code else None
    if text.startswith("投诉") and (code := read_code(text)):
        return ComplainAbout(code, text.removeprefix("投诉").strip())
    return None


def _matter(text: str, has_open_case: bool) -> Meaning:
    if code := read_code(text):
        return Addition(code)
    if has_open_case:
        return Addition()
    if len(text) < SHORTEST_CLEAR_MATTER:
        return Unclear(Why.SHORT)
    return NewMatter()
