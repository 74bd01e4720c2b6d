"""What a check of the doctor says."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import cast

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy


class Grade(StrEnum):
    """How a check came out."""

    WELL = "well"
    CARE = "care"
    ILL = "ill"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at. cure: what to do; "" when all is well. Both are put into a language only when read."""

    about: str
    grade: Grade
    found: str
    cure: str = ""


def said(chinese: str, **values: object) -> str:
    """Words that read in Chinese on one page and in English on another. values: what stands in their braces."""
    return cast(str, format_lazy(gettext_lazy(chinese), **values))  # a proxy that reads as str
