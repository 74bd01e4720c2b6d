"""Nothing is lost and nothing is said twice, whichever side dies in the middle."""

from __future__ import annotations

import contextlib
import socket
import struct
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from minhu.audit.models import Pulse
from minhu.cases.models import Case
from minhu.intake.models import RawText
from minhu.rules.words import TextState
from tests.peers.smsc_handle import Smsc, text
from tests.texting.process import Jobs, eventually
from tests.texting.test_both_ways import CITIZEN, MATTER, to
from tests.texting.town import Town, database_held, said_by

pytestmark = pytest.mark.django_db(transaction=True)

WINDOW = 10
MANY = 40


def test_a_text_that_was_not_stored_is_not_acknowledged_and_comes_again(smsc: Smsc, jobs: Jobs, town: Town) -> None:
    with database_held():
        smsc.inject(text(CITIZEN, to(town.line), MATTER))
        smsc.until("brought", 1)
        jobs.kill()
        assert smsc.figures()["acked"] == 0
    jobs.start()

    smsc.until("acked", 1)
    eventually(lambda: Case.objects.exists())
    assert town.arrived() == [MATTER]


def test_a_text_whose_acknowledgement_was_lost_comes_again_and_is_kept_once(smsc: Smsc, jobs: Jobs, town: Town) -> None:
    smsc.manners(die_on_ack=True)
    smsc.inject(text(CITIZEN, to(town.line), MATTER))
    smsc.has_died()
    assert RawText.objects.count() == 1
    smsc.start()

    smsc.until("acked", 1)
    smsc.inject(text("13900000022", to(town.line), "后来的另一位群众反映的事情"))
    eventually(lambda: len(town.arrived()) == 2)
    assert RawText.objects.count() == 2
    assert jobs.alive


def test_when_the_gateway_dies_over_our_texts_none_goes_twice_and_staff_see_the_doubtful(
    smsc: Smsc, jobs: Jobs, town: Town
) -> None:
    smsc.manners(die_on_submit=True)
    bodies = town.queue_many(MANY)
    smsc.has_died()
    smsc.start()

    eventually(lambda: TextState.QUEUED not in town.states().values() and not _in_hand(town))
    _none_lost_none_twice(smsc, town, bodies)
    assert 1 <= len(town.in_doubt()) <= WINDOW


def test_when_the_jobs_process_dies_over_our_texts_none_goes_twice_and_staff_see_the_doubtful(
    smsc: Smsc, jobs: Jobs, town: Town
) -> None:
    smsc.manners(answers="withheld")
    bodies = town.queue_many(MANY)
    smsc.until("withheld", WINDOW)
    jobs.kill()
    smsc.manners(answers="at_once")
    jobs.start()

    eventually(lambda: TextState.QUEUED not in town.states().values() and not _in_hand(town))
    _none_lost_none_twice(smsc, town, bodies)
    assert len(said_by(smsc)) == MANY
    assert sorted(town.in_doubt()) == sorted(said_by(smsc)[:WINDOW])


def test_a_stop_while_texts_go_out_leaves_no_doubt(smsc: Smsc, jobs: Jobs, town: Town) -> None:
    smsc.manners(answers="delayed", delay_seconds=0.3)
    bodies = town.queue_many(MANY)
    smsc.until("submitted", WINDOW)

    assert jobs.stop() == 0

    assert set(town.states().values()) <= {TextState.QUEUED, TextState.SENT}
    jobs.start()
    smsc.manners(answers="at_once")
    eventually(lambda: set(town.states().values()) == {TextState.SENT})
    assert sorted(said_by(smsc)) == sorted(bodies)


def test_one_text_that_waits_for_its_answer_holds_up_no_other(smsc: Smsc, town: Town) -> None:
    smsc.manners(answers="withheld")
    first = town.queue("第一条")
    smsc.until("withheld", 1)
    smsc.manners(answers="at_once")
    town.queue_many(3)

    eventually(lambda: list(town.states().values()).count(TextState.SENT) == 3)
    assert town.states()[first.body] == TextState.SENDING
    smsc.release()
    eventually(lambda: town.states()[first.body] == TextState.SENT)


def test_a_text_that_the_gateway_refuses_is_shown_to_staff(smsc: Smsc, town: Town) -> None:
    smsc.manners(refuse_times=1, refuse_status=0x0B)
    town.queue("会后给您回电")

    eventually(lambda: town.states() == {"会后给您回电": TextState.FAILED})
    assert town.in_doubt() == ["会后给您回电"]
    assert said_by(smsc) == []


def test_a_wrong_password_is_tried_again_and_the_doctor_says_what_to_do(tmp_path: Path, database_url: str) -> None:
    with _door() as door, Jobs(tmp_path / "jobs", database_url, door.port) as jobs:
        eventually(lambda: Pulse.objects.filter(detail__gateways__smpp__trouble__icontains="ESME_RINVPASWD").exists())
        eventually(lambda: door.knocks >= 2)
        said = jobs.run("doctor")
        assert "ESME_RINVPASWD" in said
        assert "SMPP_PASSWORD" in said

        door.opens = True
        eventually(lambda: Pulse.objects.filter(detail__gateways__smpp__up=True).exists())
        assert jobs.alive


def _in_hand(town: Town) -> bool:
    return TextState.SENDING in town.states().values()


def _none_lost_none_twice(smsc: Smsc, town: Town, bodies: list[str]) -> None:
    said, states = said_by(smsc), town.states()
    assert len(said) == len(set(said)), "something was said twice"
    assert sorted(states) == sorted(bodies)
    unsaid = set(bodies) - set(said)
    assert all(states[body] == TextState.UNKNOWN for body in unsaid), "something was lost"
    assert set(states.values()) <= {TextState.SENT, TextState.UNKNOWN}
    assert sorted(town.in_doubt()) == sorted(body for body, state in states.items() if state == TextState.UNKNOWN)


class _Door:
    """A loopback SMSC that refuses every bind for its password, until it opens."""

    def __init__(self, listener: socket.socket) -> None:
        self.port: int = listener.getsockname()[1]
        self.knocks = 0
        self.opens = False
        self._listener = listener

    def serve(self) -> None:
        while True:
            try:
                sock, _ = self._listener.accept()
            except OSError:
                return
            with sock, contextlib.suppress(OSError):
                self._greet(sock)

    def _greet(self, sock: socket.socket) -> None:
        header = sock.recv(16, socket.MSG_WAITALL)
        if len(header) < 16:
            return
        length, command, _, sequence = struct.unpack(">LLLL", header)
        sock.recv(length - 16, socket.MSG_WAITALL)
        self.knocks += 1
        status = 0 if self.opens else 0x0E
        sock.sendall(struct.pack(">LLLL", 21, command | 0x80000000, status, sequence) + b"smsc\0")
        while self.opens and sock.recv(4096):
            pass


@contextlib.contextmanager
def _door() -> Iterator[_Door]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        door = _Door(listener)
        thread = threading.Thread(target=door.serve, daemon=True)
        thread.start()
        try:
            yield door
        finally:
            listener.shutdown(socket.SHUT_RDWR)
    thread.join(10)
