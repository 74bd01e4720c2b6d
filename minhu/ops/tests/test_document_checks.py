"""The doctor says whether documents can be made, and what to install."""

from __future__ import annotations

import importlib
from typing import NoReturn

import pytest

from minhu.ops.document_checks import documents
from minhu.ops.findings import Grade


def test_where_the_libraries_are_it_is_well() -> None:
    [found] = documents()

    assert found.grade is Grade.WELL


def test_where_they_are_not_it_names_the_packages(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(name: str) -> NoReturn:
        raise OSError(f"cannot load library of {name}")

    monkeypatch.setattr(importlib, "import_module", broken)
    [found] = documents()

    assert (found.grade, "libpangoft2-1.0-0" in found.cure) == (Grade.CARE, True)
