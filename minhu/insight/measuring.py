"""How hot an issue is now, what it is called, and the one time it is told that it boils up."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Max, Min

from minhu.audit import trail
from minhu.cases import noticing
from minhu.cases.models import Case
from minhu.cases.noticing import News
from minhu.insight.engine.groups import Report, Voice
from minhu.insight.engine.heat import measure, stage
from minhu.insight.engine.places import recognised
from minhu.insight.engine.titles import extract
from minhu.insight.engine.wording import Frequencies, headline
from minhu.insight.issues import may_be_grouped
from minhu.insight.masking import masked, names_of
from minhu.insight.models import HotIssue, Member
from minhu.insight.reports import FIELDS, report_of
from minhu.rules.access import system
from minhu.rules.words import NoticeKind, Role, Stage

MOST_READ, MOST_EXAMPLES, MOST_PLACES = 60, 3, 12
_ENDS = "。，；、 "
TOLD = (Role.SUPERVISOR, Role.LEADERSHIP)


@dataclass(frozen=True, slots=True)
class Description:
    """What an issue is called, which of its cases stand for it, and which places they name."""

    title: str
    titled_by: int | None
    examples: list[int]
    places: list[list[object]]


def described(cases: Sequence[int], known: Frequencies) -> Description:
    """Of its newest cases."""
    reports = [report_of(row) for row in Case.objects.filter(pk__in=cases).values_list(*FIELDS)]
    found = extract(reports, known, most=MOST_EXAMPLES)
    titled_by = _titled_by(found.title, reports)
    title = masked(found.title, names_of([titled_by or 0]))[:80].rstrip(_ENDS)
    return Description(title, titled_by, [int(key) for key in found.texts], _places(reports))


def describe(issue: HotIssue, description: Description) -> None:
    """Write it on the issue; not saved."""
    issue.title, issue.titled_by_id = description.title, description.titled_by
    issue.examples, issue.places = description.examples, description.places


def newest_of(issue: HotIssue) -> list[int]:
    """Its newest cases, from which it is described; its first and last time are noted on it, not saved."""
    members = Member.objects.filter(issue=issue)
    times = members.aggregate(first=Min("case__opened_at"), last=Max("case__opened_at"))
    if times["first"] is not None:
        issue.first_at, issue.last_at = times["first"], times["last"]
    return list(members.order_by("-case__opened_at", "-case").values_list("case", flat=True)[:MOST_READ])


def weigh(issue: HotIssue, voices: Collection[Voice] | None, *, at: datetime) -> None:
    """Its heat by the senders, and the stage that follows; not saved. None: nobody was heard for very long."""
    heat = measure(voices or (), at=at)
    issue.heat, issue.growth, issue.severity, issue.spread = heat.heat, heat.growth, heat.severity, heat.spread
    if voices is not None:
        issue.reporters = heat.reporters
    issue.measured_at = at
    issue.stage = stage(Stage(issue.stage), heat).value


def tell_once(issue: HotIssue, *, at: datetime) -> bool:
    """When it first boils up: supervision, leadership, and the officials its cases are with; never a second time."""
    if issue.stage != Stage.HOT.value or issue.alerted_at is not None:
        return False
    issue.alerted_at = at
    of_issue = Case.objects.filter(may_be_grouped(issue.city_id), hot_membership__issue=issue, holder__isnull=False)
    holders = [one for one in of_issue.values_list("holder", flat=True).order_by("holder").distinct() if one]
    news = News(issue.city_id, NoticeKind.BOILED, issue.pk, f"{issue.title}（{issue.reporters}人反映）")
    noticing.tell(news, officials=holders, roles=TOLD, office_id=issue.city_id, at=at)
    trail.record(system(issue.city_id), "tell_hot_issue", issue, reporters=issue.reporters, officials=len(holders))
    return True


def _titled_by(title: str, reports: Sequence[Report]) -> int | None:
    for one in sorted(reports, key=lambda one: (one.at, one.key)):
        if title and (one.title.strip() or one.detail.strip()).startswith(title):
            return int(one.key)
    return None


def _places(reports: Sequence[Report]) -> list[list[object]]:
    """Names with their kind and how many senders name them, the most named first."""
    named: dict[tuple[str, str], set[str]] = {}
    for one in reports:
        head, rest = headline(one.title, one.detail)
        for name in {*recognised(head), *recognised(rest)}:
            named.setdefault((name.text, name.kind.value), set()).add(one.sender)
    counted = Counter({name: len(senders) for name, senders in named.items()})
    ranked = sorted(counted.items(), key=lambda one: (-one[1], one[0]))
    return [[text, kind, count] for (text, kind), count in ranked[:MOST_PLACES]]
