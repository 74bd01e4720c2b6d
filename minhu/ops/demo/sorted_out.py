"""What software made of the matters before the demo began, and what people said to it: readings, corrections, offers.

Done by the same jobs and actions as in life; the texts are invented.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from minhu.cases import actions as cases
from minhu.cases import offering
from minhu.cases.models import Case
from minhu.directory.models import Account, Line
from minhu.directory.queries import viewer_of
from minhu.insight import correcting, reading
from minhu.intake.actions import WebForm, receive_web_message
from minhu.ops import city
from minhu.rules.words import OPEN, CaseKind, Role, Urgency

NUMBERS = "+861540006{:04d}"
FIRST = 51
CLIENT = "demo"
_OPEN = [state.value for state in OPEN]

ASKED = (
    (170, "市人力资源和社会保障局", "请问灵活就业人员养老保险今年缴费标准是多少，在哪里办理？"),
    (95, "市教育局", "咨询一下，外地户口的孩子转学到临湖区需要什么材料，几月份办？"),
    (50, "市公安局", "想问身份证到期了能不能异地换领，周末窗口开不开门？"),
    (20, "市医疗保障局", "请问异地就医备案怎么办，手机上能办吗？"),
)
"""Minutes before the demo, whom they write to, what: enquiries that the hotline answers faster."""

TAKES_IT = 1
"""Who of them lets the hotline answer."""
CORRECTED = (("请留一条通道", "交通运输"), ("请派送水车", "城乡建设"))
"""Words of matters that staff look at, which are requests and no complaints, and what they are about."""


def play(city_id: int, at: datetime) -> None:
    """At the end of the history. at: the demo's now."""
    _learn(at)
    codes = [code for one in enumerate(ASKED) if (code := _asks(city_id, *one, at=at))]
    cases.take_in(at=at)
    while reading.read_some(at=at):
        pass
    taken = Case.objects.filter(code=codes[TAKES_IT], hotline_offer__isnull=False).first() if codes else None
    if taken is not None:
        offering.take_by_code(taken.code, CLIENT, at=at)
    staff = Account.objects.filter(grants__office=city_id, grants__role=Role.STAFF.value).first()
    if staff is not None:
        _correct(city_id, staff, at)


def _learn(at: datetime) -> None:
    """Subjects, from the city's own matters; the engine takes a second to load, and only the demo's start needs it."""
    from minhu.insight import library
    from minhu.insight.engine.triage import train
    from minhu.insight.engine.vectors import Message
    from minhu.rules.words import Question

    told = [(text, one.subject) for one in city.matters() if one.subject for text in (one.sms, one.note)]
    model = train([Message("", text) for text, _subject in told], [subject for _text, subject in told])
    library.save(Question.SUBJECT, model, at=at, taught_to=0)


def _asks(city_id: int, nth: int, asked: tuple[int, str, str], *, at: datetime) -> str:
    """The code of his matter; "" where nobody of that office has a line."""
    minutes, office, body = asked
    line = Line.objects.filter(city_id=city_id, withdrawn_at=None, official__office__name=office).order_by("pk").first()
    if line is None:
        return ""
    form = WebForm(
        key=f"asked-{nth}", body=body, kind=CaseKind.ENQUIRY, line_id=line.pk, number=NUMBERS.format(FIRST + nth),
        place="",
    )  # fmt: skip
    return receive_web_message(form, city_id=city_id, at=at - timedelta(minutes=minutes)).code


def _correct(city_id: int, staff: Account, at: datetime) -> None:
    by = viewer_of(staff)
    for words, subject in CORRECTED:
        for case in Case.objects.filter(city_id=city_id, body__contains=words, state__in=_OPEN)[:1]:
            cases.sort(case.pk, CaseKind.REQUEST, Urgency(case.urgency), by=by, at=at)
            correcting.say_subject(case.pk, subject, by=by, at=at)
