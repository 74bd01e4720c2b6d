"""What was read out of a matter's words goes with them."""

from __future__ import annotations

from datetime import datetime

from minhu.cases.erasing import lose
from minhu.cases.models import Case
from minhu.insight.models import Duplicate, Embedded, HotIssue, Proposal, Reading, Recheck, ReplySigns, SearchEntry
from minhu.rules.keeping import ERASED


def erase_of(case: Case, *, at: datetime) -> None:
    """In the transaction that erases the matter. How often and where it was reported stays, in figures."""
    Reading.objects.filter(case=case).update(kind_words=[], urgency_words=[], subject_words=[])
    Proposal.objects.filter(reading__case=case).update(words=[])
    lose(ReplySigns.objects.filter(reply__case=case), {"words": {}}, case.city_id, at=at)
    lose(Recheck.objects.filter(reporter__case=case), {"words": ERASED}, case.city_id, at=at)
    Embedded.objects.filter(case=case).delete()
    SearchEntry.objects.filter(case=case).delete()
    Duplicate.objects.filter(case=case).update(reasons=[])
    Duplicate.objects.filter(earlier=case).update(reasons=[])
    HotIssue.objects.filter(titled_by=case).update(title="", titled_by=None)
