"""Every published figure, defined once: pages, files, the JSON and the docs are made from this table.

A figure is a share of two sums of counts, or one sum. The counts are kept by day, hour and line; a period and an office
are sums of them, so that any two parts add up to the whole.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from minhu.rules.intervals import FEWEST, Share, shown


class Count(StrEnum):
    """What is counted. Each happens on one day, in one hour, on one line (see docs/reference/figures.md)."""

    CALLS = "calls"
    IN_PERSON = "in_person"
    ANSWERED = "answered"
    MATTERS = "matters"
    CONTACT_DUE = "contact_due"
    CONTACT_IN_TIME = "contact_in_time"
    PROMISES_MADE = "promises_made"
    KEPT = "kept"
    LATE = "late"
    BROKEN = "broken"
    RATED = "rated"
    SOLVED = "solved"
    SATISFIED = "satisfied"
    TRANSFERS = "transfers"
    ENQUIRIES = "enquiries"
    REQUESTS = "requests"
    COMPLAINTS = "complaints"
    REPORTS = "reports"
    SUGGESTIONS = "suggestions"
    WENT_UP = "went_up"
    UP_ANSWERED = "up_answered"


class Measure(StrEnum):
    """What supervision itself did. Zero is a figure too."""

    CHECKS = "checks"
    FOUND_TRUE = "found_true"
    FOUND_NOT_TRUE = "found_not_true"
    NOT_PROVABLE = "not_provable"
    EXCUSED = "excused"
    INTERVIEWS = "interviews"


Counts = Mapping[Count, int]


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure. of: the counts it is a share of; empty for a plain number. formula, rows: for the docs."""

    name: str
    words: str
    part: tuple[Count, ...]
    formula: str
    rows: str
    of: tuple[Count, ...] = ()


_CALLS = "intake_call：inbound，有 line，按 received_at"
_PROMISES = "cases_promise：未撤销、已到 due_at 的，按 due_at"
_RATINGS = "cases_rating：按 at"
_CASES = "cases_case：按 opened_at"
_DUE = (Count.KEPT, Count.LATE, Count.BROKEN)

FIGURES: tuple[Figure, ...] = (
    Figure("calls", "来电", (Count.CALLS,), "打进公布号码的电话数", _CALLS),
    Figure(
        "in_person", "本人接听", (Count.IN_PERSON,), "领导干部本人接听 ÷ 来电",
        f"{_CALLS}；answered_by_kind = official", (Count.CALLS,),
    ),
    Figure(
        "answered", "有人接听", (Count.ANSWERED,), "本人、代接人、工作人员或值班人员接听 ÷ 来电",
        f"{_CALLS}；answered_by_kind 为 official、deputy、staff、duty", (Count.CALLS,),
    ),
    Figure("matters", "诉求", (Count.MATTERS,), "立为诉求的件数", _CASES),
    Figure(
        "contact_in_time", "按时联系", (Count.CONTACT_IN_TIME,),
        "首次联系不晚于时限 ÷ 已联系或时限已到的诉求（时限：急事 2 小时，其他 1 个工作日）",
        f"{_CASES}；first_contact_at 对照 rules.deadlines.first_contact_due", (Count.CONTACT_DUE,),
    ),
    Figure(
        "promises_made", "作出承诺", (Count.PROMISES_MADE,), "作出的承诺数，不含随诉求撤销的",
        "cases_promise：未撤销的，按 made_at",
    ),
    Figure("kept", "按时兑现", (Count.KEPT,), "按时兑现 ÷ 到期承诺（按时、迟到、未兑现之和）", _PROMISES, _DUE),
    Figure("late", "迟到兑现", (Count.LATE,), "到期后才兑现 ÷ 到期承诺", _PROMISES, _DUE),
    Figure("broken", "没有兑现", (Count.BROKEN,), "到期仍未兑现 ÷ 到期承诺", _PROMISES, _DUE),
    Figure("solved", "已解决", (Count.SOLVED,), "评价为已解决（1 或 2）÷ 评价", _RATINGS, (Count.RATED,)),
    Figure("satisfied", "满意", (Count.SATISFIED,), "评价为满意（1）÷ 评价", _RATINGS, (Count.RATED,)),
    Figure(
        "up_answered", "上一级过问", (Count.UP_ANSWERED,),
        "向上一级反映后按时得到联系或答复 ÷ 已得到或时限已到的（时限：急事 2 小时，其他 1 个工作日）",
        "cases_notice：kind = went_up，给领导的，按 at；此后的 kept_at（cases_promise）或 at（cases_reply）",
        (Count.WENT_UP,),
    ),
    Figure("transfers", "转办", (Count.TRANSFERS,), "转办次数", "cases_transfer：按 handed_at"),
)  # fmt: skip

MATTERS: tuple[Figure, ...] = (
    Figure("enquiries", "咨询", (Count.ENQUIRIES,), "咨询 ÷ 诉求", _CASES, (Count.MATTERS,)),
    Figure("requests", "求助", (Count.REQUESTS,), "求助 ÷ 诉求", _CASES, (Count.MATTERS,)),
    Figure("complaints", "投诉", (Count.COMPLAINTS,), "投诉 ÷ 诉求", _CASES, (Count.MATTERS,)),
    Figure("reports", "举报", (Count.REPORTS,), "举报 ÷ 诉求", _CASES, (Count.MATTERS,)),
    Figure("suggestions", "建议", (Count.SUGGESTIONS,), "建议 ÷ 诉求", _CASES, (Count.MATTERS,)),
)
"""What the matters are about, by kind."""

MEASURES: Mapping[Measure, str] = {
    Measure.CHECKS: "抽查",
    Measure.FOUND_TRUE: "反映属实",
    Measure.FOUND_NOT_TRUE: "反映不属实",
    Measure.NOT_PROVABLE: "无法查实",
    Measure.EXCUSED: "有正当理由",
    Measure.INTERVIEWS: "约谈",
}
BY_NAME: Mapping[str, Figure] = {figure.name: figure for figure in (*FIGURES, *MATTERS)}


@dataclass(frozen=True, slots=True)
class Value:
    """A figure of some period and office. number: what was counted; both None where there are fewer than ten."""

    figure: Figure
    number: int | None
    share: Share | None

    @property
    def hidden(self) -> bool:
        """Whether it stands on too few cases to be shown."""
        return self.number is None


def value(figure: Figure, counts: Counts) -> Value:
    """The figure, unless it stands on fewer than ten cases. A plain number of none is shown as none."""
    part = sum(counts.get(one, 0) for one in figure.part)
    if not figure.of:
        return Value(figure, part if part == 0 or part >= FEWEST else None, None)
    share = shown(part, sum(counts.get(one, 0) for one in figure.of))
    return Value(figure, None if share is None else part, share)


def values(counts: Counts, figures: tuple[Figure, ...] = FIGURES) -> tuple[Value, ...]:
    """All of them, in the table's order."""
    return tuple(value(figure, counts) for figure in figures)
