"""The docs' table of figures is the code's."""

from __future__ import annotations

from pathlib import Path

from minhu.rules.figures import FIGURES, MATTERS, MEASURES

DOC = Path(__file__).resolve().parents[3] / "docs" / "reference" / "figures.md"


def test_the_docs_state_each_figure_as_the_code_does() -> None:
    text = DOC.read_text(encoding="utf-8")
    rows = [line for line in text.splitlines() if line.startswith("| `")]

    assert rows == [f"| `{one.name}` | {one.words} | {one.formula} | {one.rows} |" for one in (*FIGURES, *MATTERS)]
    for measure, words in MEASURES.items():
        assert f"{words}（`{measure.value}`）" in text
