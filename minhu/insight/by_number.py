"""The matters of a telephone number: a read of somebody's identity, and so an act that the trail keeps."""

from __future__ import annotations

from django.db import transaction

from minhu.audit import privacy, trail
from minhu.cases.authority import seen
from minhu.cases.models import Case
from minhu.insight.searching import may_search
from minhu.intake.models import Citizen
from minhu.rules.access import Viewer

MOST = 100


@transaction.atomic
def cases_of_number(number: str, *, by: Viewer) -> tuple[int, ...]:
    """The cases of whoever has this number that the viewer may see, the newest first. number: normalised.

    Found by the keyed hash; the number itself is in no index, no trail and no log. Asking about somebody whom we know
    is recorded even where the viewer may see nothing of him.
    """
    if not may_search(by):
        return ()
    citizen = Citizen.objects.filter(city_id=by.city_id, number_key=privacy.lookup_key(number)).first()
    if citizen is None:
        return ()
    cases = Case.objects.filter(seen(by), city_id=by.city_id, citizen=citizen).order_by("-opened_at", "-pk")
    found = tuple(cases.values_list("pk", flat=True)[:MOST])
    trail.record(by, "find_by_number", citizen, cases=list(found))
    return found
