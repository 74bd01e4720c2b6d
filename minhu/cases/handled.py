"""How a case is handled, for its page: handed over, given time, avoided, joined, attached to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TypedDict

from minhu.cases.authority import current_transfer, parts_of, seen
from minhu.cases.callbacks import is_unreachable
from minhu.cases.handing_over import forward_due_of, hop_limit, hops_of
from minhu.cases.models import Case, Extension
from minhu.cases.tracking import may_go_up, receiver_name
from minhu.rules import handover
from minhu.rules.access import Viewer
from minhu.rules.casework import ALWAYS, NEXT, Act
from minhu.rules.keeping import ERASED
from minhu.rules.rights import may
from minhu.rules.words import AssignmentKind, CaseState


@dataclass(frozen=True, slots=True)
class TransferRow:
    """late: it was handed over after the working day it had. ended: why it is no longer with them, "" while it is."""

    hop: int
    kind: AssignmentKind
    to: str
    by: str
    reason: str
    due_at: datetime
    handed_at: datetime
    late: bool
    ended_at: datetime | None
    ended: str
    ended_reason: str


@dataclass(frozen=True, slots=True)
class ExtensionRow:
    was_due_at: datetime
    due_at: datetime
    reason: str
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class AttachmentRow:
    """by: who handed it in, "" for the citizen. shown: the citizen may see it."""

    id: int
    name: str
    kind: str
    size: int
    by: str
    shown: bool
    at: datetime


@dataclass(frozen=True, slots=True)
class AdditionRow:
    """What the citizen added on his page."""

    body: str
    at: datetime


@dataclass(frozen=True, slots=True)
class JoinedRow:
    """Another report of the same matter."""

    id: int
    code: str
    state: CaseState
    opened_at: datetime


class Handled(TypedDict):
    """The part of a CasePage that this file fills."""

    with_unit: str
    transfers: tuple[TransferRow, ...]
    transfers_left: int
    forward_due_at: datetime | None
    extension: ExtensionRow | None
    attempts: tuple[datetime, ...]
    unreachable: bool
    attachments: tuple[AttachmentRow, ...]
    additions: tuple[AdditionRow, ...]
    avoids: tuple[str, ...]
    named: tuple[str, ...]
    parent_id: int | None
    joined: tuple[JoinedRow, ...]
    may_go_up: bool


def acts_of(viewer: Viewer, case: Case) -> frozenset[Act]:
    """What the viewer may do with a case that he sees, in the state it is in."""
    possible = {act for state, act in NEXT if state == case.state} | ALWAYS
    parts = parts_of(viewer, case)
    allowed = {act for act in possible if may(parts, act)}
    if case.parent_id is not None or not handover.may_go_on(hops_of(case), hop_limit(case.city_id)):
        allowed.discard(Act.TRANSFER)
    if Extension.objects.filter(case=case).exists():
        allowed.discard(Act.EXTEND)
    if case.parent_id is None:
        allowed.discard(Act.PART)
    if case.holder_id is not None:
        allowed.discard(Act.ASSIGN)
    return frozenset(allowed)


def handled(viewer: Viewer, case: Case, at: datetime) -> Handled:
    """For somebody who sees the case."""
    there = current_transfer(case)
    hops = hops_of(case)
    left = hop_limit(case.city_id) - hops.used if handover.may_go_on(hops, hop_limit(case.city_id)) else 0
    to_hand_over = left and case.state in {CaseState.NEW.value, CaseState.HELD.value}
    return Handled(
        with_unit=receiver_name(there) if there else "",
        transfers=_transfers(case),
        transfers_left=left,
        forward_due_at=forward_due_of(case) if to_hand_over else None,
        extension=_extension(case),
        attempts=tuple(case.attempts.order_by("at").values_list("at", flat=True)),
        unreachable=is_unreachable(case),
        attachments=_attachments(case),
        additions=tuple(AdditionRow(one.body, one.at) for one in case.additions.order_by("at", "id")),
        avoids=tuple(
            one.office.name if one.office else one.official.name if one.official else ""
            for one in case.conflicts.select_related("office", "official").order_by("at", "id")
        ),
        named=tuple(one.official.name for one in case.named.select_related("official").order_by("at", "id")),
        parent_id=_seen_parent(viewer, case),
        joined=tuple(
            JoinedRow(one.pk, one.code, CaseState(one.state), one.opened_at)
            for one in Case.objects.filter(seen(viewer), parent=case).order_by("opened_at")
        ),
        may_go_up=may_go_up(case, at),
    )


def _transfers(case: Case) -> tuple[TransferRow, ...]:
    return tuple(
        TransferRow(
            one.hop, AssignmentKind(one.kind), receiver_name(one), str(one.by) if one.by else "", one.reason,
            one.due_at, one.handed_at, one.handed_at > one.due_at, one.ended_at, one.ended, one.ended_reason,
        )
        for one in case.transfers.select_related("office", "official", "by").order_by("hop")
    )  # fmt: skip


def _extension(case: Case) -> ExtensionRow | None:
    one = Extension.objects.select_related("by").filter(case=case).first()
    return ExtensionRow(one.was_due_at, one.due_at, one.reason, str(one.by) if one.by else "", one.at) if one else None


def _attachments(case: Case) -> tuple[AttachmentRow, ...]:
    return tuple(
        AttachmentRow(one.pk, one.name, one.kind, one.size, str(one.by) if one.by else "", one.shown, one.at)
        for one in case.attachments.exclude(name=ERASED).select_related("by").order_by("at", "id")
    )


def _seen_parent(viewer: Viewer, case: Case) -> int | None:
    if case.parent_id is None:
        return None
    return Case.objects.filter(seen(viewer), pk=case.parent_id).values_list("pk", flat=True).first()
