"""What is asked again and again while one page is drawn is asked once.

with one_page():     while a page is drawn that changes nothing
@once                a question whose answer holds for so long; elsewhere it is asked each time
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import wraps
from typing import Any, ParamSpec, TypeVar, cast

Asked = ParamSpec("Asked")
Answer = TypeVar("Answer")

_ANSWERS: ContextVar[dict[Hashable, Any] | None] = ContextVar("answers", default=None)


@contextmanager
def one_page() -> Iterator[None]:
    """Within it, every ``once`` question is answered from what was found the first time."""
    before = _ANSWERS.set({})
    try:
        yield
    finally:
        _ANSWERS.reset(before)


def once(ask: Callable[Asked, Answer]) -> Callable[Asked, Answer]:
    """A question that a page asks of several parts. What it is asked with must be hashable."""

    @wraps(ask)
    def asked(*args: Asked.args, **kwargs: Asked.kwargs) -> Answer:
        answers = _ANSWERS.get()
        if answers is None:
            return ask(*args, **kwargs)
        key = (ask, args, tuple(kwargs.items()))
        if key not in answers:
            answers[key] = ask(*args, **kwargs)
        return cast(Answer, answers[key])

    return asked
