"""However many complain, speak, find and decide at the same moment, it happens once."""

from __future__ import annotations

from datetime import timedelta

import pytest

from minhu.rules.complaints import Verdict
from minhu.rules.words import Role
from minhu.supervision import complaining, judging, stating
from minhu.supervision.models import Complaint, EvidencePack
from minhu.supervision.tests.complained import FRIDAY_NIGHT, HOME, SAID, TUESDAY, Affair, found
from tests import make
from tests.races.test_one_check import THREADS, at_once

pytestmark = pytest.mark.django_db(transaction=True)


def test_one_complaint_one_evidence_one_statement_one_finding_and_one_decision() -> None:
    affair = Affair.begin()
    judges = [make.viewer(affair.line.city, Role.SUPERVISOR) for _ in range(THREADS)]
    said = at_once(lambda _: complaining.file_by_code(affair.case.code, HOME, SAID, at=TUESDAY))
    one = Complaint.objects.get()
    assert (said, one.words.count()) == ({"done": THREADS}, THREADS)

    refused = "complaint_not_possible_now"
    asked = at_once(lambda number: complaining.ask(one.pk, f"为什么？{number}", by=judges[number], at=TUESDAY))
    assert asked == {"done": 1, refused: THREADS - 1}
    assert EvidencePack.objects.count() == 1
    stated = at_once(lambda number: stating.state(one.pk, f"说明{number}", by=affair.him, at=TUESDAY))
    assert stated == {"done": 1, "complaint_stated_already": THREADS - 1}
    judged = at_once(lambda number: judging.find(one.pk, found(Verdict.TRUE), by=judges[number], at=FRIDAY_NIGHT))
    assert judged == {"done": 1, refused: THREADS - 1}

    soon = FRIDAY_NIGHT + timedelta(hours=1)
    appealed = at_once(lambda _: judging.appeal(one.pk, "不认可。", by=affair.him, at=soon))
    assert appealed == {"done": 1, "complaint_appealed_already": THREADS - 1}
    decided = at_once(lambda number: judging.decide(one.pk, found(Verdict.TRUE), by=judges[number], at=soon))
    assert decided["done"] == 1
    assert one.findings.count() == 2
