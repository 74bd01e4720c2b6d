"""Every Chinese word of a page has its English, in the form in which the page asks for it."""

from __future__ import annotations

import ast
import gettext
import re
from collections.abc import Iterator
from pathlib import Path

from django.utils.translation.template import templatize

MINHU = Path(__file__).resolve().parents[2]
QUOTED = r"""u?(?:'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*")"""
ASKED = re.compile(rf"\b(_|said|sentence|n?p?gettext(?:_noop|_lazy)?)\(\s*({QUOTED}(?:[\s,]+{QUOTED})*)")
BRACES = re.compile(r"{(\w+)[^}]*}")
CHINESE = re.compile(r"[\u4e00-\u9fff]")

Key = str | tuple[str, int]


def test_nothing_is_left_in_chinese() -> None:
    with (MINHU / "locale/en/LC_MESSAGES/django.mo").open("rb") as file:
        known: dict[Key, str] = gettext.GNUTranslations(file)._catalog  # type: ignore[attr-defined]

    asked = [*_asked()]

    assert [where for where, key in asked if key not in known] == []
    assert len(asked) > 2000


def test_what_differs_stands_in_both_languages() -> None:
    with (MINHU / "locale/en/LC_MESSAGES/django.mo").open("rb") as file:
        known: dict[Key, str] = gettext.GNUTranslations(file)._catalog  # type: ignore[attr-defined]
    sentences = {key for _where, key in _asked() if isinstance(key, str) and BRACES.search(key)}

    assert [key for key in sentences if {*BRACES.findall(key)} != {*BRACES.findall(known[key])}] == []
    assert len(sentences) > 50


def _asked() -> Iterator[tuple[str, Key]]:
    for path in (MINHU / "web/templates").rglob("*.*"):
        yield from _in(path, templatize(path.read_text(encoding="utf-8")))
    for path in MINHU.rglob("*.py"):
        if {"tests", "demo"}.isdisjoint(path.parts):
            yield from _in(path, path.read_text(encoding="utf-8"))


def _in(path: Path, text: str) -> Iterator[tuple[str, Key]]:
    for name, words in ASKED.findall(text):
        if CHINESE.search(words):
            yield f"{path.relative_to(MINHU)}: {words}", _key(name, ast.literal_eval(f"[{words}]"))


def _key(name: str, words: list[str]) -> Key:
    """How the catalogue keeps it: its context before it, the number of a plural behind."""
    msgid = "\x04".join(words[:2]) if "pgettext" in name else words[0]
    return (msgid, 1) if name.startswith("n") else msgid
