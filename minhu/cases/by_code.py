"""What the citizen does on his matter's page, by its code: add, hand in a file, rate, withdraw, go one level up.

Refusal
├── NoSuchCode, TooManyLookups    (tracking)
├── NotPossibleNow                (rules.casework) the case's state does not allow it
├── NotTakenInYet                 it came a moment ago and is no case yet
├── NothingSaid, TooLong          (intake.actions)
└── NotYetUp                      nothing is overdue, and nothing was sent back: there is no reason to go higher
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from minhu.audit import trail
from minhu.cases import noticing
from minhu.cases.attaching import Opened, Upload, keep, unsealed
from minhu.cases.models import Addition, Attachment, Case, Notice
from minhu.cases.opening import WORDS, WORKING, add_words, tell
from minhu.cases.rating import rate_reply, superior_for
from minhu.cases.tracking import NoSuchCode, case_by_code, may_go_up
from minhu.cases.withdrawing import end_withdrawn
from minhu.intake import outbox, quick
from minhu.intake.actions import NothingSaid, TooLong
from minhu.rules import access
from minhu.rules.casework import NotPossibleNow
from minhu.rules.errors import Refusal
from minhu.rules.plain import storable
from minhu.rules.ratings import score_of
from minhu.rules.texts import MAX_BODY
from minhu.rules.words import OPEN, CaseState, NoticeKind, Role

UP_AGAIN_AFTER = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Said:
    """What the citizen says of a reply."""

    answered: bool
    solved: bool
    satisfied: bool
    words: str = ""


class NotYetUp(Refusal):
    code = "not_yet_up"
    words = "现在还在承诺的时限内。超过时限没有答复，或者重办以后仍不满意，可以向上一级反映。"


def add_by_code(code: str, client: str, body: str, *, key: str, at: datetime | None = None) -> Case:
    """The citizen says more about a matter that is not over. Raises: see above."""
    at = at or timezone.now()
    body = storable(body.strip())
    if not body:
        raise NothingSaid
    if len(body) > MAX_BODY:
        raise TooLong
    with acting(code, client, at) as case:
        if not quick.insert(Addition(case=case, key=storable(key, 64), body=body, at=at), conflict="(key)"):
            return case
        if CaseState(case.state) in WORKING:
            add_words(case, body)
            case.save(update_fields=WORDS)
        trail.record(access.citizen(case.city_id), "add", case)
        return case


def attach_by_code(code: str, client: str, upload: Upload, *, at: datetime | None = None) -> Attachment:
    """The citizen hands in a photo or a document. Raises: see above, and what rules.attachments says of the file."""
    at = at or timezone.now()
    with acting(code, client, at) as case:
        return keep(case, upload, by=access.citizen(case.city_id), at=at)


def open_by_code(code: str, client: str, attachment_id: int, *, at: datetime | None = None) -> Opened:
    """What the citizen handed in, or was shown. Raises: NoSuchCode, TooManyLookups; PrivacyError, OSError."""
    case = case_by_code(code, client, at or timezone.now())
    one = Attachment.objects.filter(case=case, pk=attachment_id).first()
    if one is None or not (one.by_id is None or one.shown):
        raise NoSuchCode
    return unsealed(one)


def rate_by_code(code: str, client: str, said: Said, *, at: datetime | None = None) -> Case:
    """The citizen rates the latest reply. Raises: see above."""
    at = at or timezone.now()
    score = score_of(solved=said.solved and said.answered, satisfied=said.satisfied)
    with acting(code, client, at) as case:
        words = storable(said.words.strip(), 500)
        acts = rate_reply(case, score, words=words, answered=said.answered, at=at)
        trail.record_many(access.citizen(case.city_id), acts)
        return case


def withdraw_by_code(code: str, client: str, *, reason: str = "", at: datetime | None = None) -> Case:
    """The citizen does not want it followed up any more, and is told that it ends. Raises: see above."""
    at = at or timezone.now()
    with acting(code, client, at) as case:
        end_withdrawn(case, reason, at=at)
        if case.citizen.number_sealed is not None:
            draft = outbox.Draft(template="withdrawn", variables={"code": case.code}, code=case.code, asked_for=True)
            tell(case, case.citizen, draft, key=f"withdrawn:{case.pk}", at=at)
        trail.record(access.citizen(case.city_id), "withdraw", case, reason)
        return case


def go_up_by_code(code: str, client: str, *, words: str = "", at: datetime | None = None) -> Case:
    """The citizen turns to the next higher leader: he and supervision are told, once a day. Raises: see above."""
    at = at or timezone.now()
    with acting(code, client, at) as case:
        if not may_go_up(case, at):
            raise NotYetUp
        told = Notice.objects.filter(case=case, kind=NoticeKind.WENT_UP.value, at__gt=at - UP_AGAIN_AFTER)
        if not told.exists():
            superior, said = superior_for(case), storable(words.strip(), 300)
            notices = [noticing.to_role(case, NoticeKind.WENT_UP, Role.SUPERVISOR, case.city_id, at=at)]
            if superior is not None:
                notices.append(noticing.to_official(case, NoticeKind.WENT_UP, superior.pk, at=at))
            for one in notices:
                one.words = said
            noticing.keep(notices)
            trail.record(access.citizen(case.city_id), "go_up", case, said)
        return case


@contextmanager
def acting(code: str, client: str, at: datetime) -> Iterator[Case]:
    """The case of a code, locked in a transaction. The code is looked up before it, so that a miss stays counted.

    Raises: NoSuchCode, TooManyLookups, NotTakenInYet, NotPossibleNow.
    """
    found = case_by_code(code, client, at)
    with transaction.atomic():
        case = Case.objects.select_for_update(no_key=True, of=("self",)).get(pk=found.pk)
        if CaseState(case.state) not in OPEN:
            raise NotPossibleNow
        yield case
