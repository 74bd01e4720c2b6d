"""What boils up before the demo: a burst water main, as eight invented people tell of it, and works that bar a
pavement, which is coming up.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from minhu.cases import actions as cases
from minhu.directory.models import Line
from minhu.intake.actions import WebForm, receive_web_message
from minhu.rules.words import CaseKind

WATER, ROADS = "市水务局", "市交通运输局"
Told = tuple[int, tuple[int, str, str]]
"""Who, and what he wrote: hours before the demo, words, place."""

NUMBERS = "+861540006{:04d}"

BURST = (
    (150, "柳荫街自来水管爆裂，路面全是水，请赶快派人抢修。", "临湖区柳荫街"),
    (127, "柳荫街自来水管爆裂一天了没有人来修，自来水白白流掉。", "临湖区柳荫街"),
    (101, "柳荫街路口自来水管爆裂，水漫到店里来了，货都泡了，谁来赔。", "柳荫街 18 号"),
    (79, "柳荫街自来水管爆裂，整条街停水，家里有老人，什么时候能修好？", "柳荫街"),
    (56, "反映柳荫街自来水管爆裂，路面结冰，老人出门滑倒，请先围起来。", "柳荫街菜场门口"),
    (52, "柳荫街自来水管爆裂停水三天，家里做不了饭，请派送水车。", "柳荫街 6 号院"),
    (27, "柳荫街的自来水管又爆裂了，上次没修好，积水很深，电动车过不去。", "柳荫街"),
    (5, "柳荫街自来水管爆裂还在冒水，请自来水公司说一句准话，到底哪天修好。", "临湖区柳荫街"),
)
"""Hours before the demo, words, place."""

BARRED = (
    (192, "湖滨公园北门地铁施工围挡占了整条人行道，只能走到机动车道上，太危险。", "湖滨公园北门"),
    (120, "湖滨公园北门地铁施工围挡把盲道封了，推轮椅过不去，请留一条通道。", "湖滨公园北门"),
    (71, "湖滨公园北门地铁施工围挡晚上没有灯，昨天有老人撞上去了。", "临湖区湖滨公园北门"),
    (30, "湖滨公园北门地铁施工围挡什么时候能拆？学生上学要从车道上绕。", "湖滨公园北门"),
)

TWICE = (3, "柳荫街自来水管爆裂淹了店的事，两天了还没有人来看。", "柳荫街 18 号")
FLOODED = 2
"""Who wrote as this one did writes TWICE, which makes it no hotter."""


def play(city_id: int, at: datetime) -> None:
    """They write to the line of the office that sees to it, and the jobs group what they wrote. at: the demo's now."""
    _write(city_id, WATER, "boiling", 1, [*enumerate(BURST), (FLOODED, TWICE)], at)
    _write(city_id, ROADS, "barred", 21, enumerate(BARRED), at)


def _write(city_id: int, office: str, name: str, first: int, told: Iterable[Told], at: datetime) -> None:
    line = Line.objects.filter(city_id=city_id, withdrawn_at=None, official__office__name=office).order_by("pk").first()
    if line is None:
        return
    for count, (who, (hours, body, place)) in enumerate(told):
        then = at - timedelta(hours=hours)
        form = WebForm(
            key=f"{name}-{count}", body=body, kind=CaseKind.COMPLAINT, line_id=line.pk,
            number=NUMBERS.format(first + who), place=place,
        )  # fmt: skip
        receive_web_message(form, city_id=city_id, at=then)
        cases.take_in(at=then)
