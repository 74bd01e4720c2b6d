"""A page becomes a PDF, and fetches nothing."""

from __future__ import annotations

import re
import sys
import zlib
from pathlib import Path

import pytest

from minhu.web.pdf import NoPdf, pdf_of


def test_chinese_words_become_a_pdf_with_their_letters_in_it() -> None:
    made = pdf_of("<html lang='zh'><title>证据卷</title><p>没有人接电话</p></html>")

    assert made.startswith(b"%PDF-")
    streams = [zlib.decompress(one) for one in re.findall(rb"stream\n(x.*?)\nendstream", made, re.DOTALL)]
    assert any(b"FontName" in one or b"Tj" in one or b"TJ" in one for one in [made, *streams])


def test_a_document_reads_no_file_and_no_address(tmp_path: Path) -> None:
    secret = tmp_path / "secret.svg"
    secret.write_text(
        '<svg xmlns="http://www.w3.org/2000/svg" width="99" height="99"><rect width="99" height="99"/></svg>'
    )
    with_picture = pdf_of(f"<p>甲</p><img alt='' src='{secret.as_uri()}'>")

    assert len(with_picture) == len(pdf_of("<p>甲</p><img alt='' src=''>"))


def test_without_the_libraries_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    class Broken:
        def __getattr__(self, name: str) -> object:
            raise OSError("cannot load library 'libpango-1.0-0'")

    monkeypatch.setitem(sys.modules, "weasyprint", Broken())
    with pytest.raises(NoPdf, match="Pango"):
        pdf_of("<p>甲</p>")
