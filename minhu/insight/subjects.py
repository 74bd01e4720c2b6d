"""The tree of subjects of a city: codes in the manner of GB/T 39666, and paths with "/" between the levels."""

from __future__ import annotations

from collections.abc import Mapping

from django.conf import settings

from minhu.environment.insight import InsightSettings
from minhu.rules.errors import Refusal


class NoSuchSubject(Refusal):
    code = "no_such_subject"
    words = "没有这个主题，请从列表里选一个。"


def subjects() -> Mapping[str, str]:
    """Each path with its code, in the order of the city."""
    chosen: InsightSettings = settings.INSIGHT
    return chosen.subjects
