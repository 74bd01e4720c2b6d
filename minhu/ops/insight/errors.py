"""What a subcommand says when it cannot go on."""

from __future__ import annotations


class InsightCommandError(Exception):
    """A file or option is not as it must be; the words say what to do."""
