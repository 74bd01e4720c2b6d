"""Every pair of colours that meets on a page can be read, in each theme. Source: WCAG 2.2, 1.4.3 and 1.4.11."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

CSS = (Path(__file__).parents[1] / "static" / "minhu" / "1-tokens.css").read_text(encoding="utf-8")
TEXT, SHAPE, SUNLIGHT = 4.5, 3.0, 7.0
"""SUNLIGHT: what an official reads on the street: main text, and the button he presses."""

GROUNDS = ("bg", "surface", "surface-2")
PAIRS = [
    *((ink, ground, TEXT) for ink in ("ink", "ink-2", "ink-3", "brand", "ok", "due", "over") for ground in GROUNDS),
    *((ink, "tint", TEXT) for ink in ("ink", "ink-2", "on-tint", "brand")),
    *((ink, ground, SUNLIGHT) for ink in ("ink", "ink-2") for ground in (*GROUNDS, "tint")),
    ("on-brand", "brand", SUNLIGHT),
    *((ink, "masthead", SUNLIGHT) for ink in ("on-masthead", "on-masthead-2")),
    ("on-switch", "switch-on", SUNLIGHT),
    ("on-brand", "brand-press", TEXT),
    *((status, f"{status}-bg", TEXT) for status in ("ok", "due", "over")),
    *((ink, ground, TEXT) for ink in ("on-masthead", "on-masthead-2") for ground in ("masthead", "masthead-deep")),
    ("on-switch", "switch-on", TEXT),
    ("ink", "over-bg", TEXT),
    ("ink-2", "over-bg", TEXT),
    ("surface", "ok", SHAPE),
    *((shape, ground, SHAPE) for shape in ("line-strong", "focus") for ground in GROUNDS),
    ("focus-masthead", "masthead", SHAPE),
    ("focus-masthead", "masthead-deep", SHAPE),
]


def tokens(selector: str) -> dict[str, str]:
    block = re.search(re.escape(selector) + r" \{([^}]*)\}", CSS)
    assert block, selector
    return dict(re.findall(r"--([\w-]+):\s*(#[0-9a-f]{6});", block[1]))


LIGHT = tokens(":root")
THEMES = {
    "light": LIGHT,
    "dark": LIGHT | tokens(':root[data-theme="dark"]'),
    "contrast": LIGHT | tokens(':root[data-theme="contrast"]'),
}


def luminance(colour: str) -> float:
    channels = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    dark, bright = sorted((luminance(one), luminance(other)))
    return (bright + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize(("front", "ground", "least"), PAIRS)
def test_whoever_has_weak_eyes_can_read_every_pair_of_colours(
    theme: str, front: str, ground: str, least: float
) -> None:
    names = THEMES[theme]

    assert contrast(names[front], names[ground]) >= least, f"{names[front]} on {names[ground]}"


def test_high_contrast_is_higher_than_the_others() -> None:
    names = THEMES["contrast"]

    for ink in ("ink", "ink-2", "ink-3", "brand", "due", "over", "ok"):
        assert contrast(names[ink], names["bg"]) >= 7


def test_the_dark_chosen_by_the_reader_is_the_dark_of_his_device() -> None:
    assert tokens(":root:not([data-theme])") == tokens(':root[data-theme="dark"]')
