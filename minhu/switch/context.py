"""What the database knows of a citizen who rings: one query, asked in the transaction that keeps his call."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from django.db import connection

from minhu.intake.entries import Context, Opened
from minhu.rules.words import PartyKind, Urgency

_MUTED, _PROMISED, _HELD, _TEXTED = range(4)

# Promises that cases has taken over, those still in a call's row, and how often we wrote to him today.
_QUERY = """
SELECT 0, muted_until, CAST(NULL AS bigint), CAST(NULL AS bigint), '', ''
  FROM intake_citizen WHERE id = %s
UNION ALL SELECT * FROM (
  SELECT 1, p.due_at, p.owner_official_id, p.owner_desk_id, c.code, c.urgency
    FROM cases_case c JOIN cases_promise p ON p.case_id = c.id
   WHERE c.city_id = %s AND c.citizen_id = %s AND c.line_id = %s AND p.kind = 'call_back'
     AND p.kept_at IS NULL AND p.released_at IS NULL
   ORDER BY p.due_at DESC LIMIT 1) AS promised
UNION ALL SELECT * FROM (
  SELECT 2, promise_due_at, promise_owner_id, CAST(NULL AS bigint), code, promise_owner_kind
    FROM intake_call
   WHERE city_id = %s AND citizen_id = %s AND line_id = %s AND direction = 'inbound'
     AND id <> %s AND taken_in_at IS NULL AND promise_due_at > %s AND answered_by_kind = ''
   ORDER BY promise_due_at DESC LIMIT 1) AS held
UNION ALL SELECT * FROM (
  SELECT 3, CAST(NULL AS timestamp{zone}), count(*), CAST(NULL AS bigint), '', ''
    FROM intake_thread h JOIN intake_text t ON t.thread_id = h.id
   WHERE h.line_id = %s AND h.citizen_id = %s AND t.direction = 'outbound' AND t.at > %s) AS texted
"""
_QUERIES = {"postgresql": _QUERY.format(zone="tz"), "sqlite": _QUERY.format(zone="")}


def look_up(opened: Opened, citizen_id: int) -> Context:
    """The caller's muting, the callback he is owed on this line, and how many texts he had in a day."""
    if opened.line_id is None:
        return Context(citizen_id)
    on_line = [opened.city_id, citizen_id, opened.line_id]
    since, call = opened.at - timedelta(days=1), opened.call.hex
    with connection.cursor() as cursor:
        cursor.execute(
            _QUERIES[connection.vendor],
            [citizen_id, *on_line, *on_line, call, _text(opened.at), opened.line_id, citizen_id, _text(since)],
        )
        rows = {row[0]: row for row in cursor.fetchall()}
    muted_until = _time(rows[_MUTED][1]) if _MUTED in rows else None
    promised = rows.get(_PROMISED)
    due_at = _time(promised[1]) if promised else None
    if promised is None or due_at is None or due_at <= opened.at:
        promised, due_at = None, None
    known = Context(
        citizen_id,
        muted=muted_until is not None and muted_until > opened.at,
        texts_today=int(rows[_TEXTED][2]) if _TEXTED in rows else 0,
    )
    return _with_callback(known, promised or rows.get(_HELD), from_case=promised is not None)


def _with_callback(known: Context, row: tuple[object, ...] | None, *, from_case: bool) -> Context:
    if row is None:
        return known
    _, due_at, first_id, desk_id, code, word = row
    if from_case:
        kind = PartyKind.OFFICIAL if first_id is not None else PartyKind.STAFF
        owner = first_id if first_id is not None else desk_id
    else:
        kind, owner = PartyKind(str(word)), first_id
    return Context(
        known.citizen_id,
        callback_due_at=_time(due_at),
        callback_owner_kind=kind.value,
        callback_owner_id=int(str(owner)) if owner is not None else None,
        code=str(code),
        urgent=from_case and word == Urgency.URGENT.value,
        muted=known.muted,
        texts_today=known.texts_today,
    )


def _text(at: datetime) -> str:
    return str(at.astimezone(UTC).replace(tzinfo=None))


def _time(value: object) -> datetime | None:
    """A time as either database gives it."""
    if value is None:
        return None
    at = value if isinstance(value, datetime) else datetime.fromisoformat(str(value))
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at
