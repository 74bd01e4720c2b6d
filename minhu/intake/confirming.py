"""A citizen confirms the number he left with the form, by a one-time code that is texted to it.

Whoever types a number may not be its owner. Nothing waits for this: an unconfirmed matter is seen to all the same.

Refusal
├── NothingToConfirm, CodeTooSoon, TooManyCodes    (rules.onetime) none is sent
└── WrongCode, CodeOver                            (rules.onetime) the number is not confirmed
"""

from __future__ import annotations

import hmac
import os
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from minhu.audit import privacy, trail
from minhu.intake import outbox
from minhu.intake.citizens import thread_of
from minhu.intake.models import Citizen, NumberCheck, WebMessage
from minhu.rules import access, onetime
from minhu.rules.onetime import CodeOver, NothingToConfirm, TooManyCodes, WrongCode

ONE_DAY = timedelta(days=1)


def may_confirm(code: str) -> bool:
    """Whether the matter of a tracking code came by the form with a mobile number that is not confirmed yet."""
    message = WebMessage.objects.filter(code=code).select_related("citizen").first()
    return message is not None and _open(message)


def is_confirmed(code: str) -> bool:
    """Whether the number left with the matter was confirmed."""
    return NumberCheck.objects.filter(message__code=code, confirmed_at__isnull=False).exists()


@transaction.atomic
def send(code: str, *, at: datetime | None = None) -> NumberCheck:
    """Text a fresh one-time code; the one before it is over. Raises: see above, and nothing is sent then.

    code: tracking code of the matter, which the caller has looked up.
    """
    at = at or timezone.now()
    message = WebMessage.objects.filter(code=code).first()
    if message is None:
        raise NothingToConfirm
    citizen = Citizen.objects.select_for_update(no_key=True).get(pk=message.citizen_id)  # one at a time to a number
    message.citizen = citizen
    if not _open(message):
        raise NothingToConfirm
    NumberCheck.objects.filter(at__lt=at - 2 * ONE_DAY, confirmed_at=None).delete()
    lately = NumberCheck.objects.filter(citizen=citizen, at__gt=at - ONE_DAY)
    onetime.may_send(list(lately.values_list("at", flat=True)), at)
    number = onetime.spelled(os.urandom(8))
    made = NumberCheck.objects.create(
        message=message, citizen=citizen, code_key=_key(message, number), at=at, until=at + onetime.LASTS
    )
    thread = thread_of(citizen, message.line_id, at)
    draft = outbox.Draft("", "number_code", {"number": number}, code=code, urgency=0, asked_for=True)
    text = outbox.queue(thread, draft, key=f"number-check:{made.pk}", by=access.system(message.city_id), at=at)
    if text.send_after is not None and text.send_after > at + onetime.BETWEEN:
        raise TooManyCodes  # the day's texts of this matter are used up: it would come when it is over
    trail.record(access.citizen(message.city_id), "send_number_code", made)
    return made


def confirm(code: str, typed: str, *, at: datetime | None = None) -> None:
    """The number is his. Every try counts, right or wrong. Not to be called in a transaction. Raises: see above."""
    at = at or timezone.now()
    check = NumberCheck.objects.filter(message__code=code).select_related("message").order_by("-id").first()
    if check is None or check.confirmed_at is not None:
        raise CodeOver
    alive = NumberCheck.objects.filter(pk=check.pk, tries__lt=onetime.MOST_TRIES, until__gt=at, confirmed_at=None)
    if not alive.update(tries=F("tries") + 1):
        raise CodeOver
    digits = "".join(one for one in typed if one.isdecimal() and one.isascii())
    if not hmac.compare_digest(bytes(check.code_key), _key(check.message, digits)):
        raise WrongCode
    with transaction.atomic():
        if NumberCheck.objects.filter(pk=check.pk, confirmed_at=None).update(confirmed_at=at):
            trail.record(access.citizen(check.message.city_id), "confirm_number", check)


def _open(message: WebMessage) -> bool:
    mobile = not outbox.why_not(message.citizen, asked_for=True)
    return mobile and not message.number_checks.filter(confirmed_at__isnull=False).exists()


def _key(message: WebMessage, number: str) -> bytes:
    return privacy.lookup_key(f"one-time:{message.pk}:{number}")
