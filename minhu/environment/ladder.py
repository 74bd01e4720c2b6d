"""Reads the ladder's window and thresholds."""

from __future__ import annotations

from datetime import timedelta

from minhu.environment import BadSetting, Environment
from minhu.rules.ladder import Thresholds


def ladder(env: Environment) -> Thresholds:
    """Each step needs more than the one below. Raises: BadSetting."""
    found = Thresholds(
        window=timedelta(days=env.whole("MINHU_LADDER_DAYS", 90, low=1, high=730)),
        reminder=env.whole("MINHU_LADDER_REMINDER", 1, low=1, high=100),
        interview=env.whole("MINHU_LADDER_INTERVIEW", 2, low=1, high=100),
        referral=env.whole("MINHU_LADDER_REFERRAL", 3, low=1, high=100),
    )
    pairs = {"INTERVIEW": (found.reminder, found.interview), "REFERRAL": (found.interview, found.referral)}
    for name, (below, least) in pairs.items():
        if least <= below:
            raise BadSetting(f"MINHU_LADDER_{name}", f"must be greater than {below}, which the step below needs")
    return found
