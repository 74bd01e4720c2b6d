"""What a check of the doctor says."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Grade(StrEnum):
    """How a check came out."""

    WELL = "well"
    CARE = "care"
    ILL = "ill"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at. cure: what to do; "" when all is well."""

    about: str
    grade: Grade
    found: str
    cure: str = ""
