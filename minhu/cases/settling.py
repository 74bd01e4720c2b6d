"""What time and the gateways settle by themselves: delivered replies keep promises, unrated cases close."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from minhu.audit import trail
from minhu.cases import ledger
from minhu.cases.models import Case, Promise, Reply
from minhu.rules import access, deadlines
from minhu.rules.casework import Act, after
from minhu.rules.words import CaseState, TextState


def settle_evidence(limit: int = 200, *, at: datetime | None = None) -> int:
    """Replies whose text has been delivered keep what was owed on their case. A job calls it; returns how many kept."""
    at = at or timezone.now()
    kept = 0
    waiting = Reply.objects.filter(
        text__state=TextState.DELIVERED.value,
        case__promises__kind__in=[kind.value for kind in ledger.ANSWERED_BY_A_REPLY],
        case__promises__made_at__lte=F("text__at"),  # not those of a matter that was reopened over this very reply
        case__promises__kept_at=None,
        case__promises__released_at=None,
    )
    for reply_id in list(waiting.order_by("id").values_list("pk", flat=True).distinct()[:limit]):
        with transaction.atomic():
            one = Reply.objects.select_related("text").get(pk=reply_id)
            case = Case.objects.select_for_update(no_key=True).get(pk=one.case_id)
            if one.text is None:
                continue
            count = ledger.keep_by_text(case, one.text, ledger.ANSWERED_BY_A_REPLY, at=at)
            if count:
                case.first_contact_at = case.first_contact_at or at
                case.save(update_fields=["first_contact_at"])
                trail.record(access.system(case.city_id), "keep_promise", case, text=one.text.pk, promises=count)
            kept += count
    return kept


def close_due(at: datetime | None = None, limit: int = 200) -> int:
    """Close what was answered seven days ago and not rated, unless something is still owed. Returns how many."""
    at = at or timezone.now()
    before = at - deadlines.CLOSE_WITHOUT_RATING_AFTER
    answered = Case.objects.filter(state=CaseState.REPLIED.value, replied_at__lte=before)
    answered.filter(rate_until=None).update(
        rate_until=F("replied_at") + deadlines.CLOSE_WITHOUT_RATING_AFTER
    )  # answered by a release that kept no such time
    of_cases = Promise.objects.filter(kind__in=[kind.value for kind in ledger.OF_THE_CASE])
    owing = of_cases.filter(kept_at=None, released_at=None).values("case_id")
    closed = 0
    for case_id in list(answered.exclude(pk__in=owing).order_by("replied_at").values_list("pk", flat=True)[:limit]):
        with transaction.atomic():
            case = Case.objects.select_for_update(no_key=True).get(pk=case_id)
            if case.state != CaseState.REPLIED.value:
                continue
            case.state, case.closed_at = after(CaseState.REPLIED, Act.CLOSE).value, at
            case.save(update_fields=["state", "closed_at"])
            trail.record(access.system(case.city_id), "close", case, "七日内未评价")
            closed += 1
    return closed
