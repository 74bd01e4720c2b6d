"""A believable morning in an invented city, for pages that are looked at. All people and numbers are made up."""

from __future__ import annotations

import wave
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from io import BytesIO
from pathlib import Path

from django.core.files.base import ContentFile
from django.core.files.storage import storages

from minhu.audit import privacy
from minhu.cases import actions as cases
from minhu.cases.models import Case
from minhu.directory import actions as directory
from minhu.directory.importing import examine
from minhu.directory.models import Account, Line, Office, Official, QuickReply
from minhu.intake import actions as intake
from minhu.intake.models import Call, CallStep, Citizen, Recording, Text
from minhu.rules.access import Viewer, system
from minhu.rules.words import (
    CallState,
    CaseKind,
    Direction,
    Outcome,
    PartyKind,
    Presence,
    Role,
    StepKind,
    TextState,
)
from tests import make

OFFICE = "市交通运输局"
PASSWORD = "a good long pass phrase"
NOTICE = Path(__file__).resolve().parents[2] / "minhu" / "ops" / "city" / "notice.csv"
SPOKEN_SECONDS = 42
QUICK = (
    ("正在开会，会后给您回电", "您好，我正在开会，会后给您回电。查询码 {code}。"),
    ("请短信说明事由和地点", "您好，请回复短信说明事由和地点。查询码 {code}。"),
    ("已转分管同志，今天联系您", "您好，已转分管同志，今天联系您。查询码 {code}。"),
)


@dataclass(frozen=True, slots=True)
class Scene:
    """Who can sign in (all with PASSWORD), and what there is to look at."""

    city: Office
    official: Official
    line: Line
    official_account: Account
    staff_account: Account
    operator_account: Account
    case: Case
    answered: Call
    voice: Call
    replied_code: str
    doubt: Text


def whole_notice(city: Office) -> None:
    """All officials of the invented city, through the import that an operator uses."""
    content = NOTICE.read_bytes()
    report = examine(content, city.pk)
    assert not report.faults, report.faults[:3]
    directory.import_directory(content, report.digest, by=system(city.pk))


def morning(at: datetime, *, everybody: bool = False) -> Scene:
    """Nearly eleven o'clock. at: that moment; everybody: the whole notice, as the public directory is."""
    city = make.city()
    if everybody:
        whole_notice(city)
        official = Official.objects.select_related("office").get(office__name=OFFICE, title="局长")
        office, line = official.office, official.lines.get()
    else:
        office = make.office(city, OFFICE)
        official = make.official(office, "周明远", "局长")
        line = make.line(official, opening_hours="mon-fri 08:30-12:00 14:30-18:00; sat 09:00-11:30")
    make.desk(city, "市民直线办一号席")
    make.busy(official, since=at - timedelta(hours=1), lasts=timedelta(minutes=100))
    make.busy(official, Presence.TRAVELLING, since=at + timedelta(days=1), lasts=timedelta(hours=4))
    for order, (label, body) in enumerate(QUICK):
        QuickReply.objects.create(city=city, label=label, body=body, order=order)
    for number, other in enumerate(Official.objects.exclude(pk=official.pk).order_by("id")):
        if number % 5 == 2:
            make.busy(other, since=at - timedelta(minutes=20))
    Line.objects.update(consented_on=date(2026, 1, 4), published_from=date(2026, 1, 5))
    accounts = (
        make.account(office, official=official, username="zhou", password=PASSWORD),
        make.account(city, Role.STAFF, username="li", password=PASSWORD),
        make.account(city, Role.OPERATOR, username="op", password=PASSWORD),
    )
    Account.objects.filter(username="li").update(display_name="李文 · 市民直线办")
    Account.objects.filter(username="op").update(display_name="系统管理员")
    calls = _calls(city, line, at)
    voice = _voice(city, line, at)
    text = _texts(city, line, at)
    cases.take_in(at=at)
    _words(calls, voice, at)
    case = Case.objects.get(contacts__call=calls["刘女士"])
    code = _replied(city, line, at)
    return Scene(city, official, line, *accounts, case, calls["孙先生"], voice, code, text)


def _calls(city: Office, line: Line, at: datetime) -> dict[str, Call]:
    spoken = (
        ("郭女士", 96, 320, Outcome.SOLVED), ("马先生", 88, 95, Outcome.ENQUIRY),
        ("何女士", 79, 210, Outcome.FOLLOW_UP), ("高先生", 71, 64, Outcome.ENQUIRY),
        ("罗女士", 66, 150, Outcome.SOLVED), ("宋先生", 61, 48, Outcome.ENQUIRY),
        ("孙先生", 57, 185, None),
    )  # fmt: skip
    missed = (("刘女士", 45), ("安澜众合物流", 30), ("陈先生", 18), ("徐女士", 9))
    made: dict[str, Call] = {}
    official = Viewer(None, "system", city.pk)
    for name, ago, talk, outcome in spoken:
        began = at - timedelta(minutes=ago)
        call = make.call(line, _citizen(city, name, began), answered_by=PartyKind.OFFICIAL, talk_seconds=talk, at=began)
        made[name] = call
        _journal(call, official_answered=True)
        if outcome:
            cases.wrap_up(call.pk, outcome, by=official, at=began + timedelta(minutes=6))
    for name, ago in missed:
        began = at - timedelta(minutes=ago)
        made[name] = make.call(line, _citizen(city, name, began), at=began)
        _journal(made[name], official_answered=False)
    Call.objects.filter(pk=made["刘女士"].pk).update(promise_due_at=at - timedelta(minutes=25))
    Call.objects.filter(pk=made["安澜众合物流"].pk).update(promise_due_at=at + timedelta(minutes=42))
    Call.objects.filter(pk=made["陈先生"].pk).update(promise_due_at=at + timedelta(hours=3, minutes=10))
    return made


