"""What a subcommand says when it cannot go on."""

from __future__ import annotations

from importlib.util import find_spec


class InsightCommandError(Exception):
    """A file or option is not as it must be; the words say what to do."""


def require_baselines() -> None:
    """Baselines are for measuring and come with the developers' packages. Raises: InsightCommandError."""
    if find_spec("sklearn") is None:
        raise InsightCommandError("--baselines 需要 scikit-learn：请先安装 requirements/dev.txt")
