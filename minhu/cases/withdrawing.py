"""The citizen does not want it followed up any more."""

from __future__ import annotations

from datetime import datetime

from minhu.cases import ledger
from minhu.cases.handing_over import leave
from minhu.cases.models import Case
from minhu.rules.casework import Act, after
from minhu.rules.plain import storable
from minhu.rules.words import CaseState, TransferEnd


def end_withdrawn(case: Case, reason: str, *, at: datetime) -> None:
    """Under the lock of the case: it ends, and what was owed falls away. Raises: NotPossibleNow."""
    case.state = after(CaseState(case.state), Act.WITHDRAW).value
    case.closed_at = at
    ledger.release(case, storable(reason.strip()) or "群众撤回", at=at)
    case.save(update_fields=["state", "closed_at"])
    leave(case, TransferEnd.WITHDRAWN, at=at)
