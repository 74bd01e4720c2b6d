"""What people do with contacts: send a matter by the form, have a citizen rung, see his number, put a text aside.

Refusal
├── NothingSaid, TooLong, NoSuchLine, NoSuchAccused    (web_form) a matter that is not kept
├── ReasonNeeded      a number is shown for a reason only
├── NoNumber          (ordering) the citizen withheld his number
├── NoPhone           (ordering) there is no telephone on our side to ring first
└── QuietNow          (rules.callbacks) nobody is rung out of his sleep
"""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from minhu.audit import privacy, trail
from minhu.intake.gathering import receive_web_messages
from minhu.intake.models import Citizen, Text
from minhu.intake.ordering import NoNumber, NoPhone, order_call, place_order
from minhu.intake.scope import NotYours, scope_of
from minhu.intake.web_form import NoSuchAccused, NoSuchLine, NothingSaid, Received, TooLong, WebForm
from minhu.rules.access import Viewer
from minhu.rules.errors import Refusal

__all__ = [
    "NoNumber", "NoPhone", "NoSuchAccused", "NoSuchLine", "NothingSaid", "ReasonNeeded", "Received", "TooLong",
    "WebForm", "order_call", "place_order", "put_aside", "receive_web_message", "reveal_number",
]  # fmt: skip


class ReasonNeeded(Refusal):
    code = "reason_needed"
    words = "查看完整号码需要写明理由，并会记入审计。"


def receive_web_message(form: WebForm, *, city_id: int, at: datetime | None = None) -> Received:
    """Keep one matter from the form, as ``gathering.receive_web_messages`` does for many.

    Raises: NothingSaid, TooLong, NotANumber, NoSuchLine, NoSuchAccused, TooWide; DatabaseError.
    """
    [outcome] = receive_web_messages([form], city_id=city_id, at=at)
    if isinstance(outcome, Received):
        return outcome
    raise outcome


@transaction.atomic
def reveal_number(citizen_id: int, *, by: Viewer, reason: str) -> str:
    """The citizen's full number, for a reason that goes into the trail. Raises: ReasonNeeded, NotYours, NoNumber."""
    if not reason.strip():
        raise ReasonNeeded
    citizen = Citizen.objects.filter(pk=citizen_id, city_id=by.city_id).first()
    if citizen is None or not _may_see(by, citizen):
        raise NotYours
    if citizen.number_sealed is None:
        raise NoNumber
    trail.record(by, "reveal_number", citizen, reason)
    return privacy.unseal(citizen.number_sealed)


@transaction.atomic
def put_aside(text_id: int, *, by: Viewer, reason: str, at: datetime | None = None) -> None:
    """A text that came to no line needs nothing done (advertising, wrong number). Raises: ReasonNeeded, NotYours."""
    if not reason.strip():
        raise ReasonNeeded
    text = Text.objects.select_for_update(no_key=True).filter(pk=text_id, thread__line=None).first()
    if text is None or not scope_of(by).covers(None, text.city_id):
        raise NotYours
    if text.settled_at is None:
        text.settled_at = at or timezone.now()
        text.save(update_fields=["settled_at"])
        trail.record(by, "put_aside", text, reason)


def _may_see(by: Viewer, citizen: Citizen) -> bool:
    seen = scope_of(by)
    return (
        citizen.calls.filter(seen.lines()).exists()
        or citizen.threads.filter(seen.lines()).exists()
        or citizen.web_messages.filter(seen.lines()).exists()
    )
