"""The calendar an official subscribes to: at an address that nobody can guess and that he can revoke."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from minhu.planner import feeds, queries

LONGEST_TOKEN = 64


@require_safe
@never_cache
def holds(_request: HttpRequest, token: str) -> HttpResponse:
    """His windows and promised calls. Whoever has a wrong or dead address learns nothing."""
    owner = queries.feed_owner(token) if len(token) <= LONGEST_TOKEN else None
    if owner is None:
        return HttpResponse(status=404)
    at = timezone.now()
    made = feeds.calendar(
        queries.windows_in_force(owner), queries.own_time(owner).slot, queries.holds(owner, at), at=at
    )
    answer = HttpResponse(made, content_type="text/calendar; charset=utf-8")
    answer.headers["Content-Disposition"] = 'inline; filename="minhu.ics"'
    return answer
