"""What the figures take from checks, complaints and the ladder: the only place where the figures know of them.

``of_citizens`` and ``matters_of_citizens`` leave spot checks out of every count; ``measures`` tells what supervision
did.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta

from django.db.models import Q

from minhu.rules.clock import SHANGHAI
from minhu.rules.complaints import UPHELD, Verdict
from minhu.rules.figures import Measure
from minhu.supervision import found, interviewing, upheld
from minhu.supervision.leaving_out import not_checks, not_of_checks


def of_citizens(path: str = "") -> Q:
    """Condition on calls, or with a path such as ``call__`` on what has one: placed by citizens, not a check."""
    return not_checks(path)


def matters_of_citizens(path: str = "") -> Q:
    """Condition on cases, or with a path such as ``case__`` on what has one: not made by a check."""
    return not_of_checks(path)


def measures(city_id: int, first: date, last: date, offices: frozenset[int] | None = None) -> Mapping[Measure, int]:
    """What supervision did on these days, both included. offices: None for the whole city."""
    begin, end = (datetime.combine(day, time(), SHANGHAI) for day in (first, last + timedelta(days=1)))
    checks = found.over(city_id, begin, end)
    interviews = interviewing.held(city_id, begin, end)
    if offices is not None:
        checks = checks.filter(line__official__office__in=offices)
        interviews = interviews.filter(proposal__official__office__in=offices)
    found_out = upheld.by_verdict(city_id, begin, end, offices)
    return dict.fromkeys(Measure, 0) | {
        Measure.CHECKS: checks.count(),
        Measure.FOUND_TRUE: sum(found_out[verdict] for verdict in UPHELD),
        Measure.FOUND_NOT_TRUE: found_out[Verdict.NOT_TRUE],
        Measure.NOT_PROVABLE: found_out[Verdict.NOT_PROVABLE],
        Measure.EXCUSED: found_out[Verdict.EXCUSED],
        Measure.INTERVIEWS: interviews.count(),
    }
