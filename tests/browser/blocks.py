"""A font whose every sign is a block, so that a page looks alike on every machine, whatever fonts that has.

Web browsers' own tests do the same with a font named Ahem, which has no Chinese. Ours keeps the widths that count: a
Chinese sign as wide as it is high, a letter half of that; and the line height of Noto Sans CJK.
Source: https://web-platform-tests.org/writing-tests/ahem.html
"""

from __future__ import annotations

from base64 import b64encode
from functools import cache
from io import BytesIO

from fontTools.fontBuilder import FontBuilder
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib.tables._c_m_a_p import CmapSubtable
from fontTools.ttLib.tables._g_l_y_f import Glyph

EM = 1000
WIDTHS = {".notdef": EM, "space": 250, "letter": 500, "sign": EM}
ASCENT, DESCENT = 1160, -288
LETTERS = range(0x21, 0x2010)
SIGNS = (range(0x2010, 0xA000), range(0xF900, 0xFB00), range(0xFE30, 0xFE50), range(0xFF00, 0xFFF0))
SCRIPT = """(() => {{
  const font = Uint8Array.from(atob("{font}"), (one) => one.charCodeAt(0));
  document.fonts.add(new FontFace("Blocks", font, {{ weight: "100 900" }}));
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(`{style}`);
  document.adoptedStyleSheets = [sheet];
}})()"""
STYLE = """
*, *::before, *::after {
  font-family: Blocks !important; text-rendering: geometricPrecision !important; caret-color: transparent !important;
  text-wrap: wrap !important; text-autospace: no-autospace !important;
  animation: none !important; transition: none !important;
}
img { filter: contrast(0) !important; }
audio, input[type=file] { visibility: hidden !important; }
"""
"""Breaks lines as every version of Chromium does, and rounds no width to whole pixels; greys what is another picture
each time, such as a QR code; leaves out what a browser draws in its own way and language.
"""


@cache
def script() -> str:
    """Run before a page's own, it makes the words into blocks; in a way that needs no leave from the page's policy."""
    return SCRIPT.format(font=b64encode(_font()).decode(), style=STYLE)


def _font() -> bytes:
    names = {sign: "sign" for signs in SIGNS for sign in signs} | dict.fromkeys(LETTERS, "letter")
    builder = FontBuilder(EM, isTTF=True)
    builder.setupGlyphOrder(list(WIDTHS))
    names |= dict.fromkeys((0x20, 0xA0, 0x3000), "space")
    builder.setupCharacterMap({0x20: "space"})
    builder.font["cmap"].tables.append(_many_to_one(names))
    builder.setupGlyf({name: _block(name, width) for name, width in WIDTHS.items()})
    builder.setupHorizontalMetrics({name: (width, 0) for name, width in WIDTHS.items()})
    builder.setupHorizontalHeader(ascent=ASCENT, descent=DESCENT)
    builder.setupOS2(sTypoAscender=ASCENT, sTypoDescender=DESCENT, usWinAscent=ASCENT, usWinDescent=-DESCENT)
    builder.setupPost()
    builder.setupNameTable({"familyName": "Blocks", "styleName": "Regular"})
    made = BytesIO()
    builder.save(made)
    return made.getvalue()


def _many_to_one(names: dict[int, str]) -> CmapSubtable:
    """The table for fonts in which many signs look alike: a few lines, not a line for each sign."""
    made = CmapSubtable.newSubtable(13)
    made.platformID, made.platEncID, made.format, made.reserved, made.length, made.language = 3, 10, 13, 0, 0, 0
    made.cmap = names
    return made


def _block(name: str, width: int) -> Glyph:
    pen = TTGlyphPen(None)
    if name != "space":
        left, right, bottom, top = 60, width - 60, -60, 800
        pen.moveTo((left, bottom))
        for corner in ((left, top), (right, top), (right, bottom)):
            pen.lineTo(corner)
        pen.closePath()
    return pen.glyph()
