"""Whether documents can be made, as ``minhu doctor`` tells it."""

from __future__ import annotations

import importlib
from collections.abc import Iterator

from minhu.ops.findings import Finding, Grade, said


def documents() -> Iterator[Finding]:
    """Evidence packs and reports are handed on as PDF, which needs libraries of the system."""
    try:
        importlib.import_module("weasyprint")
    except OSError as missing:
        cure = said("安装 libpangoft2-1.0-0、libharfbuzz-subset0 和 fonts-noto-cjk")
        yield Finding("documents", Grade.CARE, said("做不了 PDF：{why}", why=str(missing).splitlines()[0]), cure)
    else:
        yield Finding("documents", Grade.WELL, said("能做 PDF"))
