"""The figures as pages show them: for citizens, for the console, and in the weekly report."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from minhu.directory.models import Office
from minhu.rules.figures import BY_NAME, MATTERS, MEASURES, Count, Counts, Figure, Measure, Value, value, values
from minhu.rules.intervals import FEWEST, Share
from minhu.supervision import published
from minhu.supervision.others import measures
from minhu.supervision.published import Compared, Period, Tally, Unit
from minhu.web.charts import Chart, Series, column

LEADING = ("calls", "answered", "in_person", "contact_in_time", "kept", "solved", "satisfied", "transfers")
OF_AN_OFFICE = ("calls", "in_person", "answered", "kept", "satisfied")
BY_OFFICE = ("answered", "kept", "satisfied")


@dataclass(frozen=True, slots=True)
class Shown:
    """One figure in words. says: the value; how: its interval or why it is not shown."""

    name: str
    label: str
    says: str
    how: str


@dataclass(frozen=True, slots=True)
class UnitRow:
    """One office in the table that compares: calls, then each share as words, and how it stands to the whole."""

    name: str
    calls: str
    cells: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class Published:
    """All of a page."""

    period: Period
    figures: tuple[Shown, ...]
    charts: tuple[Chart, ...]
    heads: tuple[str, ...]
    units: tuple[UnitRow, ...]
    comparison: str
    measures: tuple[tuple[str, int], ...]
    measured: str


@dataclass(frozen=True, slots=True)
class OfficeFigures:
    """A few figures of an office."""

    office: str
    period: Period
    figures: tuple[Shown, ...]


def city_page(city: Office, period: Period) -> Published:
    """The whole city's: what anybody may see."""
    among = published.units(city.pk)
    read = published.tally(city.pk, period)
    hours = published.calls_by_hour(city.pk, period)
    return _page(city.pk, read, among, (*_weekly(read), by_hour(hours), _matters(read)), None)


def office_page(city_id: int, office_id: int, period: Period) -> OfficeFigures | None:
    """What anybody may see of an office beside one of its officials. None: too few calls to say anything."""
    unit = next((one for one in published.units(city_id) if office_id in one.offices), None)
    if unit is None:
        return None
    counts = published.tally(city_id, period, offices=unit.offices).counts()
    found = [value(BY_NAME[name], counts) for name in OF_AN_OFFICE]
    if found[0].hidden or not found[0].number:
        return None
    return OfficeFigures(unit.name, period, tuple(shown(one) for one in found))


def unit_page(city_id: int, unit: Unit, period: Period) -> Published:
    """One office's with all below it, without comparison."""
    read = published.tally(city_id, period, offices=unit.offices)
    return _page(city_id, read, (), (*_weekly(read), _matters(read)), unit.offices)


def own_page(city_id: int, official_id: int, period: Period) -> Published:
    """One official's own."""
    read = published.tally(city_id, period, official_id=official_id)
    return _page(city_id, read, (), (*_weekly(read), _matters(read)), frozenset())


def _page(
    city_id: int, read: Tally, among: tuple[Unit, ...], charts: tuple[Chart, ...], offices: frozenset[int] | None
) -> Published:
    found = values(read.counts())
    by_figure = [published.compared(read, among, name) for name in BY_OFFICE] if among else []
    did = measures(city_id, read.period.first, read.period.last, offices)
    return Published(
        period=read.period,
        figures=tuple(shown(one) for one in found),
        charts=charts,
        heads=tuple(_label(BY_NAME[name]) for name in BY_OFFICE),
        units=tuple(_unit_row(rows) for rows in zip(*by_figure, strict=True)),
        comparison=_comparison(by_figure[0]) if by_figure else "",
        measures=tuple((_(words), did.get(one, 0)) for one, words in MEASURES.items()),
        measured=_("这段时间抽查 %(checks)s 次，约谈 %(interviews)s 次。没有的也写明是 0。")
        % {"checks": did.get(Measure.CHECKS, 0), "interviews": did.get(Measure.INTERVIEWS, 0)},
    )


# ---- words


def percent(share: Share | None) -> str:
    """A share as a page shows it."""
    return f"{share.value * 100:.0f}%" if share else "–"


def _label(figure: Figure) -> str:
    """The name of a figure: many of a thing, where pages elsewhere name one."""
    return pgettext("figure", figure.words)


def shown(one: Value) -> Shown:
    """A figure in words."""
    label = _label(one.figure)
    if one.number is None:
        return Shown(one.figure.name, label, "–", _("不足 %(fewest)s 件，不公布") % {"fewest": FEWEST})
    if one.share is None:
        return Shown(one.figure.name, label, f"{one.number:,}", "")
    between = _("%(part)s/%(whole)s，95%% 区间 %(low)s–%(high)s%%") % {
        "part": f"{one.share.part:,}", "whole": f"{one.share.whole:,}",
        "low": f"{one.share.low * 100:.0f}", "high": f"{one.share.high * 100:.0f}",
    }  # fmt: skip
    return Shown(one.figure.name, label, percent(one.share), between)


