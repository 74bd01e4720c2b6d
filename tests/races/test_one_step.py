"""However many workers propose and however many decide at once, there is one proposal, one decision, one interview."""

from __future__ import annotations

from datetime import timedelta

import pytest

from minhu.audit import trail
from minhu.supervision import deciding, hearing, interviewing, laddering
from minhu.supervision.models import Interview, LadderEvent, Proposal
from minhu.supervision.tests.ladder_world import Ladder, failed_check
from tests.races.test_one_check import THREADS, at_once

pytestmark = pytest.mark.django_db(transaction=True)


def test_it_is_told_proposed_and_decided_once() -> None:
    here = Ladder.of_wang()
    failed_check(here.line, here.now)
    at_once(lambda _: laddering.sweep(here.now))
    event = LadderEvent.objects.get()
    said = at_once(lambda number: hearing.say(event.pk, f"{number}", by=here["himself"], at=here.now))
    assert said == {"done": 1, "ladder_heard_already": THREADS - 1}
    hearing.weigh(event.pk, None, "属实", by=here["supervisor"], at=here.now)

    at_once(lambda _: laddering.sweep(here.now + timedelta(days=7)))
    one = Proposal.objects.get()
    both = (here["supervisor"], here["another supervisor"])
    decided = at_once(
        lambda number: deciding.decide(
            one.pk, take=bool(number % 2), reason=f"{number}", by=both[number % 2], at=here.now
        )
    )
    assert decided == {"done": 1, "ladder_decided_already": THREADS - 1}
    assert trail.verify(here.city.pk).sound


def test_one_interview_is_arranged_and_recorded() -> None:
    here = Ladder.of_wang()
    talk = here.to_be_interviewed()
    when = here.now + timedelta(hours=1)
    at_once(lambda _: interviewing.arrange(talk.pk, when, "三楼", by=here["supervisor"], at=here.now))
    arranged = Interview.objects.get()
    recorded = at_once(
        lambda number: interviewing.record(
            arranged.pk, attended=bool(number % 2), minutes=f"{number}", by=here["supervisor"], at=when
        )
    )

    assert recorded == {"done": 1, "ladder_arranged_already": THREADS - 1}
    missed = Interview.objects.get().attended is False
    assert LadderEvent.objects.filter(interview=arranged).count() == int(missed)
