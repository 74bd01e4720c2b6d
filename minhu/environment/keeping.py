"""Reads how long what citizens told is kept."""

from __future__ import annotations

from datetime import timedelta

from minhu.environment import BadSetting, Environment
from minhu.rules.keeping import LONGEST, TRAIL_AT_LEAST, Periods


def keeping(env: Environment) -> Periods:
    """Sound is kept no longer than the words of its matter. Raises: BadSetting."""
    usual, longest = Periods(), LONGEST.days
    found = Periods(
        words=timedelta(
            days=env.whole("MINHU_KEEP_WORDS_DAYS", usual.words.days, low=TRAIL_AT_LEAST.days, high=longest)
        ),
        recordings=timedelta(days=env.whole("MINHU_KEEP_RECORDINGS_DAYS", usual.recordings.days, low=30, high=longest)),
        loose=timedelta(days=env.whole("MINHU_KEEP_LOOSE_DAYS", usual.loose.days, low=30, high=longest)),
    )
    if found.recordings > found.words:
        raise BadSetting(
            "MINHU_KEEP_RECORDINGS_DAYS", f"must not be greater than {found.words.days}, as words are kept"
        )
    return found