def _unit_row(rows: Sequence[Compared]) -> UnitRow:
    calls = value(BY_NAME["calls"], rows[0].counts)
    return UnitRow(rows[0].unit.name, shown(calls).says, tuple((_cell(row), row.apart) for row in rows))


def _cell(row: Compared) -> str:
    if row.share is None or row.drawn is None:
        return "–"
    return _("%(share)s（%(low)s–%(high)s），折算 %(drawn)s") % {
        "share": percent(row.share), "low": f"{row.share.low * 100:.0f}", "high": f"{row.share.high * 100:.0f}",
        "drawn": f"{row.drawn * 100:.0f}%",
    }  # fmt: skip


def _comparison(rows: Sequence[Compared]) -> str:
    known = [row for row in rows if row.share is not None]
    apart = sum(row.apart != 0 for row in known)
    if not known:
        return _("各单位的来电都不足 %(fewest)s 个，不比较。") % {"fewest": FEWEST}
    if not apart:
        return _("各单位接听情况分不出高低：差别在偶然范围内。")
    return _("%(known)s 个单位中，%(apart)s 个的接听率与全市确有差别；其余分不出高低，不排名。") % {
        "known": len(known), "apart": apart,
    }  # fmt: skip


# ---- charts


def _weekly(read: Tally) -> tuple[Chart, Chart]:
    weeks = read.by_week()
    labels = [f"{monday.month}/{monday.day}" for monday, _counts in weeks]
    return _answers(labels, weeks, read), _promises(labels, weeks, read)


def _answers(labels: Sequence[str], weeks: Sequence[tuple[object, Counts]], read: Tally) -> Chart:
    whole = value(BY_NAME["answered"], read.counts())
    finding = _("来电不足 %(fewest)s 个，还说不出接听情况。") % {"fewest": FEWEST}
    if whole.share:
        finding = _("每 100 个来电，%(answered)s 个有人接听。") % {"answered": f"{whole.share.value * 100:.0f}"}
    series = tuple(_share_column(name, weeks) for name in ("answered", "in_person"))
    return Chart("answers", finding, _("周（周一）"), tuple(labels), series, percent=True, lines=True)


def _promises(labels: Sequence[str], weeks: Sequence[tuple[object, Counts]], read: Tally) -> Chart:
    whole = value(BY_NAME["kept"], read.counts())
    finding = _("到期的承诺不足 %(fewest)s 件，还说不出兑现情况。") % {"fewest": FEWEST}
    if whole.share:
        finding = _("每 100 件到期的承诺，%(kept)s 件按时兑现。") % {"kept": f"{whole.share.value * 100:.0f}"}
    series = tuple(_share_column(name, weeks) for name in ("kept", "contact_in_time"))
    return Chart("promises", finding, _("周（周一）"), tuple(labels), series, percent=True, lines=True)


def by_hour(hours: Sequence[Counts]) -> Chart:
    """Calls by hour of day; hours of fewer than ten are not drawn."""
    calls = [value(BY_NAME["calls"], counts) for counts in hours]
    busiest = max(range(24), key=lambda hour: hours[hour].get(Count.CALLS, 0))
    finding = _("来电不足 %(fewest)s 个，还看不出什么时候电话多。") % {"fewest": FEWEST}
    if calls[busiest].number:
        finding = _("%(hour)s 点到 %(next)s 点电话最多。") % {"hour": busiest, "next": busiest + 1}
    numbers = [one.number for one in calls]
    cells = [shown(one).says for one in calls]
    labels = tuple(str(hour) for hour in range(24))
    return Chart("hours", finding, _("几点"), labels, (column(_("来电"), numbers, cells),))


def _matters(read: Tally) -> Chart:
    found = values(read.counts(), MATTERS)
    most = max(found, key=lambda one: one.number or 0)
    finding = _("诉求不足 %(fewest)s 件，还看不出反映什么多。") % {"fewest": FEWEST}
    if most.share:
        finding = _("反映最多的是%(kind)s，占 %(share)s。") % {
            "kind": _(most.figure.words), "share": percent(most.share),
        }  # fmt: skip
    shares = [one.share.value * 100 if one.share else None for one in found]
    labels = tuple(_(one.figure.words) for one in found)
    return Chart(
        "matters", finding, _("类别"), labels,
        (column(_("占诉求"), [_tenth(one) for one in shares], [percent(one.share) for one in found]),), percent=True,
    )  # fmt: skip


def _share_column(name: str, weeks: Sequence[tuple[object, Counts]]) -> Series:
    found = [value(BY_NAME[name], counts).share for _week, counts in weeks]
    numbers = [_tenth(share.value * 100) if share else None for share in found]
    return column(_label(BY_NAME[name]), numbers, [percent(share) for share in found])


def _tenth(number: float | None) -> float | None:
    return None if number is None else round(number, 1)
