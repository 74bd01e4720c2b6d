"""The evidence: all of it, nobody's number, the same bytes for the same facts, and any change is found."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime, timedelta, timezone

import pytest

from minhu.audit import privacy
from minhu.audit.guards import all_guards
from minhu.audit.models import TrailEntry
from minhu.audit.triggers import install, remove
from minhu.intake.models import CallStep
from minhu.rules.words import Presence, StepKind
from minhu.supervision import evidence
from minhu.supervision.models import EvidencePack
from minhu.supervision.tests.complained import AT, TUESDAY, Affair
from tests import make

pytestmark = pytest.mark.django_db


def test_the_pack_holds_calls_with_their_journal_texts_promises_and_what_he_was_doing() -> None:
    affair = Affair.begin()
    CallStep.objects.create(call=affair.call, seq=0, at=AT, kind=StepKind.RINGING.value, detail={"seconds": 20})
    make.busy(affair.official, Presence.MEETING, since=AT - timedelta(minutes=5))
    make.busy(affair.official, Presence.MEETING, since=AT + timedelta(days=3))
    affair.asked()
    pack = json.loads(EvidencePack.objects.get().content)

    [call] = pack["calls"]
    assert (call["id"], call["ring_seconds"], call["promise_due_at"]) == (
        str(affair.call.pk), 20.0, "2026-03-02T04:00:00.000000+00:00",
    )  # fmt: skip
    assert call["journal"] == [
        {"at": "2026-03-02T02:00:00.000000+00:00", "detail": {"seconds": 20}, "kind": "ringing", "party_id": None,
         "party_kind": "", "seq": 0}
    ]  # fmt: skip
    assert [(one["kind"], one["kept_at"]) for one in pack["promises"]] == [("call_back", None)]
    assert [one["state"] for one in pack["presence"]["spans"]] == ["meeting"]
    assert pack["complaint"]["official"]["name"] == "王明"
    assert pack["case"]["code"] == affair.case.code


def test_no_number_of_the_citizen_stands_in_it() -> None:
    affair = Affair.begin()
    make.text(affair.line, affair.citizen, f"投诉{affair.case.code}没人管", at=AT)
    affair.asked()
    content = EvidencePack.objects.get().content

    assert privacy.unseal(affair.citizen.number_sealed or b"")[3:] not in content
    assert affair.citizen.masked in content


def test_the_same_facts_are_the_same_bytes_and_the_hash_is_that_of_the_file() -> None:
    here = datetime(2026, 3, 2, 10, tzinfo=timezone(timedelta(hours=8)))
    one = evidence.canonical({"b": [here, None, 1.5], "a": {"z": "字", "y": True}})
    two = evidence.canonical({"a": {"y": True, "z": "字"}, "b": [here.astimezone(UTC), None, 1.5]})

    assert one == two == '{"a":{"y":true,"z":"字"},"b":["2026-03-02T02:00:00.000000+00:00",null,1.5]}'
    assert evidence.digest(one) == hashlib.sha256(one.encode()).hexdigest()


def test_what_was_changed_behind_our_back_is_found(request: pytest.FixtureRequest) -> None:
    from django.db import connection

    one = Affair.begin().asked()
    found = evidence.verify(one.pk)
    assert found is not None
    assert found.sound
    assert evidence.verify(one.pk + 1) is None

    guards = [guard for guard in all_guards() if guard.table in {"supervision_evidencepack", "audit_trailentry"}]
    remove(connection, guards)
    try:
        pack = EvidencePack.objects.get()
        changed = pack.content.replace("王明", "王日")
        EvidencePack.objects.update(content=changed)
        assert "now hashes to" in (evidence.verify(one.pk) or found).fault
        EvidencePack.objects.update(sha256=evidence.digest(changed))
        assert (evidence.verify(one.pk) or found).fault == "the trail holds another hash"
        EvidencePack.objects.update(content=pack.content, sha256=pack.sha256)
        TrailEntry.objects.filter(act="ask").update(detail={"pack": "0"})
        assert not (evidence.verify(one.pk) or found).sound
    finally:
        install(connection, guards)


def test_evidence_of_what_happens_later_is_not_in_it() -> None:
    affair = Affair.begin()
    one = affair.asked(at=TUESDAY)
    before = one.pack.content
    make.text(affair.line, affair.citizen, "补充：还是没人", at=TUESDAY + timedelta(hours=1))

    assert EvidencePack.objects.get().content == before
