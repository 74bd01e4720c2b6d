"""A burst water main and other matters, as invented citizens write about them; built with few statements."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from minhu.cases.models import Case
from minhu.cases.opening import title_of
from minhu.directory.models import Line, Office
from minhu.insight import streaming
from minhu.intake import codes
from minhu.intake.models import Citizen
from minhu.rules.words import CaseKind, CaseState, Urgency
from tests import make

AT = make.MONDAY_10
BURST = (
    "柳荫街自来水管爆裂，路面全是水，请赶快抢修",
    "柳荫街自来水管爆裂三天了没有人修，水白白流掉",
    "柳荫街路口自来水管爆裂，水漫到店里来了",
    "柳荫街自来水管爆裂，整条街停水，什么时候修好",
    "反映柳荫街自来水管爆裂，老人出门滑倒",
    "柳荫街自来水管又爆裂了，积水很深电动车过不去",
    "柳荫街自来水管爆裂还在冒水，请自来水公司来修",
    "柳荫街自来水管爆裂停水，家里做不了饭",
)
OTHERS = (
    "312路公交车能不能延长到北湖公园",
    "梧桐里夜市油烟直往楼上灌，晚上没法睡觉",
    "云谷工地拖欠十七个木工三个月工资",
)
# fmt: off
BEFORE = (
    "望月路地铁工地凌晨施工打桩，孩子睡不着", "青山小学门口放学时堵车，希望派交警",
    "晴川雅苑买房必须捆绑购买车位，合理吗",
    "请问新生儿医保怎么办理，需要带什么材料", "东门菜市场短斤少两，投诉没有人管", "石梁村的路灯坏了六盏，晚上看不见路",
    "幸福里小区电梯三天两头坏，物业不修", "健身房突然关门，会员卡的钱退不了", "人才公寓的补贴拖了半年还没有发下来",
    "北环路路面有个大坑，电动车栽进去了", "广场舞音响太吵，楼上老人心脏受不了", "暖气片只有十五度，供热公司说已经达标",
)
# fmt: on
"""What the city is used to; words that everybody uses then weigh less than a street's name."""


def citizens(city: Office, many: int, *, named: bool = True) -> list[Citizen]:
    """So many people, each with a number of his own, or none with one."""
    if named:
        return [make.citizen(city) for _ in range(many)]
    return [Citizen.objects.create(city=city, first_seen_at=AT) for _ in range(many)]


def cases(
    line: Line,
    bodies: Sequence[str],
    people: Sequence[Citizen],
    *,
    at: datetime = AT,
    hours: float = 12,
    **more: object,
) -> list[Case]:
    """A case of each text, some hours after one another."""
    told = codes.allot(len(bodies))
    return Case.objects.bulk_create(
        Case(
            city_id=line.city_id, code=code, line=line, citizen=who, holder=line.official, kind=CaseKind.REQUEST.value,
            urgency=Urgency.URGENT.value, state=CaseState.NEW.value, title=title_of(body), body=body,
            opened_at=at + timedelta(hours=hours * place),
        )
        for place, (body, who, code) in enumerate(zip(bodies, people, told, strict=True))
    )  # fmt: skip


def used_to(line: Line) -> None:
    """The city's stream knows a dozen other matters already."""
    cases(line, BEFORE, citizens(line.city, len(BEFORE)), at=AT - timedelta(days=7))
    read(line.city, at=AT)


def week(line: Line) -> list[Case]:
    """Eight reporters of one burst water main, half a day apart."""
    return cases(line, BURST, citizens(line.city, len(BURST)))


def read(city: Office | int, *, at: datetime, holder: str = "jobs-1") -> int:
    """All passes that there is work for."""
    city_id = city if isinstance(city, int) else city.pk
    done = 0
    while count := streaming.sweep(city_id, holder=holder, at=at):
        done += count
    return done


def restarted() -> None:
    """The process has ended, and another begins with nothing in memory."""
    streaming.forget_all()
