"""What the jobs process makes of several gateways: who sends, who steps in, how fast."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from django.db import OperationalError
from django.utils import timezone

from minhu.carriers.fake import FakeTextGateway
from minhu.carriers.text import Caps, Fate, Rejected, Unknown
from minhu.directory.models import Line
from minhu.environment import BadSetting
from minhu.intake import outbox
from minhu.intake.citizens import thread_of
from minhu.intake.models import Text
from minhu.intake.sink import StoringSink
from minhu.ops.gateways import Posts, refuse_missing_templates
from minhu.ops.posts import Health, Pace, Post
from minhu.ops.texting import Sender
from minhu.rules.access import system
from minhu.rules.gateways import LEAST_TRIED, LOOK_BACK, Channel
from minhu.rules.texts import TEMPLATES
from minhu.rules.words import TextState
from tests import make

pytestmark = pytest.mark.django_db(transaction=True)
CLOUD = Caps(free_text=False, templates_only=True, max_variable=12)


class Clock:
    """Seconds that pass when the test says so."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


class AtOnce(Executor):
    """Does what it is given before it returns."""

    def submit(self, do: Callable[..., Any], /, *args: Any, **named: Any) -> Future[Any]:
        done: Future[Any] = Future()
        done.set_result(do(*args, **named))
        return done


class Office:
    """A line, its citizens, and the gateways given."""

    def __init__(self, *gateways: tuple[FakeTextGateway, Channel]) -> None:
        self.line: Line = make.line(make.official(make.city()))
        self.clock, self.held = Clock(), frozenset[str]()
        self._looks = itertools.count(step=10)  # every look at the database is a fresh one
        posts = [Post(gateway, channel, health=Health(self.clock)) for gateway, channel in gateways]
        for post in posts:
            post.gateway.start(StoringSink())
        self.posts = Posts(posts, paused=lambda: self.held, clock=lambda: next(self._looks))
        self.senders = [Sender(post, self.posts, worker="w", pool=AtOnce()) for post in posts]

    def say(self, body: str = "您好", *, template: str = "", **variables: str) -> Text:
        at = timezone.now() - timedelta(days=1)
        to = thread_of(make.citizen(self.line.official.office), self.line.pk, at)
        draft = (
            outbox.Draft(template=template, variables=variables, urgency=0)
            if template
            else outbox.Draft(body, urgency=0)
        )
        return outbox.queue(to, draft, key=f"k{to.pk}", by=system(self.line.city_id), at=at)

    def work(self) -> None:
        """Rounds of all senders, until none finds anything more."""
        while sum(sender.send_some() for sender in self.senders):
            pass

    def close(self) -> None:
        self.posts.stop()
        for sender in self.senders:
            sender.stop()


@contextmanager
def office(*gateways: tuple[FakeTextGateway, Channel]) -> Iterator[Office]:
    made = Office(*gateways)
    try:
        yield made
    finally:
        made.close()


def two() -> tuple[FakeTextGateway, FakeTextGateway]:
    return FakeTextGateway("first"), FakeTextGateway("second")


def states() -> list[str]:
    return sorted(Text.objects.values_list("state", flat=True))


def test_the_first_gateway_sends_and_the_second_steps_in_when_its_link_is_down() -> None:
    first, second = two()
    with office((first, Channel("first")), (second, Channel("second"))) as here:
        here.say("第一条")
        here.work()
        first.goes_down()
        here.say("第二条")
        here.work()

    assert [text.body for text in first.sent] == ["第一条"]
    assert [text.body for text in second.sent] == ["第二条"]


def test_a_gateway_that_is_paused_sends_nothing_and_loses_nothing() -> None:
    only = FakeTextGateway("only")
    with office((only, Channel("only"))) as here:
        here.held = frozenset({"only"})
        here.say()
        here.work()
        assert (list(only.sent), states()) == ([], [TextState.QUEUED])

        here.held = frozenset()
        here.work()
        assert states() == [TextState.SENT]


