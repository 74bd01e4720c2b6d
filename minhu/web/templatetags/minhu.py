"""Icons, status tags and times as people say them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta

from django import template
from django.templatetags.static import static
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from minhu.rules import numbers
from minhu.rules.clock import legal_day, local
from minhu.rules.sentences import Sentence
from minhu.web import digest_words, words
from minhu.web.modes import CHINESE
from minhu.web.window_words import hours_told

register = template.Library()

_WEEKDAYS = ("星期一", "星期二", "星期三", "星期四", "星期五", "星期六", "星期日")
HOUR = timedelta(hours=1)


@register.simple_tag
def icon(name: str, css: str = "") -> SafeString:
    """A picture of the sprite; the words beside it say the same."""
    return format_html(
        '<svg class="icon {}" aria-hidden="true" focusable="false"><use href="{}#{}"/></svg>',
        css,
        static("vendor/lucide.svg"),
        name,
    )


@register.simple_tag
def tag(status: str, picture: str, says: object) -> SafeString:
    """A status: icon, word and colour. status: ok, due, over, brand or ""."""
    return format_html('<span class="tag {}">{}{}</span>', status, icon(picture), says)


@register.simple_tag
def status(word: str | None) -> SafeString:
    """The tag of a closed word of the domain: a presence, the state of a call, a text or a case."""
    shown = words.status(word or "")
    return tag(shown.css, shown.icon, shown.label)


@register.filter
def told(said: Sentence | tuple[Sentence, ...]) -> str:
    """Kept sentences in the language of the page, one after another."""
    sentences = (said,) if isinstance(said, Sentence) else said
    return ("" if get_language() == CHINESE else " ").join(one.told(_) for one in sentences)


@register.filter
def label(word: str | None) -> str:
    """The page's word for a closed word of the domain."""
    return words.label(word or "")


@register.filter
def of(rows: Mapping[object, str], key: object) -> str:
    """What is said of one; "" for nothing."""
    return rows.get(key, "")


@register.filter
def subject(name: str) -> str:
    """What cases of the weekly digest are about."""
    return digest_words.subject(name)


@register.filter
def digest_number(name: str) -> str:
    """The page's word for a number of the weekly digest."""
    return digest_words.number(name)


@register.simple_tag
def due_tag(due_at: datetime, at: datetime | None = None) -> SafeString:
    """How long is left, or how long it is over."""
    at = at or timezone.now()
    if due_at <= at:
        return tag("over", "triangle-alert", _("已超 %(time)s") % {"time": duration(at - due_at)})
    if due_at - at < 2 * HOUR:
        return tag("due", "clock", _("还剩 %(time)s") % {"time": duration(due_at - at)})
    return tag(
        "due" if legal_day(due_at) == legal_day(at) else "", "clock", _("%(time)s 前") % {"time": moment(due_at)}
    )


@register.filter
def duration(span: timedelta | float | None) -> str:
    """A length of time in the two largest units; a number is seconds."""
    if span is None:
        return ""
    seconds = span.total_seconds() if isinstance(span, timedelta) else span
    minutes = int(seconds // 60)
    if minutes < 1:
        return _("%(n)d 秒") % {"n": max(0, round(seconds))}
    if minutes < 60:
        return _("%(n)d 分") % {"n": minutes}
    hours, minutes = divmod(minutes, 60)
    if hours < 24:
        return _("%(h)d 小时 %(m)d 分") % {"h": hours, "m": minutes} if minutes else _("%(n)d 小时") % {"n": hours}
    days, hours = divmod(hours, 24)
    return _("%(d)d 天 %(h)d 小时") % {"d": days, "h": hours} if hours and days < 3 else _("%(n)d 天") % {"n": days}


@register.filter
def since(began: datetime, at: datetime) -> str:
    """How long it has been."""
    return duration(at - began)


@register.filter
def talk_time(seconds: float | None) -> str:
    """Minutes and seconds of a call."""
    minutes, rest = divmod(round(seconds or 0), 60)
    return (_("%(m)d 分 %(s)d 秒") % {"m": minutes, "s": rest}) if minutes else _("%(n)d 秒") % {"n": rest}


@register.filter
def clock(at: datetime | None) -> str:
    """Hours and minutes in Shanghai."""
    return f"{local(at):%H:%M}" if at else ""


@register.filter
def clock_seconds(at: datetime | None) -> str:
    return f"{local(at):%H:%M:%S}" if at else ""


@register.filter
def day(at: datetime | date | None) -> str:
    """``11月23日`` of this year, with the year otherwise."""
    if at is None:
        return ""
    on = legal_day(at) if isinstance(at, datetime) else at
    if get_language() == "en":
        return f"{on.day} {on:%b}" if on.year == legal_day(timezone.now()).year else f"{on.day} {on:%b %Y}"
    short = f"{on.month}月{on.day}日"
    return short if on.year == legal_day(timezone.now()).year else f"{on.year}年{short}"


@register.filter
def weekday(at: datetime | date) -> str:
    on = legal_day(at) if isinstance(at, datetime) else at
    return f"{on:%A}" if get_language() == "en" else _WEEKDAYS[on.weekday()]


@register.filter
def moment(at: datetime | None) -> str:
    """``10:05`` today, ``昨天 10:05``, ``明天 09:00``, else with the date."""
    if at is None:
        return ""
    ahead = (legal_day(at) - legal_day(timezone.now())).days
    match ahead:
        case 0:
            return clock(at)
        case 1:
            return _("明天 %(time)s") % {"time": clock(at)}
        case -1:
            return _("昨天 %(time)s") % {"time": clock(at)}
        case _other:
            return f"{day(at)} {clock(at)}"


@register.filter
def pretty(number: str | None) -> str:
    """A published number as people dial it."""
    return numbers.pretty(number or "")


@register.filter
def tel(number: str | None) -> str:
    """What stands after ``tel:``; a national number as it is dialled at home."""
    return numbers.pretty(number or "").replace(" ", "").replace("-", "")


@register.simple_tag
def spoken(shown: str) -> SafeString:
    """A number or code to be read out sign by sign, never as so many millions; the eye sees it in groups."""
    signs = _("，").join(" ".join(group) for group in shown.replace("-", " ").split())
    return format_html('<span aria-hidden="true">{}</span><span class="unseen">{}</span>', shown, signs)


@register.simple_tag
def in_chinese() -> SafeString:
    """On a page in English: what stands here is Chinese, and is to be read out as such."""
    return SafeString("" if get_language() == CHINESE else ' lang="zh-Hans-CN"')


@register.filter
def hours(shown: str) -> str:
    """Opening hours in the reader's language; the directory has them in Chinese: 周一至周五 08:30–12:00."""
    if get_language() == CHINESE:
        return shown
    return hours_told(shown)


@register.filter
def spaced_code(code: str) -> str:
    """A tracking code in two groups, easier to read out."""
    return f"{code[:4]} {code[4:]}"
