"""What reads the words of citizens, and what their matters are sorted by, as the environment says it."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from minhu.environment import BadSetting, Environment

SUBJECTS = Path(__file__).parents[1] / "insight" / "subjects.csv"
LONGEST_SUBJECT = 120


@dataclass(frozen=True, slots=True)
class InsightSettings:
    """subjects: each path ("/" between levels) with its code, in order. model: a trained model of subjects in place of
    the newest of the data folder. reader: dotted path of a callable that reads texts in place of ours; "" for none.
    offers: whether citizens are offered the 12345 hotline where it serves them faster.
    """

    subjects: Mapping[str, str]
    model: Path | None = None
    reader: str = ""
    offers: bool = True


def insight(env: Environment) -> InsightSettings:
    """From MINHU_INSIGHT_MODEL, MINHU_SUBJECTS, MINHU_INSIGHT_READER and MINHU_HOTLINE_OFFERS. Raises: BadSetting."""
    reader = env.text("MINHU_INSIGHT_READER", "")
    if reader and not ("." in reader and all(part.isidentifier() for part in reader.split("."))):
        raise BadSetting("MINHU_INSIGHT_READER", f"must be a dotted path such as ours.reading.read, not {reader!r}")
    return InsightSettings(
        subjects(_path(env, "MINHU_SUBJECTS") or SUBJECTS),
        model=_path(env, "MINHU_INSIGHT_MODEL"),
        reader=reader,
        offers=env.flag("MINHU_HOTLINE_OFFERS", default=True),
    )


def subjects(path: Path) -> Mapping[str, str]:
    """The tree of subjects in a CSV file with the columns code and subject. Raises: BadSetting."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as lines:
            found = dict(_rows(path, csv.DictReader(lines)))
    except OSError as fault:
        raise BadSetting("MINHU_SUBJECTS", f"{path} cannot be read: {fault.strerror}") from None
    except (UnicodeDecodeError, csv.Error) as fault:
        raise BadSetting("MINHU_SUBJECTS", f"{path} is not a CSV file in UTF-8: {fault}") from None
    if not found:
        raise BadSetting("MINHU_SUBJECTS", f"{path} has no rows; its columns are code,subject")
    return found


def _rows(path: Path, rows: Iterator[Mapping[str, str | None]]) -> Iterator[tuple[str, str]]:
    for number, row in enumerate(rows, start=2):
        subject = (row.get("subject") or "").strip()
        if not 0 < len(subject) <= LONGEST_SUBJECT:
            raise BadSetting(
                "MINHU_SUBJECTS", f"{path} line {number}: subject must have 1 to {LONGEST_SUBJECT} letters"
            )
        yield subject, (row.get("code") or "").strip()


def _path(env: Environment, name: str) -> Path | None:
    value = env.text(name, "")
    return Path(value).expanduser().absolute() if value else None