def test_one_that_fails_too_often_goes_last_until_its_failures_are_forgotten() -> None:
    first, second = two()
    with office((first, Channel("first")), (second, Channel("second"))) as here:
        first.answers(*[Rejected("throttled", retryable=True)] * LEAST_TRIED)
        for _ in range(LEAST_TRIED):
            here.say()
        here.work()
        here.say("之后")
        here.work()
        assert [text.body for text in second.sent] == ["之后"]

        here.clock.seconds += LOOK_BACK.total_seconds() + 1
        here.say("再之后")
        here.work()
        assert [text.body for text in first.sent] == ["再之后"]


def test_a_text_in_doubt_is_left_to_the_gateway_that_had_it_which_is_asked() -> None:
    first, second = two()
    with office((first, Channel("first")), (second, Channel("second"))) as here:
        first.answers(Unknown("link lost"))
        text = here.say()
        here.work()
        here.work()
        assert (states(), list(second.sent)) == ([TextState.UNKNOWN], [])

        first.comes_back()
        first._fates[first.sent[0].id] = Fate.DELIVERED
        assert [sender.ask_doubtful() for sender in here.senders] == [1, 0]
        text.refresh_from_db()
        assert text.state == TextState.DELIVERED


def test_a_gateway_for_templates_gets_their_ids_and_says_less_where_variables_are_long() -> None:
    cloud = FakeTextGateway("cloud", caps=CLOUD)
    channel = Channel(
        "cloud", templates_only=True, templates={name: f"T-{name}" for name in TEMPLATES}, max_variable=12
    )
    with office((cloud, channel)) as here:
        text = here.say(
            template="reply", code="K7Q2M4XA", done="更换了三盏路灯，恢复照明，另排查了全路段。", by="市政处"
        )
        here.work()

    (sent,) = cloud.sent
    assert (sent.template, sent.variables) == ("T-reply_brief", {"code": "K7Q2M4XA"})
    text.refresh_from_db()
    assert (text.sent_as, text.state, text.segments_billed) == ("reply_brief", TextState.SENT, 1)


def test_what_does_not_fit_one_gateway_goes_whole_by_the_other() -> None:
    cloud, free = FakeTextGateway("cloud", caps=CLOUD), FakeTextGateway("free")
    short = Channel("cloud", templates_only=True, templates={"status": "1"}, max_variable=12)
    with office((cloud, short), (free, Channel("free"))) as here:
        here.say(
            template="status", code="K7Q2M4XA", state="办理中", promise="11月25日09:00前给您答复，请保持电话畅通。"
        )
        here.work()

    assert list(cloud.sent) == []
    assert [text.body for text in free.sent] == ["编号K7Q2M4XA：办理中。11月25日09:00前给您答复，请保持电话畅通。"]


def test_a_long_text_costs_its_segments_where_the_gateway_gives_one_id() -> None:
    only = FakeTextGateway("only")
    with office((only, Channel("only", signature="【安澜市】"))) as here:
        text = here.say("路" * 66)
        here.work()

    text.refresh_from_db()
    assert text.segments_billed == 2


def test_a_pace_is_kept_however_much_waits() -> None:
    clock = Clock()
    pace = Pace(2.0, clock)
    gone = []
    for _ in range(10):
        room = pace.room(50)
        pace.spend(room)
        gone.append(room)
        clock.seconds += 0.5

    assert sum(gone) == 10
    assert max(gone) == 1


def test_a_missing_template_stops_the_start_and_is_named() -> None:
    refuse_missing_templates([Channel("free")])
    cloud = Channel("cloud", templates_only=True, templates={name: "1" for name in TEMPLATES if name != "clarify"})
    with pytest.raises(BadSetting, match="minhu: SMS_CLOUD_TEMPLATES: lacks the registered template of: clarify"):
        refuse_missing_templates([cloud])


def test_a_receipt_that_cannot_be_applied_yet_loses_no_text_of_the_same_round(monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: object, **__: object) -> None:
        raise OperationalError("database is locked")

    with office((FakeTextGateway("smpp"), Channel("smpp"))) as made:
        (sender,) = made.senders
        first = made.say("第一条")
        sender.send_some()
        second = made.say("第二条")
        with monkeypatch.context() as broken:
            broken.setattr(outbox, "settle_early", fails)
            sender.send_some()  # notes the first, and takes the second in hand
        made.work()

    states = set(Text.objects.filter(pk__in=[first.pk, second.pk]).values_list("state", flat=True))
    assert states == {TextState.SENT}
