"""How an inner loop is compiled: without the interpreter's lock, and kept on disk for the next process.

The compiler keeps machine code by the time of one source file alone and would miss a change in another that it calls.
So the folder is named for all the sources together: another release, or an edit, begins a new one.

Compiling takes a processor some ten seconds. Of processes that begin at the same time one compiles; the others wait for
it and read what it has kept.
"""

from __future__ import annotations

import fcntl
import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from pathlib import Path
from typing import Any, TypeVar, cast, get_args, get_type_hints

import numba
import numpy as np
import numpy.typing as npt

_Function = TypeVar("_Function", bound=Callable[..., object])
_config: Any = numba.config
_HERE = Path(__file__).resolve().parent


def _folder() -> Path:
    digest = hashlib.sha256(numba.__version__.encode())
    for source in sorted(_HERE.glob("*.py")):
        digest.update(source.read_bytes())
    base = Path(_config.CACHE_DIR) if _config.CACHE_DIR else _HERE / "__pycache__"
    return base / f"minhu-{digest.hexdigest()[:16]}"


_config.CACHE_DIR = str(_folder())


def compiled(function: _Function) -> _Function:
    """The function as machine code. Nothing in it may call Python; dividing by zero gives an infinity, as in numpy."""
    return cast(_Function, numba.njit(cache=True, nogil=True, error_model="numpy")(function))


def entry(function: _Function) -> _Function:
    """The same of a function that Python calls: its first call in a process, which compiles, is made alone."""
    machine, begun = compiled(function), False

    @wraps(function)
    def call(*given: object) -> object:
        nonlocal begun
        if begun:
            return machine(*given)
        with _alone():
            answer = machine(*given)
        begun = True
        return answer

    return cast(_Function, call)


@contextmanager
def _alone() -> Iterator[None]:
    """While no other process compiles. Where nothing can be kept, each compiles for itself."""
    folder = Path(_config.CACHE_DIR)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = (folder / "lock").open("w")
    except OSError:
        yield
        return
    with lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def records(kept: type, count: int = 1) -> npt.NDArray[Any]:
    """Memory for ``count`` of a class of numbers, all zero. The loop then reads and writes ``one.field`` as in C.

    Arrays in it are written ``Annotated[Table, shape]``. Passed to compiled functions one by one (``[0]``): unlike
    arrays, they are not counted by the compiler at every call, which would be most of the time.
    """
    fields: list[Any] = []
    for name, kind in get_type_hints(kept, include_extras=True).items():
        if kind in (int, float):
            fields.append((name, np.dtype(kind)))
        else:
            array, shape = get_args(kind)
            fields.append((name, get_args(get_args(array)[1])[0], shape))
    return np.zeros(count, np.dtype(fields, align=True))
