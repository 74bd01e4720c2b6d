"""What the citizen says of a reply, and what follows: closed, or back to the official himself."""

from __future__ import annotations

from datetime import datetime

from minhu.audit import trail
from minhu.cases import ledger, noticing
from minhu.cases.authority import barred
from minhu.cases.handing_over import leave
from minhu.cases.models import Case, Rating
from minhu.cases.opening import tell
from minhu.directory.models import Official
from minhu.intake import outbox
from minhu.intake.models import Text
from minhu.rules import deadlines
from minhu.rules.calendar import china
from minhu.rules.casework import Act, after
from minhu.rules.words import CaseKind, CaseState, NoticeKind, PromiseKind, Role, TransferEnd, Urgency

SATISFIED = 1


def rate_reply(
    case: Case, score: int, *, at: datetime, words: str = "", text: Text | None = None, answered: bool | None = None
) -> list[trail.Entry]:
    """Keep the rating of the latest reply, under the case's lock; what was done, for the trail.

    Satisfied closes the case: that he rates a reply shows that it reached him, and nothing else of the case is owed.
    Otherwise it goes back once to the official himself, the second time to his superior, with a new promise.
    Raises: NotPossibleNow when no reply waits for a rating.
    """
    state = after(CaseState(case.state), Act.CLOSE if score == SATISFIED else Act.REOPEN)
    reply = case.replies.filter(rating=None).order_by("-at", "-id").first()
    if reply is not None:
        Rating.objects.create(
            case=case, reply=reply, score=score, words=words[:500], text=text, answered=answered, at=at
        )
    if score == SATISFIED:
        if reply is not None:
            ledger.keep_by_reply(case, reply, ledger.ANSWERED_BY_A_REPLY, at=at)
        ledger.release(case, "群众评价满意", ledger.OF_THE_CASE, at=at)
        case.state, case.closed_at = state.value, at
        case.save(update_fields=["state", "closed_at"])
        _thank(case, at)
        return [trail.entry("rate", case, score=score), trail.entry("close", case)]
    _send_back(case, state, at)
    return [trail.entry("rate", case, score=score), trail.entry("reopen", case, times=case.reopened)]


def send_back_replied(case: Case, at: datetime) -> None:
    """What was replied to is not solved, whoever found so; under the case's lock. Raises: NotPossibleNow."""
    _send_back(case, after(CaseState(case.state), Act.REOPEN), at)


def superior_for(case: Case) -> Official | None:
    """The first superior of the holder, going up, whom the case may reach; None when there is none."""
    here = case.holder
    met = {here.pk} if here else set()
    while here is not None and here.superior is not None and here.superior.pk not in met:
        here = here.superior
        met.add(here.pk)
        if here.left_on is None and not barred([case.pk], official_id=here.pk):
            return here
    return None


def _thank(case: Case, at: datetime) -> None:
    draft = outbox.Draft(template="rated", code=case.code, asked_for=True)
    if case.citizen.number_sealed is not None:
        tell(case, case.citizen, draft, key=f"rated:{case.pk}:{case.replies.count()}", at=at)


def _send_back(case: Case, state: CaseState, at: datetime) -> None:
    if case.reopened and case.holder is not None:
        case.holder = superior_for(case) or case.holder
    leave(case, TransferEnd.REOPENED, at=at)
    case.reopened += 1
    case.state = after(state, Act.HOLD).value
    case.door = ""
    case.save(update_fields=["state", "reopened", "holder", "door"])
    if case.holder is None:
        raise ValueError("a replied case has a holder")
    due_at = deadlines.reply_due(CaseKind(case.kind), at, china(), Urgency(case.urgency))
    owner = ledger.official_owns(case.holder)
    made = ledger.promise(case, PromiseKind.REPLY, due_at, owner, at=at)
    ledger.give_to(case, (PromiseKind.REPLY,), owner)
    noticing.tell_owner(case, NoticeKind.REOPENED, owner, Role.STAFF, at=at)
    variables = {"code": case.code, "due": made.due_at.isoformat()}
    draft = outbox.Draft(template="reopened", variables=variables, code=case.code, asked_for=True)
    if case.citizen.number_sealed is not None:
        tell(case, case.citizen, draft, key=f"reopened:{case.pk}:{case.reopened}", at=at)