def ring(line: Line, at: datetime, name: str = "丁女士", *, again: Citizen | None = None) -> Call:
    """Somebody rings now. again: whom we know already."""
    return Call.objects.create(
        city_id=line.city_id,
        line=line,
        citizen=again or _citizen(line.city, name, at),
        direction=Direction.INBOUND.value,
        state=CallState.RINGING.value,
        dialled=line.number,
        received_at=at,
        ringing_at=at,
    )


def _journal(call: Call, *, official_answered: bool) -> None:
    """The steps of a call as the switch writes them."""
    at = call.received_at
    steps: list[tuple[StepKind, int, str, dict[str, object]]] = [
        (StepKind.RECEIVED, 0, "", {}),
        (StepKind.PLANNED, 0, "", {"reason": "available" if official_answered else "meeting"}),
    ]
    if official_answered:
        steps += [
            (StepKind.RINGING, 0, PartyKind.OFFICIAL, {"seconds": 20}),
            (StepKind.ANSWERED, 7, PartyKind.OFFICIAL, {}),
            (StepKind.ENDED, 7 + int(call.talk_seconds or 0), "", {}),
        ]
    else:
        steps += [
            (StepKind.RINGING, 1, PartyKind.STAFF, {"seconds": 20}),
            (StepKind.NOT_ANSWERED, 21, PartyKind.STAFF, {}),
            (StepKind.SAID, 21, "", {"prompts": ["leave_message"]}),
            (StepKind.PROMISED, 40, PartyKind.OFFICIAL, {"due": (at + timedelta(hours=1)).isoformat()}),
            (StepKind.ENDED, 41, "", {}),
        ]
    CallStep.objects.bulk_create(
        CallStep(
            call=call, seq=seq, at=at + timedelta(seconds=after), kind=kind.value, party_kind=str(party), detail=detail
        )
        for seq, (kind, after, party, detail) in enumerate(steps)
    )


def _voice(city: Office, line: Line, at: datetime) -> Call:
    began = at - timedelta(minutes=150)
    call = make.call(line, _citizen(city, "", began), at=began)
    _journal(call, official_answered=False)
    sound = BytesIO()
    with wave.open(sound, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes(b"\0\0" * 8000 * SPOKEN_SECONDS)
    sealed = BytesIO()
    digest = privacy.seal_file(BytesIO(sound.getvalue()), sealed)
    name = storages["recordings"].save(f"scene/{call.pk.hex}.wav.sealed", ContentFile(sealed.getvalue()))
    Call.objects.filter(pk=call.pk).update(promise_due_at=at + timedelta(hours=5))
    Recording.objects.create(
        call=call, file=name, seconds=float(SPOKEN_SECONDS), sha256=digest, recorded_at=began + timedelta(seconds=70)
    )
    return call


def _texts(city: Office, line: Line, at: datetime) -> Text:
    make.text(line, _citizen(city, "王女士", at), "那边又坏了", at=at - timedelta(minutes=52))
    make.text(None, _citizen(city, "", at), "请问公交月票在哪里办", at=at - timedelta(minutes=33))
    citizen = _citizen(city, "李先生", at)
    make.text(line, citizen, "人民路三十六号门口路灯坏了四天，晚上看不见路", at=at - timedelta(hours=20))
    cases.take_in(at=at - timedelta(hours=20))
    doubt = Text.objects.filter(thread__citizen=citizen, direction=Direction.OUTBOUND.value).latest("id")
    sent_at = at - timedelta(minutes=51)
    Text.objects.filter(thread__citizen=citizen, direction=Direction.OUTBOUND.value).update(
        state=TextState.UNKNOWN.value, attempt_at=sent_at
    )
    return doubt


def _words(calls: dict[str, Call], voice: Call, at: datetime) -> None:
    said = {
        "刘女士": "南部新城公交站离市人民医院南门太远，老人换乘要走一公里多，问能否增设临时站点。",
        "安澜众合物流": "货车通行证年审系统报错，窗口要求跑第三趟，问能否网上办。",
        "陈先生": "夜间 23 点后滨河路渣土车不按路线行驶。",
    }
    for name, words in said.items():
        Case.objects.filter(contacts__call=calls[name]).update(body=words, title=words)


def _replied(city: Office, line: Line, at: datetime) -> str:
    """A matter that went its whole way but for the rating."""
    began = at - timedelta(days=1, hours=2)
    form = intake.WebForm(
        key="scene-replied", body="市人民医院南门没有公交站，老人看病要走很远。", kind=CaseKind.REQUEST,
        line_id=line.pk, number=make.number(), name="许女士", place="南部新城",
    )  # fmt: skip
    code = intake.receive_web_message(form, city_id=city.pk, at=began).code
    cases.take_in(at=began)
    case = Case.objects.get(code=code)
    Case.objects.filter(pk=case.pk).update(first_contact_at=began + timedelta(minutes=50))
    staff = Viewer(None, "system", city.pk)
    done = "已在市人民医院南门增设临时公交站，K3、12 路本周四起停靠；永久站台月底前建成。"
    told = cases.reply(case.pk, done, "市交通运输局公交科", by=staff, at=at - timedelta(hours=1)).text
    assert told
    Text.objects.filter(pk=told.pk).update(state=TextState.DELIVERED.value, attempt_at=at, settled_at=at)
    cases.settle_evidence(at=at)
    return code


def _citizen(city: Office, name: str, at: datetime) -> Citizen:
    citizen = make.citizen(city, at=at)
    if name:
        Citizen.objects.filter(pk=citizen.pk).update(name=name)
        citizen.name = name
    return citizen
