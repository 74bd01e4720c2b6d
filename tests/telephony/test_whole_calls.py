"""Real calls through the whole of Minhu: SIPp rings, the switch decides and journals, SIPp answers or does not."""

from __future__ import annotations

import re
import socket
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone

from minhu.audit import privacy
from minhu.carriers.tests.media.phone import Phone as Telephone
from minhu.directory.models import Line as PublishedLine
from minhu.directory.models import Official
from minhu.intake.models import Call, CallOrder, CallStep, Citizen, Recording, Text
from minhu.rules.words import PartyKind
from tests import make
from tests.telephony.sipp import CODECS, Phone, Phones
from tests.telephony.test_sip_media import heard
from tests.telephony.whole import Line, eventually

pytestmark = pytest.mark.django_db(transaction=True)

ANSWERS, BUSY, DECLINES, IGNORES = "1", "2", "3", "4"
"""What the last digit of a handset's number makes it do (scenarios/handsets.xml)."""

CALLER = "13800001111"
DIVERTED = 0
PATIENT_SECONDS = "20"
"""A handset that answers is given time to: on a busy machine two seconds are sometimes too few."""


@dataclass
class City:
    """One official, one desk, and the line between them."""

    line: Line
    phones: Phones
    published: PublishedLine
    official: Official
    handsets: Phone

    @property
    def number(self) -> str:
        return self.published.number

    def ring(self, scenario: str = "call", *, caller: str = CALLER, number: str = "", **fills: object) -> Phone:
        return self.phones.call(scenario, to=self.line.at, number=number or self.number, caller=caller, **fills)  # type: ignore[arg-type]


class Cities:
    """Makes a city for a test: how the official's handset behaves, and the desk's."""

    def __init__(
        self,
        folder: Path,
        url: str,
        phones: Phones,
        *,
        around: tuple[str, ...] = (),
        more: Mapping[str, str] | None = None,
    ) -> None:
        self._folder = folder
        self._url = url
        self._phones = phones
        self._around = around
        self._more = more or {}

    @contextmanager
    def where(self, official: str, desk: str = "", **handsets: object) -> Iterator[City]:
        behind = self._phones.serve("handsets", **handsets)  # type: ignore[arg-type]
        office = make.office(make.city())
        person = make.official(office, handset=f"+861540000900{official}")
        published = make.line(person, number="+865581230000")
        if desk:
            make.desk(office, number=f"+86558123910{desk}")
        patient = {
            f"MINHU_{who}_RING_SECONDS": PATIENT_SECONDS
            for who, handset in (("OFFICIAL", official), ("STAFF", desk))
            if handset == ANSWERS
        }
        with Line(self._folder, self._url, behind.port, around=self._around, more={**patient, **self._more}) as line:
            yield City(line, self._phones, published, person, behind)


@pytest.fixture
def cities(tmp_path: Path, database_url: str, phones: Phones) -> Cities:
    return Cities(tmp_path, database_url, phones)


def the_call() -> Call:
    return eventually(lambda: Call.objects.filter(ended_at__isnull=False).first())  # type: ignore[return-value]


def kinds(call: Call) -> list[str]:
    return list(CallStep.objects.filter(call=call).order_by("seq").values_list("kind", flat=True))


def test_the_official_answers_in_person(cities: Cities) -> None:
    with cities.where(official=ANSWERS) as city:
        calling = city.ring(talk_ms=600)
        assert calling.wait().ok
        call = the_call()

    assert calling.received("SIP/2.0 180") >= 1
    assert (call.state, call.answered_by_kind, call.answered_by_id) == ("answered", "official", city.official.pk)
    assert call.talk_seconds == pytest.approx(0.6, abs=0.3)
    assert call.promise_due_at is None
    assert kinds(call) == ["received", "planned", "ringing", "answered", "bridged", "ended"]
    assert call.citizen is not None
    assert call.citizen.masked == "138****1111"
    assert not Text.objects.exists()


@pytest.mark.parametrize("handset", [BUSY, DECLINES, IGNORES], ids=["busy", "declines", "times_out"])
def test_when_the_official_does_not_take_it_a_desk_does(cities: Cities, handset: str) -> None:
    with cities.where(official=handset, desk=ANSWERS) as city:
        assert city.ring(talk_ms=300).wait().ok
        call = the_call()

    assert call.answered_by_kind == "staff"
    missed = CallStep.objects.get(call=call, kind="not_answered")
    assert missed.party_kind == "official"
    assert missed.detail["sip"] == {BUSY: 486, DECLINES: 603, IGNORES: 487}[handset]


