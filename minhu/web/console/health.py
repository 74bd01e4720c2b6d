"""The operator's page of lights: what the doctor found last, each in a sentence: what it means, and what to do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, gettext_noop
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from minhu.audit import pulse
from minhu.rules.access import Viewer
from minhu.rules.words import Role
from minhu.web.console.frame import Page, show, signed_in
from minhu.web.errors import forbidden

OLD = timedelta(minutes=5)
MEANS: Mapping[str, tuple[str, str]] = {
    "settings": (gettext_noop("设置"), gettext_noop("设置有错或者还是试用状态，正式对外以前要改好。")),
    "database": (gettext_noop("数据库"), gettext_noop("数据库不答，电话照接、先记在本机，网页看不了新情况。")),
    "disk": (gettext_noop("磁盘"), gettext_noop("地方快满或者写不进去，录音和来电记录会存不下。")),
    "clock": (gettext_noop("时钟"), gettext_noop("机器的时间可能不准，答应的时限会算错。")),
    "working days": (gettext_noop("工作日历"), gettext_noop("放假调休的安排快用完，时限会按周一到周五算。")),
    "directory": (gettext_noop("名录"), gettext_noop("没有公布的号码，群众找不到人。")),
    "calendar": (gettext_noop("领导日程"), gettext_noop("有人的日历读不到，开会时电话还会响。")),
    "trunk": (gettext_noop("电话线路"), gettext_noop("运营商的线路不应答，电话可能打不进来，也打不出去。")),
    "switch": (gettext_noop("接电话的程序"), gettext_noop("没有在运行，电话没人接也不会留下记录。")),
    "jobs": (gettext_noop("后台程序"), gettext_noop("没有在运行，短信发不出去，到期没人提醒。")),
    "texting": (gettext_noop("短信通道"), gettext_noop("通道没有设置或者连不上，短信先存着，没有发出去。")),
    "outbox": (gettext_noop("待发短信"), gettext_noop("有短信等得太久，或者说不清发没发成。")),
    "checks": (gettext_noop("抽查"), gettext_noop("抽查排得不对，这个季度可能查不完。")),
    "draws": (gettext_noop("抽签"), gettext_noop("有一天没有抽成，要写明原因。")),
    "appeals": (gettext_noop("申诉复核"), gettext_noop("有复核没有别的人能决定。")),
    "reading": (gettext_noop("读诉求"), gettext_noop("有诉求还没有读，分类和建议会晚一些。")),
    "reader": (gettext_noop("读诉求的程序"), gettext_noop("自己的程序用不了，先用系统自带的读。")),
    "subjects": (gettext_noop("主题"), gettext_noop("主题表或者模型用不了，诉求不分主题，人工来分。")),
    "hotline offers": (gettext_noop("12345 建议"), gettext_noop("不会建议群众改走 12345。")),
    "hot issues": (gettext_noop("热点"), gettext_noop("热点没有在更新，集中的问题会晚发现。")),
    "search": (gettext_noop("搜索"), gettext_noop("索引没有跟上，新的内容暂时搜不到。")),
    "retention": (gettext_noop("到期删除"), gettext_noop("到期该删的没有删，对群众的承诺没有做到。")),
    "documents": (gettext_noop("文书"), gettext_noop("做不了 PDF，网页上看和打印不受影响。")),
    "digest": (gettext_noop("每周摘要"), gettext_noop("摘要邮件发不出去，网页上看得到。")),
}
"""By what the doctor's finding is about: its name, and what it means when it is not well."""
_GATEWAY = (gettext_noop("短信通道"), gettext_noop("这个通道连不上，短信改走别的通道，没有别的就先存着。"))
WHICH: Mapping[str, str] = {
    "data": gettext_noop("数据文件"), "spool": gettext_noop("应急暂存"), "recordings": gettext_noop("录音"),
}  # fmt: skip
"""Folders that are looked at by name."""
_WELL, _CARE, _ILL = "well", "care", "ill"


@dataclass(frozen=True, slots=True)
class Light:
    """One thing looked at. means: for people, where it is not well; found, cure: as the doctor says it."""

    name: str
    which: str
    css: str
    icon: str
    word: str
    means: str
    found: str
    cure: str
    well: bool


@require_safe
@signed_in
def page(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """What needs somebody first, then what is well."""
    if not viewer.has(Role.OPERATOR):
        return forbidden(request)
    at = timezone.now()
    said = next((beat for beat in pulse.beats(at) if beat.process == "doctor"), None)
    lights = tuple(_light(one) for one in _findings(said.detail if said else {}))
    context: dict[str, object] = {
        "ailing": [one for one in lights if not one.well],
        "well": [one for one in lights if one.well],
        "looked_at": said.at if said else None,
        "old": said is None or at - said.at > OLD,
    }
    whole, panel = "console/health.html", "console/health_panel.html"
    return show(request, viewer, Page("health", whole, panel, reverse("console-health"), context))


def _findings(detail: Mapping[str, object]) -> list[Mapping[str, Any]]:
    found = detail.get("findings")
    rows = [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []
    return sorted(rows, key=lambda one: (_ILL, _CARE, _WELL).index(one["grade"]))


def _light(one: Mapping[str, Any]) -> Light:
    about, _colon, which = str(one["about"]).partition(": ")
    name, means = MEANS.get(about, _GATEWAY)
    if about not in MEANS:
        which = about
    css, icon, word = {
        _WELL: ("ok", "circle-check", _("正常")),
        _CARE: ("due", "info", _("留意")),
        _ILL: ("due", "triangle-alert", _("要处理")),
    }[one["grade"]]
    well = one["grade"] == _WELL
    own = one.get("spoken", {}).get(get_language(), one)
    found, cure = str(own["found"]), str(own.get("cure", ""))
    return Light(_(name), _(WHICH.get(which, which)), css, icon, word, "" if well else _(means), found, cure, well)
