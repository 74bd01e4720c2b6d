"""Several gateways, one outbox: each text goes by one of them, and by another only when the first did not send it."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from django.db import DatabaseError, connection, transaction
from django.db.models import Q
from pytest_django import Settings

from minhu.audit.models import TrailEntry
from minhu.directory.models import Line, Office
from minhu.intake import gateways, outbox
from minhu.intake.citizens import thread_of
from minhu.intake.models import GatewayPause, Text
from minhu.intake.outbox import Draft
from minhu.intake.scope import NotYours
from minhu.rules.access import system
from minhu.rules.gateways import Channel
from minhu.rules.texts import TEMPLATES
from minhu.rules.words import Role, TextState
from tests import make

NOON = make.MONDAY_10 + timedelta(hours=2)
FREE, SPARE = Channel("free"), Channel("spare")
CLOUD = Channel("cloud", templates_only=True, templates={name: name for name in TEMPLATES}, max_variable=12)


@pytest.fixture
def city(db: None) -> Office:
    return make.city()


@pytest.fixture
def line(city: Office) -> Line:
    return make.line(make.official(city))


def say(line: Line, body: str = "您好", *, template: str = "") -> Text:
    to = thread_of(make.citizen(line.official.office), line.pk, NOON)
    draft = Draft(template=template, urgency=0) if template else Draft(body=body, urgency=0)
    return outbox.queue(to, draft, key=f"k{to.pk}", by=system(line.city_id), at=NOON)


def taken(channel: Channel, *before: Channel) -> list[int]:
    """What a gateway claims when those before it are at work too."""
    among = gateways.texts_for(channel, before)
    return [one.text_id for one in outbox.claim("w", gateway=channel.name, among=among, at=NOON)]


def test_a_text_goes_by_the_first_gateway_that_is_at_work(line: Line) -> None:
    text = say(line)

    assert taken(SPARE, FREE) == []
    assert taken(FREE) == [text.pk]
    text.refresh_from_db()
    assert (text.state, text.gateway) == (TextState.SENDING, "free")


def test_a_lines_own_phone_takes_its_texts_and_no_others(city: Office, line: Line) -> None:
    own, other = say(line), say(make.line(make.official(city)))
    phone = Channel("phone", lines=frozenset({line.number}))

    assert taken(FREE, phone) == [other.pk]
    assert taken(phone) == [own.pk]


def test_a_hundred_phones_are_one_question_for_the_general_gateway(city: Office, line: Line) -> None:
    phones = [Channel(f"p{n}", lines=frozenset({f"+86137{n:08d}"})) for n in range(100)]
    mine = Channel("mine", lines=frozenset({line.number}))
    own, other = say(line), say(make.line(make.official(city)))

    asked = str(Text.objects.filter(gateways.texts_for(FREE, [*phones, mine])).query)
    assert asked.count("SELECT") == 2
    assert taken(FREE, *phones, mine) == [other.pk]
    assert taken(mine, *phones) == [own.pk]


def test_what_the_phone_refused_goes_by_the_general_gateway_while_the_phone_is_on(line: Line) -> None:
    phone, text = Channel("phone", lines=frozenset({line.number})), say(line)
    assert taken(phone) == [text.pk]
    outbox.rejected(text.pk, "phone", "http-400", retryable=False, others=(FREE,), at=NOON)

    assert taken(FREE, phone) == [text.pk]


def test_while_the_phone_is_off_its_texts_go_by_the_general_gateway(line: Line) -> None:
    text = say(line)

    assert taken(FREE) == [text.pk]


def test_own_words_go_round_a_gateway_for_templates_only(line: Line) -> None:
    words, prepared = say(line), say(line, template="rated")

    assert taken(CLOUD) == [prepared.pk]
    assert taken(FREE, CLOUD) == [words.pk]


def test_what_one_refused_for_good_goes_by_another_and_never_back(line: Line) -> None:
    text = say(line)
    assert taken(FREE) == [text.pk]
    outbox.rejected(text.pk, "free", "blocked", retryable=False, others=(SPARE,), at=NOON)

    assert taken(FREE) == []
    assert taken(SPARE, FREE) == [text.pk]
    outbox.rejected(text.pk, "spare", "blocked", retryable=False, others=(FREE,), at=NOON)
    text.refresh_from_db()
    assert (text.state, text.fault) == (TextState.FAILED, "rejected: blocked")


def test_what_was_handed_over_is_never_sent_by_another_gateway(line: Line) -> None:
    doubtful, sent = say(line), say(line)
    assert taken(FREE) == [doubtful.pk, sent.pk]
    outbox.in_doubt(doubtful.pk, "free", "no answer", at=NOON)
    outbox.submitted(sent.pk, "free", ["1"], at=NOON)
    for text in (doubtful, sent):
        outbox.rejected(text.pk, "free", "late", retryable=False, others=(SPARE,), at=NOON)

    assert taken(SPARE) == taken(FREE) == []


def test_what_no_gateway_can_ever_carry_fails_with_the_reason(line: Line) -> None:
    words, prepared = say(line), say(line, template="rated")

    assert outbox.give_up_uncarriable([], at=NOON) == 0, "without any gateway they wait for the first"
    assert outbox.give_up_uncarriable([CLOUD], at=NOON) == 1
    words.refresh_from_db()
    prepared.refresh_from_db()
    assert (words.state, words.fault) == (TextState.FAILED, outbox.NO_FREE_TEXT)
    assert prepared.state == TextState.QUEUED


def test_a_pause_is_an_act_of_the_operator_and_stands_in_the_trail(city: Office, settings: Settings) -> None:
    settings.CHANNELS = (FREE, CLOUD)
    operator = make.viewer(city, Role.OPERATOR)

    gateways.pause("free", "运营商割接", by=operator)
    gateways.pause("free", "又点了一次", by=operator)
    assert gateways.paused() == {"free"}
    gateways.resume("free", by=operator)
    gateways.resume("free", by=operator)

    assert gateways.paused() == frozenset()
    assert list(TrailEntry.objects.order_by("seq").values_list("act", "reason")) == [
        ("pause_gateway", "运营商割接"),
        ("resume_gateway", ""),
    ]


def test_nobody_else_pauses_a_gateway_and_nobody_without_a_reason(city: Office, settings: Settings) -> None:
    settings.CHANNELS = (FREE,)
    with pytest.raises(NotYours):
        gateways.pause("free", "不想发", by=make.viewer(city, Role.OFFICIAL))
    with pytest.raises(gateways.SayWhyPaused):
        gateways.pause("free", " ", by=make.viewer(city, Role.OPERATOR))
    with pytest.raises(gateways.NoSuchGateway):
        gateways.pause("other", "割接", by=make.viewer(city, Role.OPERATOR))
    assert gateways.paused() == frozenset()


@pytest.mark.django_db
def test_the_database_itself_refuses_two_pauses_at_once() -> None:
    GatewayPause.objects.create(name="free", reason="割接", paused_at=NOON)
    with pytest.raises(DatabaseError), transaction.atomic():
        GatewayPause.objects.create(name="free", reason="割接", paused_at=NOON)


def test_the_operator_sees_how_much_waits_what_it_cost_and_what_failed(line: Line) -> None:
    waits, sent, failed = say(line), say(line), say(line)
    for text, gateway in ((sent, "free"), (failed, "free")):
        outbox.claim("w", gateway=gateway, among=gateways.texts_for(FREE, ()) & _only(text), at=NOON)
    outbox.submitted(sent.pk, "free", ["1", "2", "3"], billed=3, at=NOON)
    outbox.rejected(failed.pk, "free", "blocked", retryable=False, at=NOON)

    seen = gateways.figures(FREE, (), at=NOON + timedelta(minutes=5))

    assert (seen.waiting, seen.oldest_at) == (1, waits.send_after)
    assert (seen.segments_today, seen.segments_this_month) == (3, 3)
    assert seen.failures == (("rejected: blocked", 1),)
    tomorrow = gateways.figures(FREE, (), at=NOON + timedelta(days=1))
    assert (tomorrow.segments_today, tomorrow.segments_this_month) == (0, 3)


@pytest.mark.parametrize(("channels", "may"), [((), True), ((CLOUD,), False), ((CLOUD, FREE), True)])
def test_own_words_are_offered_only_where_a_gateway_takes_them(
    settings: Settings, channels: tuple[Channel, ...], may: bool
) -> None:
    settings.CHANNELS = channels
    assert gateways.may_say("+8613900000001") is may


@pytest.mark.django_db(transaction=True)
def test_gateways_that_race_for_the_same_texts_never_share_one() -> None:
    line = make.line(make.official(make.city()))
    texts = {say(line).pk for _ in range(30)}
    got: dict[str, list[int]] = {"free": [], "spare": [], "third": []}

    def race(name: str) -> None:
        try:
            among = gateways.texts_for(Channel(name), ())
            while some := outbox.claim(name, 4, gateway=name, among=among, at=NOON):
                got[name] += [one.text_id for one in some]
        finally:
            connection.close()

    threads = [threading.Thread(target=race, args=(name,)) for name in got]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(one for some in got.values() for one in some) == sorted(texts)
    for name, ids in got.items():
        assert set(Text.objects.filter(gateway=name).values_list("pk", flat=True)) == set(ids)


def _only(text: Text) -> Q:
    return Q(pk=text.pk)
