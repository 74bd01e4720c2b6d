"""A trained model as one file: arrays and a line of JSON in a zip (npz). Nothing in it is ever run."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TypeVar
from zipfile import BadZipFile

import numpy as np

from minhu.insight.engine.triage import Model
from minhu.insight.engine.vectors import Index, View

Found = TypeVar("Found")

_FORM = 1


class ModelFileError(ValueError):
    """The file is not a model this release can read."""


def save(model: Model, path: Path, notes: Mapping[str, str | int] | None = None) -> None:
    """Write the model; whatever was there is replaced. notes: what its keeper wants to know of it again."""
    about = {
        "form": _FORM,
        "labels": model.labels,
        "sure": model.sure,
        "views": [index.view.value for index in model.indexes],
        "notes": dict(notes or {}),
    }
    arrays = {"weights": model.weights, "start": model.start, "about": np.array(json.dumps(about, ensure_ascii=False))}
    for index in model.indexes:
        arrays[f"{index.view.value}_keys"], arrays[f"{index.view.value}_rarity"] = index.keys, index.rarity
    with path.open("wb") as file:
        np.savez_compressed(file, allow_pickle=False, **arrays)


def load(path: Path) -> Model:
    """Read a model.

    Raises: ModelFileError, with what to do.
    """
    return _opened(path, _model)


def notes(path: Path) -> dict[str, str | int]:
    """What was noted of a model when it was saved. Raises: ModelFileError."""
    return _opened(path, lambda file: dict(json.loads(str(file["about"])).get("notes", {})))


def _opened(path: Path, read: Callable[[np.lib.npyio.NpzFile], Found]) -> Found:
    try:
        with np.load(path, allow_pickle=False) as file:
            return read(file)
    except OSError as fault:
        raise ModelFileError(f"{path}:无法读取模型文件({fault.strerror or fault})") from None
    except (BadZipFile, EOFError, KeyError, TypeError, ValueError):
        raise ModelFileError(f"{path}:不是本版本的模型文件,请重新训练") from None


def _model(file: np.lib.npyio.NpzFile) -> Model:
    about = json.loads(str(file["about"]))
    if about["form"] != _FORM:
        raise ValueError(about["form"])
    known = tuple(Index.of(View(view), file[f"{view}_keys"], file[f"{view}_rarity"]) for view in about["views"])
    labels, weights = tuple(about["labels"]), file["weights"]
    if weights.shape != (sum(len(index.keys) for index in known), len(labels)):
        raise ValueError(weights.shape)
    return Model(labels, known, weights, file["start"], float(about["sure"]))
