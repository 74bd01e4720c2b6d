"""Who must act on a complaint is told, once; what is not done in time rises; nobody else learns of it."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.db import transaction
from django.db.utils import IntegrityError

from minhu.audit.models import TrailEntry
from minhu.cases import actions as cases
from minhu.cases import queries
from minhu.cases.choices import unread
from minhu.cases.models import Case, Notice
from minhu.directory.models import Account, RoleGrant
from minhu.rules.access import Viewer, system
from minhu.rules.complaints import Verdict
from minhu.rules.words import ABOUT_COMPLAINT, NoticeKind, Role
from minhu.supervision import complaining, complaint_clocks, judging, stating
from minhu.supervision.models import Complaint
from minhu.supervision.tests.complained import TUESDAY, WEDNESDAY, WORDS, Affair, found
from minhu.supervision.tests.test_complaint_rights import people
from tests import make

pytestmark = pytest.mark.django_db
SOON = WEDNESDAY + timedelta(hours=3)
MONTHS_LATER = TUESDAY + timedelta(days=29)


@pytest.fixture
def affair() -> Affair:
    return Affair.begin()


@pytest.fixture
def there(affair: Affair) -> dict[str, Viewer]:
    his = Account.objects.get(official=affair.official)
    RoleGrant.objects.create(account=his, role=Role.SUPERVISOR.value, office=affair.line.city)
    return people(affair) | {"the judge": affair.judge, "another supervisor": affair.other}


def told(kind: NoticeKind, there: dict[str, Viewer], at: datetime = SOON) -> set[str]:
    """Who finds it among his notices, each once."""
    found = {name: [one.kind for one in queries.notices(viewer, at)].count(kind) for name, viewer in there.items()}
    assert set(found.values()) <= {0, 1}
    return {name for name, times in found.items() if times}


SUPERVISION = {"a supervisor of the city", "the judge", "another supervisor"}
HIM = {"the official complained of", "he, also a supervisor"}
"""One person: what is told to the official is his as such."""


# ---- what happened


def test_supervision_is_told_when_one_comes_in_and_no_more_once_he_is_asked(
    affair: Affair, there: dict[str, Viewer]
) -> None:
    one = affair.complained()
    affair.complained(at=TUESDAY + timedelta(minutes=5))

    assert told(NoticeKind.COMPLAINED, there) == SUPERVISION
    assert unread(affair.other, SOON) == 1
    complaining.ask(one.pk, "为什么没有回电？", by=affair.judge, at=WEDNESDAY)
    assert unread(affair.other, SOON) == 0
    assert told(NoticeKind.ASKED, there) == HIM
    stating.state(one.pk, "在开会。", by=affair.him, at=SOON)
    assert unread(affair.him, SOON) == 0


def test_he_is_told_what_was_found_and_what_was_decided(affair: Affair, there: dict[str, Viewer]) -> None:
    one = affair.appealed()
    (appealed,) = (row for row in queries.notices(affair.other, SOON) if row.kind is NoticeKind.APPEALED)

    assert told(NoticeKind.FOUND, there) == HIM
    assert told(NoticeKind.APPEALED, there) == SUPERVISION - {"the judge"}
    assert (appealed.about_id, appealed.due_at) == (one.pk, one.decide_due_at)
    judging.appeal_by_code(affair.case.code, "203.0.113.7", one.pk, "不认可", at=SOON)
    judging.decide(one.pk, found(Verdict.NOT_TRUE), by=affair.other, at=SOON)
    assert told(NoticeKind.DECIDED, there) == HIM
    assert told(NoticeKind.APPEALED, there) == SUPERVISION - {"the judge"}
    assert unread(affair.other, SOON) == 0


def test_a_notice_has_nothing_of_the_citizen_in_it(affair: Affair) -> None:
    affair.appealed()
    complaint_clocks.sweep(MONTHS_LATER)
    secrets = (WORDS, affair.case.code, affair.case.title, affair.citizen.masked)

    said = Notice.objects.filter(kind__in=ABOUT_COMPLAINT)
    assert {one.words for one in said} == {"市住建局"}
    assert not [one for one in said for secret in secrets if secret and secret in one.words]


def test_of_what_must_not_reach_him_a_supervisor_is_told_nothing(affair: Affair) -> None:
    bureau = make.office(affair.line.city, "市水务局")
    his = make.viewer(affair.line.city, Role.SUPERVISOR, official=make.official(bureau, "钱局长"))
    about = cases.About(office_id=bureau.pk)
    cases.set_conflict(affair.case.pk, about, by=system(affair.line.city_id), reason="举报其单位")
    affair.complained()
    complaint_clocks.sweep(MONTHS_LATER)

    assert queries.notices(his, MONTHS_LATER) == ()
    assert unread(affair.judge, MONTHS_LATER) == 2


# ---- what was not done in time


def test_not_looked_at_in_time_it_is_told_to_supervision_and_then_to_leadership(
    affair: Affair, there: dict[str, Viewer]
) -> None:
    one = affair.complained()

    assert complaint_clocks.sweep(one.ask_due_at - timedelta(minutes=1)) == 0
    assert complaint_clocks.sweep(one.ask_due_at) == 1
    assert told(NoticeKind.ASK_LATE, there) == SUPERVISION
    assert told(NoticeKind.ASK_UP, there) == set()
    assert complaint_clocks.sweep(one.ask_due_at + timedelta(days=1)) == 1
    assert told(NoticeKind.ASK_UP, there, MONTHS_LATER) == {"the leadership"}
    assert [complaint_clocks.sweep(MONTHS_LATER) for _ in range(2)] == [0, 0]
    assert TrailEntry.objects.filter(act="escalate", subject="complaint").count() == 2


def test_a_statement_not_given_is_told_to_him_and_then_to_his_superior(
    affair: Affair, there: dict[str, Viewer]
) -> None:
    one = affair.asked()
    assert one.due_at is not None

    assert complaint_clocks.sweep(one.due_at) == 1
    assert told(NoticeKind.STATE_LATE, there, one.due_at) == HIM
    assert complaint_clocks.sweep(one.due_at + timedelta(days=4)) == 1
    assert told(NoticeKind.STATE_UP, there, MONTHS_LATER) == SUPERVISION | {"his superior"}
    stating.state(one.pk, "补充说明。", by=affair.him, at=one.due_at + timedelta(days=4))
    assert complaint_clocks.sweep(MONTHS_LATER) == 0
    assert unread(there["his superior"], MONTHS_LATER) == 0


def test_of_a_confidential_matter_the_superior_is_told_nothing(affair: Affair, there: dict[str, Viewer]) -> None:
    affair.asked()
    Case.objects.filter(pk=affair.case.pk).update(confidential=True)
    complaint_clocks.sweep(MONTHS_LATER)

    assert told(NoticeKind.STATE_UP, there, MONTHS_LATER) == SUPERVISION


def test_an_appeal_not_decided_is_told_to_who_may_decide_and_then_to_leadership(
    affair: Affair, there: dict[str, Viewer]
) -> None:
    one = affair.appealed()
    assert one.decide_due_at is not None

    assert complaint_clocks.sweep(one.decide_due_at) == 1
    assert complaint_clocks.sweep(MONTHS_LATER) == 1
    assert told(NoticeKind.DECIDE_LATE, there, MONTHS_LATER) == SUPERVISION - {"the judge"}
    assert told(NoticeKind.DECIDE_UP, there, MONTHS_LATER) == {"the leadership"}


def test_after_an_outage_both_rungs_are_told_at_once_and_only_once(affair: Affair, there: dict[str, Viewer]) -> None:
    affair.complained()

    assert [complaint_clocks.sweep(MONTHS_LATER) for _ in range(2)] == [2, 0]
    assert Notice.objects.filter(kind=NoticeKind.ASK_UP.value).count() == len({"the leadership"})


def test_the_database_refuses_to_tell_an_account_of_it_twice(affair: Affair) -> None:
    one = affair.complained()
    first = Notice.objects.filter(about_id=one.pk)[0]

    with pytest.raises(IntegrityError), transaction.atomic():
        Notice.objects.create(
            city=first.city, kind=first.kind, about_id=one.pk, words="又一次", to_account=first.to_account, at=SOON
        )
    assert Complaint.objects.count() == 1
