"""What a page looks like, compared with what it looked like when somebody last agreed to it.

Two records of each page lie in ``references/``: its picture, reduced to cells of eight pixels, and where its parts
stand. Neither depends on the machine's fonts (blocks.py). ``--renew-looks`` writes anew what has changed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

from PIL import Image, ImageChops
from playwright.sync_api import Page

REFERENCES = Path(__file__).parent / "references"
CELL_PX = 8
FAR = 32
"""How much red, green or blue of a cell may differ, of 255: versions round corners and edges differently."""
MOST_CELLS = 0.001
"""The share of cells that may differ by more: ticks and arrows are drawn by the browser itself."""
NEAR_PX = 3

Part = tuple[str, int, int, int, int]
"""What it is; left, top, width and height in px."""
PARTS = """() => document.fonts.ready.then(() => [...document.querySelectorAll(
    "header, nav, main, aside, footer, h1, h2, h3, table, .card, .input, .button, .chip, .tag")]
  .filter((one) => one.checkVisibility({visibilityProperty: true}))
  .map((one) => [one, one.getBoundingClientRect()])
  .filter(([, box]) => box.width && box.height && box.top < innerHeight)
  .map(([one, box]) => [
    [one.localName, ...one.classList].join("."), ...[box.left, box.top, box.width, box.height].map(Math.round)]))"""


@dataclass(frozen=True, slots=True)
class Look:
    """One page in one size and mode."""

    cells: Image.Image
    parts: tuple[Part, ...]


def look_at(page: Page) -> Look:
    """The page as it stands in its window. Its context has to run ``blocks.script()``."""
    parts = tuple(tuple(part) for part in page.evaluate(PARTS))
    with Image.open(BytesIO(page.screenshot())) as picture:
        return Look(picture.convert("RGB").reduce(CELL_PX), parts)


def names_kept() -> set[str]:
    """Of all that was agreed to."""
    return {path.stem for path in REFERENCES.iterdir()}


def kept(name: str) -> Look:
    """As it was agreed to."""
    lines = _layout(name).read_text(encoding="utf-8").splitlines()
    with Image.open(_picture(name)) as picture:
        return Look(picture.convert("RGB"), tuple(_part(line) for line in lines))


def renew(every: Mapping[str, Look]) -> None:
    """So they shall look, and there shall be no others; what is near enough to what was agreed to stays as it is."""
    for name in names_kept() - every.keys():
        _picture(name).unlink()
        _layout(name).unlink()
    for name, look in every.items():
        if name not in names_kept() or any(differences(kept(name), look)):
            look.cells.save(_picture(name), lossless=True, method=6)
            lines = (" ".join(map(str, part)) for part in look.parts)
            _layout(name).write_text("\n".join(lines) + "\n", encoding="utf-8")


def differences(agreed: Look, seen: Look) -> Iterator[str]:
    """What differs by more than browsers do among themselves."""
    others = _others(agreed.cells, seen.cells)
    share = others.histogram()[255] / (others.width * others.height)
    if share > MOST_CELLS:
        yield f"{share:.2%} of the picture is of another colour"
    yield from _moved(agreed.parts, seen.parts)


def show(name: str, agreed: Look, seen: Look, folder: Path) -> Path:
    """Three pictures side by side: as agreed, as seen, and in white what differs."""
    others = _others(agreed.cells, seen.cells)
    width, height = others.size
    sheet = Image.new("RGB", (width * 3 + 2, height), "red")
    for place, picture in enumerate((agreed.cells, seen.cells, others)):
        sheet.paste(picture, (place * (width + 1), 0))
    path = folder / f"{name}.png"
    sheet.resize((sheet.width * 4, sheet.height * 4), Image.Resampling.NEAREST).save(path)
    return path


def _others(agreed: Image.Image, seen: Image.Image) -> Image.Image:
    """White where a cell is of another colour."""
    red, green, blue = ImageChops.difference(agreed, seen).split()
    return ImageChops.lighter(ImageChops.lighter(red, green), blue).point([255 * (far > FAR) for far in range(256)])


def _moved(agreed: tuple[Part, ...], seen: tuple[Part, ...]) -> Iterator[str]:
    before, after = (Counter(name for name, *_ in parts) for parts in (agreed, seen))
    yield from (f"{name} is gone" for name in (before - after).elements())
    yield from (f"{name} is new" for name in (after - before).elements())
    if before != after:
        return
    for old, new in zip(*(sorted(parts, key=lambda part: part[0]) for parts in (agreed, seen)), strict=True):
        name, *was = old
        _, *now = new
        if max(abs(one - other) for one, other in zip(was, now, strict=True)) > NEAR_PX:
            yield f"{name} was at {was}, is at {now} (left, top, width, height)"


def _part(line: str) -> Part:
    name, left, top, width, height = line.split()
    return name, int(left), int(top), int(width), int(height)


def _picture(name: str) -> Path:
    return REFERENCES / f"{name}.webp"


def _layout(name: str) -> Path:
    return REFERENCES / f"{name}.txt"
