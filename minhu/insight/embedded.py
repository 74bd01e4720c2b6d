"""Vectors of cases, each made once: kept beside the case while its words are the same. Loads arrays."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from hashlib import blake2b

import numpy as np

from minhu.cases.models import Case
from minhu.insight.engine.embedders import Embedder, passage
from minhu.insight.engine.groups import Report
from minhu.insight.engine.wording import headline
from minhu.insight.models import Embedded

_EXACT = np.dtype("<f2")
"""What is kept is what is used, so that a process that begins groups as the one before it did."""

_KEPT_AT_ONCE = 32
"""Some seconds of work: what is made is not lost with the process."""


def embedded(reports: Sequence[Report], embed: Embedder) -> list[Report]:
    """The reports with a vector each; what is not kept yet is made, and kept."""
    digests = {one.key: _digest(one) for one in reports}
    kept = Embedded.objects.filter(case__in=[int(one.key) for one in reports]).values_list("case", "of", "vector")
    known = {str(case): bytes(vector) for case, of, vector in kept if of == digests[str(case)]}
    fresh = [one for one in reports if one.key not in known]
    for begin in range(0, len(fresh), _KEPT_AT_ONCE):
        some = fresh[begin : begin + _KEPT_AT_ONCE]
        made = embed([_passage(one) for one in some]).astype(_EXACT)
        known |= {one.key: vector.tobytes() for one, vector in zip(some, made, strict=True)}
        _keep([one.key for one in some], digests, known)
    return [replace(one, vector=np.frombuffer(known[one.key], _EXACT).astype(np.float32)) for one in reports]


def _keep(keys: Sequence[str], digests: dict[str, str], known: dict[str, bytes]) -> None:
    cities = dict(Case.objects.filter(pk__in=map(int, keys)).values_list("pk", "city_id"))
    rows = [Embedded(case_id=int(key), city_id=cities[int(key)], of=digests[key], vector=known[key]) for key in keys]
    Embedded.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["case"], update_fields=["city", "of", "vector"]
    )


def _passage(report: Report) -> str:
    return passage(*headline(report.title, report.detail))


def _digest(report: Report) -> str:
    return blake2b(_passage(report).encode("utf-8", "replace"), digest_size=16).hexdigest()
