"""What officials and staff tell the citizen: the reply to his matter, and quick replies."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from minhu.audit import trail
from minhu.cases import ledger
from minhu.cases.authority import locked
from minhu.cases.models import Case, Reply
from minhu.cases.opening import tell
from minhu.directory.models import QuickReply
from minhu.intake import outbox
from minhu.intake.citizens import thread_of
from minhu.intake.gateways import NoFreeText, may_say
from minhu.intake.models import Call, Citizen, Text
from minhu.intake.scope import NotYours, require
from minhu.rules.access import Viewer
from minhu.rules.casework import Act, after
from minhu.rules.clock import local
from minhu.rules.errors import Refusal
from minhu.rules.plain import storable
from minhu.rules.texts import say_time
from minhu.rules.words import CaseState, PromiseKind

LONGEST_REPLY = 500


class SayWhatWasDone(Refusal):
    code = "say_what_was_done"
    words = "请写明办了什么、由谁办的，五百字以内。"


class NobodyHolds(Refusal):
    code = "nobody_holds"
    words = "这件诉求还没有承办人，请先分派。"


class SpeakFirst(Refusal):
    code = "speak_first"
    words = "这位群众收不到短信，请先打电话答复，再登记。"


@transaction.atomic
def reply(
    case_id: int, done: str, done_by: str, *, by: Viewer, call_id: UUID | None = None, at: datetime | None = None
) -> Reply:
    """Answer the matter: by a text that asks for a rating, or on a call that took place (``call_id``).

    What was owed is kept when the text is delivered; or by that call, and by the reply given on it; where the citizen
    left no number, by the reply on the matter's page.

    Raises: NotYours, NotPossibleNow, SayWhatWasDone, NobodyHolds, SpeakFirst.
    """
    at = at or timezone.now()
    done, done_by = storable(done.strip()), storable(done_by.strip(), 80)
    if not done or not done_by or len(done) > LONGEST_REPLY:
        raise SayWhatWasDone
    case = locked(case_id, by)
    if case.holder_id is None:
        raise NobodyHolds
    case.state = after(CaseState(case.state), Act.REPLY).value
    case.replied_at = at
    case.save(update_fields=["state", "replied_at"])
    citizen = Citizen.objects.get(pk=case.citizen_id)
    call, text = _means(case, citizen, call_id, {"code": case.code, "done": done, "by": done_by}, at)
    made = Reply.objects.create(case=case, done=done, done_by=done_by, by_id=by.account_id, at=at, call=call, text=text)
    if call is not None:
        ledger.keep_by_call(case, call, ledger.ALL_KINDS, at=at)
    if text is None:
        ledger.keep_by_reply(case, made, ledger.ALL_KINDS, at=at)
    trail.record(by, Act.REPLY, case, call=call.pk if call else None, text=text.pk if text else None)
    return made


@transaction.atomic
def quick_reply(
    quick_reply_id: int,
    *,
    by: Viewer,
    call_id: UUID | None = None,
    case_id: int | None = None,
    at: datetime | None = None,
) -> Text:
    """Send a prepared text to a caller (also while it rings) or about a matter; once per call or matter.

    Raises: NotYours, SpeakFirst when no text can reach him, NoFreeText when no gateway takes prepared words.
    """
    at = at or timezone.now()
    prepared = QuickReply.objects.filter(pk=quick_reply_id, city_id=by.city_id).first()
    offered = prepared is not None and prepared.official_id in {None, by.official_id}
    if prepared is None or not offered:
        raise NotYours
    call = _call_of(call_id, by) if call_id else None
    case = locked(case_id, by) if case_id else _case_of(call)
    about = case or call
    if about is None or about.citizen is None or about.line is None:
        raise NotYours if about is None else SpeakFirst
    if outbox.why_not(about.citizen, asked_for=True):
        raise SpeakFirst
    if not may_say(about.line.number):
        raise NoFreeText
    code = case.code if case else call.code if call else ""
    draft = outbox.Draft(
        body=_filled(prepared.body, case, by, code, at), code=code, urgency=1, asked_for=True,
        call_id=call.pk if call else None,
    )  # fmt: skip
    key = f"quick:{prepared.pk}:{call.pk if call else f'case:{case_id}:{local(at):%Y%m%d%H%M}'}"
    text = outbox.queue(thread_of(about.citizen, about.line.pk, at), draft, key=key, by=by, at=at)
    trail.record(by, "quick_reply", about, quick_reply=prepared.pk, text=text.pk)
    return text


def _means(
    case: Case, citizen: Citizen, call_id: UUID | None, variables: dict[str, str], at: datetime
) -> tuple[Call | None, Text | None]:
    """How the citizen learns of the reply: a call, a text, or (both None) the matter's page."""
    if call_id is not None or outbox.why_not(citizen, asked_for=True) == "not_mobile":
        spoken = Call.objects.filter(city_id=case.city_id, citizen=citizen, ended_at__gte=case.opened_at).order_by(
            "-ended_at"
        )
        call = next(filter(ledger.was_conversation, spoken.filter(pk=call_id) if call_id else spoken[:20]), None)
        if call is None:
            raise SpeakFirst
        return call, None
    if citizen.number_sealed is None:
        return None, None
    draft = outbox.Draft(template="reply", variables=variables, code=case.code, asked_for=True)
    return None, tell(case, citizen, draft, key=f"reply:{case.pk}:{case.replies.count()}", at=at)


def _call_of(call_id: UUID, by: Viewer) -> Call:
    call = Call.objects.select_related("citizen", "line__official__office").filter(pk=call_id).first()
    if call is None:
        raise NotYours
    require(by, call.line, call.city_id)
    return call


def _case_of(call: Call | None) -> Case | None:
    return Case.objects.filter(contacts__call=call).select_related("line__official").first() if call else None


def _filled(body: str, case: Case | None, by: Viewer, code: str, at: datetime) -> str:
    """The prepared words with who, until when and the code put in; unknown placeholders stay as they are."""
    owed = ledger.open_promises(case, (PromiseKind.CALL_BACK, PromiseKind.REPLY)).first() if case else None
    due = say_time(owed.due_at, at) if owed else ""
    for name, value in {"who": by.name, "name": by.name, "due": due, "until": due, "code": code}.items():
        body = body.replace("{" + name + "}", value)
    return body