def test_nobody_answers_then_message_text_callback_and_both_hear_each_other(cities: Cities, tmp_path: Path) -> None:
    sound = tmp_path / "speech.alaw"
    sound.write_bytes(bytes([0x2A, 0xAA]) * 12_000)
    with cities.where(official=IGNORES, desk=BUSY) as city:
        codecs = CODECS.replace("media_port", "rtpstream_audio_port")
        assert city.ring("speak", sound=sound, codecs=codecs, talk_ms=3_000).wait(40).successful == 1
        call = the_call()

        assert (call.state, call.answered_by_kind) == ("diverted", "")
        assert call.promise_due_at is not None
        assert call.promise_due_at > call.received_at
        text = Text.objects.get(call=call)
        assert text.state == "queued"
        assert call.code in text.body
        recording = eventually(lambda: Recording.objects.filter(call=call).first())
        assert recording is not None
        sealed = city.line.folder / "data" / "recordings" / recording.file
        assert sealed.exists()
        assert recording.seconds > 0.3  # what is left of his three seconds once the prompts were spoken
        eventually(lambda: not list((city.line.folder / "data" / "spool").glob("*.messages/*.wav")))


def test_click_to_call_rings_the_official_first_and_bridges_both_ways(cities: Cities) -> None:
    official_sound, citizen_sound = telephones()
    with cities.where(official=ANSWERS, ring_ms=50, codecs=codecs_by_call(official_sound)) as city:
        _order(city)
        call = eventually(lambda: Call.objects.filter(answered_at__isnull=False).first(), seconds=20)
        assert call is not None
        told = [int(port) for port in re.findall(r"INVITE sip:[^@]*@.*?m=audio (\d+)", city.handsets.trace, re.DOTALL)]
        heard(official_sound), heard(citizen_sound)
        for number in range(50):
            official_sound.say(told[0], bytes([number + 1]) * 160)
            citizen_sound.say(told[1], bytes([number + 101]) * 160)
            time.sleep(0.02)
        time.sleep(0.1)
        displays = re.findall(r"INVITE sip:([^@]*)@.*?From: .*?<sip:([^@]*)@", city.handsets.trace, re.DOTALL)

    order = CallOrder.objects.get()
    call.refresh_from_db()
    assert [number for number, _ in displays] == ["+8615400009001", "+8613800009991"]
    assert {shown for _, shown in displays} == {city.number}
    assert sum(payload[0] > 100 for payload in heard(official_sound)) >= 48
    assert sum(payload[0] <= 100 for payload in heard(citizen_sound)) >= 48
    assert (order.result, order.call_id) == ("connected", call.pk)
    assert (call.direction, call.answered_by_kind) == ("outbound", "citizen")
    assert call.talk_seconds is not None
    assert call.talk_seconds > 0.9
    official_sound.socket.close()
    citizen_sound.socket.close()


def telephones() -> tuple[Telephone, Telephone]:
    """Two telephones whose RTP ports differ in the last digit only: 1 and 2, as SIPp counts its calls."""
    for base in range(41_230, 49_000, 10):
        with ExitStack() as taken:
            try:
                first = taken.enter_context(_bound(base + 1))
                second = taken.enter_context(_bound(base + 2))
            except OSError:  # of another test's
                continue
            taken.pop_all()
            return _telephone(first), _telephone(second)
    raise AssertionError("no free ports")


def _bound(port: int) -> socket.socket:
    made = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    try:
        made.bind(("127.0.0.1", port))
    except OSError:
        made.close()
        raise
    return made


def _telephone(bound: socket.socket) -> Telephone:
    telephone = Telephone()
    telephone.socket.close()
    telephone.socket, telephone.port = bound, bound.getsockname()[1]
    return telephone


def codecs_by_call(first: Telephone) -> str:
    return CODECS.replace("[media_port]", f"{first.port // 10}[call_number]")


