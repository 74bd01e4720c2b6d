"""A matter that boils up in the week before the demo: a burst water main, as eight invented people tell of it."""

from __future__ import annotations

from datetime import datetime, timedelta

from minhu.cases import actions as cases
from minhu.directory.models import Line
from minhu.intake.actions import WebForm, receive_web_message
from minhu.rules.words import CaseKind

OFFICE = "市水务局"
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

TWICE = 2
"""Who wrote as this one did writes again, which makes it no hotter."""


def play(city_id: int, at: datetime) -> None:
    """They write to the line of the office that sees to it, and the jobs group what they wrote. at: the demo's now."""
    line = Line.objects.filter(city_id=city_id, withdrawn_at=None, official__office__name=OFFICE).order_by("pk").first()
    if line is None:
        return
    told = [*enumerate(BURST), (TWICE, (3, "柳荫街自来水管爆裂淹了店的事，两天了还没有人来看。", "柳荫街 18 号"))]
    for count, (who, (hours, body, place)) in enumerate(told):
        then = at - timedelta(hours=hours)
        form = WebForm(
            key=f"boiling-{count}", body=body, kind=CaseKind.COMPLAINT, line_id=line.pk, number=NUMBERS.format(who + 1),
            place=place,
        )  # fmt: skip
        receive_web_message(form, city_id=city_id, at=then)
        cases.take_in(at=then)
