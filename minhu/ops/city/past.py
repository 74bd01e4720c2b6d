"""Matters that began before today, one at each stage: every page of whoever looks at the city has something on it.

A few citizens write, officials hand over, a unit asks for time, gives back, is late; ten steps of the rulebook, by the
same actions that people use. All of it is invented.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from PIL import Image, ImageDraw

from minhu.cases import actions as cases
from minhu.cases.actions import About, Receiver, Upload
from minhu.cases.models import Case, Promise
from minhu.directory.models import Account, Line, Office, Official
from minhu.directory.queries import viewer_of
from minhu.intake import actions as intake
from minhu.intake.actions import WebForm
from minhu.intake.models import Call, Text
from minhu.rules.access import Viewer, system
from minhu.rules.calendar import china
from minhu.rules.clock import SHANGHAI, local
from minhu.rules.ratings import NOT_SOLVED
from minhu.rules.words import CallState, CaseKind, Direction, PartyKind, TextState

_NUMBERS = "+861540003{:04d}"
_MORNING = time(9, 20)


@dataclass(frozen=True, slots=True)
class Begun:
    """The matters, by what has become of them."""

    handed: Case
    late: Case
    extended: Case
    returned: Case
    joined: Case
    reopened: Case
    secret: Case


@dataclass(frozen=True, slots=True)
class Wish:
    """A matter as a citizen writes it. days: how many working days ago."""

    days: int
    name: str
    place: str
    body: str
    kind: CaseKind = CaseKind.REQUEST
    confidential: bool = False


HANDED = Wish(1, "许女士", "望川县大石镇石梁村", "村口到小学的路灯有六盏不亮，孩子晚自习回家看不见路，请尽快修好。")
LATE = Wish(8, "廖先生", "望川县大石镇", "大石镇集贸市场的污水沟堵了两周，夏天味道很大，反映过两次没有人来。")
EXTENDED = Wish(4, "康女士", "望川县城关小区", "城关小区二期的不动产证交房三年还没有办下来，请问卡在哪里。")
RETURNED = Wish(3, "丁先生", "滨河路", "滨河路夜间有渣土车不按路线走，撒了一路，请问归谁管。")
JOINED = (
    Wish(1, "鲁女士", "荷花苑", "荷花苑从昨晚起停水，没有看到通知，家里有老人和小孩。"),
    Wish(1, "", "荷花苑 7 栋", "荷花苑 7 栋没有水了，物业说不知道，什么时候来水。"),
    Wish(1, "邹先生", "荷花苑 3 栋", "荷花苑停水一天，饭也做不成，请派送水车。"),
)
REOPENED = Wish(6, "毛女士", "市人民医院南门", "市人民医院南门没有公交站，老人看病要走一公里。")
SECRET = Wish(2, "", "望川县", "反映望川县一个工程转包的问题，材料可以当面交，请为我保密。", CaseKind.REPORT, True)


class _Past:
    def __init__(self, line: Line, unit: Office, at: datetime) -> None:
        self._line, self._unit, self._at = line, unit, at
        self._city = line.city_id
        self._count = 0
        self._official = self._viewer(line.official)

    def begin(self) -> Begun:
        handed = self._handed(HANDED, "属地事项，请现场查看后答复")
        late = self._handed(LATE, "请督促大石镇清淤")
        begun = Begun(
            handed=handed,
            late=late,
            extended=self._extended(),
            returned=self._returned(),
            joined=self._joined(),
            reopened=self._reopened(),
            secret=self._secret(),
        )
        self._notes(handed, late)
        self._deliver()
        cases.sweep(at=self._at)
        return begun

    # ---- the stages

    def _handed(self, wish: Wish, reason: str) -> Case:
        case = self._came(wish)
        cases.attach(
            case.pk, Upload(f"past-{case.code}", "现场照片.jpg", _photo()), by=self._official, at=self._ago(wish, 1)
        )
        self._spoke(case, self._ago(wish, 1))
        cases.transfer(case.pk, Receiver.unit(self._unit.pk), by=self._official, reason=reason, at=self._ago(wish, 2))
        return case

    def _extended(self) -> Case:
        case = self._handed(EXTENDED, "请会同自然资源部门查明原因")
        reason = "要到省里调取原始档案，需要再等几天"
        cases.extend(case.pk, 3, by=self._official, reason=reason, at=self._ago(EXTENDED, 26))
        return case

    def _returned(self) -> Case:
        case = self._handed(RETURNED, "请县里核实车辆")
        reason = "滨河路在市区，车辆由市城管局许可，不归县里管"
        cases.give_back(case.pk, by=self._by_unit(), reason=reason, at=self._ago(RETURNED, 24))
        return case

    def _joined(self) -> Case:
        first, *others = (self._came(wish, minutes=10 * place) for place, wish in enumerate(JOINED))
        self._spoke(first, self._ago(JOINED[0], 2))
        for one in others:
            cases.join(one.pk, first.pk, by=self._official, at=self._ago(JOINED[0], 3))
        return first

    def _reopened(self) -> Case:
        case = self._came(REOPENED)
        self._spoke(case, self._ago(REOPENED, 1))
        cases.reply(case.pk, "已安排工作人员核实", self._official.name, by=self._official, at=self._ago(REOPENED, 50))
        self._deliver()
        return cases.rate(case.pk, NOT_SOLVED, words="只说核实了，站还是没有", at=self._ago(REOPENED, 52))

    def _secret(self) -> Case:
        case = self._came(SECRET)
        about = About(office_id=self._unit.pk)
        cases.set_conflict(case.pk, about, by=self._official, reason="群众指明的单位", at=self._ago(SECRET, 1))
        return case

    def _notes(self, handed: Case, late: Case) -> None:
        cases.write_note(handed.pk, "已电话告知县民情室，今天派人去看。", by=self._official, at=self._ago(HANDED, 3))
        cases.write_note(late.pk, "第二次催办。", by=self._official, at=self._at - timedelta(hours=1))

    # ---- what they are made of

    def _came(self, wish: Wish, minutes: int = 0) -> Case:
        self._count += 1
        at = self._ago(wish, 0) + timedelta(minutes=minutes)
        form = WebForm(
            key=f"past-{self._city}-{self._count}", body=wish.body, kind=wish.kind, line_id=self._line.pk,
            number=_NUMBERS.format(self._count), name=wish.name, place=wish.place, confidential=wish.confidential,
        )  # fmt: skip
        code = intake.receive_web_message(form, city_id=self._city, at=at).code
        cases.take_in(at=at)
        return Case.objects.get(code=code)

    def _spoke(self, case: Case, at: datetime) -> None:
        """He was called back, and they talked."""
        call = Call.objects.create(
            city_id=self._city, line=self._line, citizen_id=case.citizen_id, direction=Direction.OUTBOUND.value,
            state=CallState.ANSWERED.value, dialled=self._line.number, received_at=at, ringing_at=at,
            answered_at=at + timedelta(seconds=9), ended_at=at + timedelta(seconds=170), ring_seconds=9.0,
            talk_seconds=161.0, answered_by_kind=PartyKind.CITIZEN.value, taken_in_at=at,
        )  # fmt: skip
        cases.record_callback(call, at=at + timedelta(minutes=3))

    def _deliver(self) -> None:
        """The texts of those days arrived then."""
        Text.objects.filter(
            state=TextState.QUEUED.value, city_id=self._city, at__lt=self._at - timedelta(hours=1)
        ).update(state=TextState.DELIVERED.value, attempt_at=self._at, settled_at=self._at)
        cases.settle_evidence(at=self._at)

    def _ago(self, wish: Wish, hours: int) -> datetime:
        """So many hours after the morning on which it came."""
        day = local(self._at).date()
        left = wish.days
        while left or not china().assume_working_day(day):
            day -= timedelta(days=1)
            left -= china().assume_working_day(day)
        return datetime.combine(day, _MORNING, SHANGHAI) + timedelta(hours=hours)

    def _viewer(self, official: Official) -> Viewer:
        account = Account.objects.filter(official=official).first()
        return viewer_of(account) if account else system(self._city)

    def _by_unit(self) -> Viewer:
        account = Account.objects.filter(grants__office=self._unit, grants__role="unit").first()
        return viewer_of(account) if account else system(self._city)


def begin(line: Line, unit: Office, at: datetime) -> Begun:
    """One matter at each stage, on this line and with this unit. at: now, in working hours."""
    return _Past(line, unit, at).begin()


def has_begun(city_id: int) -> bool:
    """Whether the city has its past already."""
    return Promise.objects.filter(city_id=city_id, case__contacts__web__key=f"past-{city_id}-1").exists()


def _photo() -> bytes:
    """A picture of a dark street, as far as a few lines make one."""
    image = Image.new("RGB", (640, 400), (24, 30, 44))
    draw = ImageDraw.Draw(image)
    draw.polygon([(240, 400), (400, 400), (340, 170), (300, 170)], fill=(58, 62, 70))
    for x in (180, 460):
        draw.line([(x, 400), (x, 120)], fill=(90, 94, 102), width=8)
        draw.ellipse([(x - 18, 96), (x + 18, 132)], fill=(70, 72, 76))
    target = io.BytesIO()
    image.save(target, "JPEG", quality=80)
    return target.getvalue()