def _order(city: City) -> None:
    citizen = Citizen.objects.create(
        city_id=city.published.city_id,
        number_sealed=privacy.seal("+8613800009991"),
        number_key=privacy.lookup_key("+8613800009991"),
        masked="138****9991",
        first_seen_at=timezone.now(),
    )
    CallOrder.objects.create(
        city_id=city.published.city_id,
        key="callback-1",
        line=city.published,
        citizen=citizen,
        asked_at=timezone.now() + timedelta(seconds=city.line.shift_seconds),
        party_kind=PartyKind.OFFICIAL.value,
        party_id=city.official.pk,
        party_number_sealed=privacy.seal("+8615400009001"),
    )


@pytest.mark.parametrize("after_ms", [100, 1500])
def test_a_caller_who_cancels_while_it_rings_holds_a_promise(cities: Cities, after_ms: int) -> None:
    with cities.where(official=IGNORES) as city:
        assert city.ring("cancel", ring_ms=after_ms).wait().ok
        call = the_call()

    assert (call.state, call.sip_code) == ("abandoned", 487)
    assert call.promise_due_at is not None
    assert Text.objects.filter(call=call, state="queued").count() == 1


def test_a_caller_who_hangs_up_while_the_prompt_plays_has_one_text(cities: Cities) -> None:
    with cities.where(official=BUSY) as city:
        assert city.ring(talk_ms=150).wait().ok
        call = the_call()

    assert call.state == "diverted"
    assert call.promise_due_at is not None
    assert Text.objects.filter(call=call).count() == 1
    assert "said" in kinds(call)


@pytest.mark.parametrize(
    "header",
    [
        "Diversion: <sip:+8613812345678@carrier>;reason=unconditional, <sip:$line@carrier>;reason=user-busy;counter=1",
        "History-Info: <sip:+8613812345678@carrier>;index=1, <sip:$line@carrier?Reason=SIP%3Bcause%3D486>;index=1.1",
    ],
    ids=["diversion", "history_info"],
)
def test_a_call_forwarded_by_the_carrier_never_rings_the_official(cities: Cities, header: str) -> None:
    with cities.where(official=ANSWERS, desk=ANSWERS) as city:
        headers = header.replace("$line", city.number)
        assert city.ring(number="80009999", headers=headers, talk_ms=300).wait().ok
        call = the_call()

    assert (call.line_id, call.diversion) == (city.published.pk, city.number)
    assert call.reason in {"user-busy", "486"}
    assert call.answered_by_kind == "staff"
    assert not CallStep.objects.filter(call=call, party_kind="official").exclude(kind="promised").exists()


def test_a_withheld_number_is_served_all_the_same(cities: Cities) -> None:
    with cities.where(official=BUSY) as city:
        assert city.ring(caller="anonymous", headers="Privacy: id", talk_ms=500).wait().ok
        call = the_call()

    assert call.citizen_id is None
    assert call.promise_due_at is not None
    said = CallStep.objects.filter(call=call, kind="said").order_by("seq").values_list("detail", flat=True)
    assert "callback_by" in said[0]["prompts"]
    assert not Text.objects.exists()


def test_an_unknown_number_is_told_so_and_journaled(cities: Cities) -> None:
    with cities.where(official=ANSWERS) as city:
        assert city.ring("call_until_bye", number="05587654321").wait().ok
        call = the_call()

    assert (call.line_id, call.dialled) == (None, "05587654321")
    said = CallStep.objects.get(call=call, kind="said") if "said" in kinds(call) else None
    assert said is None or said.detail["prompts"] == ["not_in_service"]


def test_thirty_calls_to_one_line_at_once_are_each_answered_or_promised(cities: Cities, phones: Phones) -> None:
    with cities.where(official=ANSWERS, desk=ANSWERS, ring_ms=50) as city:
        callers = phones.call(
            "call",
            to=city.line.at,
            number=city.number,
            calls=30,
            rate=1000,
            talk_ms=3000,
            caller="1380000[call_number]00",
        )
        callers.wait(40)
        calls = eventually(
            lambda: list(Call.objects.all()) if Call.objects.filter(ended_at__isnull=False).count() == 30 else []
        )

    assert all(bool(call.answered_by_kind) != bool(call.promise_due_at) for call in calls)
    assert any(call.answered_by_kind == "official" for call in calls)
