"""Whose turn it is to read a city's stream: one process at a time, and never two that both write.

    take()      before a pass: the turn is ours for a while, unless somebody else has it
    hold()      in the transaction that writes: it still is, and nobody has decided anything since; else LostTurn
    changed()   in the transaction of somebody's decision: whoever reads next knows which groups to make anew

LostTurn    what was read is not written; the reader forgets it and reads from the records again
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db.models import Q

from minhu.insight.models import StreamTurn

LASTS = timedelta(minutes=2)
MOST_CHANGES = 50


class LostTurn(RuntimeError):
    """Another process reads this stream now, or somebody decided something meanwhile."""


def take(city_id: int, holder: str, at: datetime) -> StreamTurn | None:
    """The turn, if it is ours or nobody's; None while another process has it."""
    turn, _ = StreamTurn.objects.get_or_create(city_id=city_id, defaults={"until": at})
    free = StreamTurn.objects.filter(Q(holder=holder) | Q(until__lte=at), pk=city_id)
    if not free.update(holder=holder, until=at + LASTS):
        return None
    turn.refresh_from_db()
    return turn


def hold(city_id: int, holder: str, decided: int) -> StreamTurn:
    """The turn, locked; to be asked first in the transaction that writes. Raises: LostTurn."""
    turn = StreamTurn.objects.select_for_update(no_key=True).get(pk=city_id)
    if turn.holder != holder or turn.decided != decided:
        raise LostTurn
    return turn


def locked(city_id: int, at: datetime) -> StreamTurn:
    """The turn, locked for somebody's decision, so that nothing is written past it."""
    StreamTurn.objects.get_or_create(city_id=city_id, defaults={"until": at})
    return StreamTurn.objects.select_for_update(no_key=True).get(pk=city_id)


def changed(turn: StreamTurn, names: Iterable[str]) -> None:
    """These groups are other than they were; under the lock of the turn."""
    turn.decided += 1
    turn.changes = [*turn.changes, [turn.decided, sorted(set(names))]][-MOST_CHANGES:]
    turn.save(update_fields=["decided", "changes"])


def all_changed(turn: StreamTurn) -> None:
    """Every group may be other than it was; under the lock of the turn."""
    turn.decided += 1
    turn.changes, turn.measured = [], turn.decided
    turn.save(update_fields=["decided", "changes", "measured"])


def measured(turn: StreamTurn) -> None:
    """The issues were measured as people have decided; under the lock of the turn."""
    if turn.measured != turn.decided:
        turn.measured = turn.decided
        turn.save(update_fields=["measured"])


def changes_since(turn: StreamTurn, decided: int) -> set[str] | None:
    """The groups that were changed after that many decisions; None when there were too many to be listed."""
    missed = [names for number, names in turn.changes if number > decided]
    if len(missed) != turn.decided - decided:
        return None
    return {name for names in missed for name in names}


def give_up(city_id: int, holder: str, at: datetime) -> None:
    """Let the next process have it at once."""
    StreamTurn.objects.filter(pk=city_id, holder=holder).update(until=at)
