"""The state of a matter as the citizen is told it."""

from __future__ import annotations

from minhu.cases import ledger
from minhu.cases.models import Case
from minhu.intake.outbox import Draft
from minhu.rules.clock import local
from minhu.rules.words import CaseState, PromiseKind

STATES: dict[CaseState, str] = {
    CaseState.NEW: "已登记",
    CaseState.CLARIFYING: "核实中",
    CaseState.HELD: "办理中",
    CaseState.REPLIED: "已答复，等您评价",
    CaseState.REOPENED: "重新办理中",
    CaseState.CLOSED: "已办结",
    CaseState.WITHDRAWN: "已撤回",
}
PROMISES: dict[PromiseKind, str] = {
    PromiseKind.CALL_BACK: "给您回电",
    PromiseKind.REPLY: "给您答复",
    PromiseKind.CLARIFY: "与您核实",
    PromiseKind.FORWARD: "转交承办单位",
    PromiseKind.RECTIFY: "完成整改",
}


def say_status(case: Case) -> Draft:
    """The text that answers 查 code."""
    owed = ledger.open_promises(case).first()
    told = f"{local(owed.due_at):%m月%d日%H:%M}前{PROMISES[PromiseKind(owed.kind)]}。" if owed else ""
    variables = {"code": case.code, "state": STATES[CaseState(case.state)], "promise": told}
    return Draft(template="status", variables=variables, code=case.code, asked_for=True)
