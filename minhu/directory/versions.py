"""The directory's version: a number that goes up with every change, so that copies know to read again."""

from __future__ import annotations

from django.db.models import F

from minhu.directory.models import DirectoryVersion


def bump() -> None:
    """One more. Called by every action, after it has locked and changed what it changes."""
    if not _add_one():
        DirectoryVersion.objects.bulk_create([DirectoryVersion(pk=1)], ignore_conflicts=True)
        _add_one()


def current() -> int:
    """The version now; 0 before the first change. One cheap query."""
    return DirectoryVersion.objects.filter(pk=1).values_list("version", flat=True).first() or 0


def _add_one() -> int:
    return DirectoryVersion.objects.filter(pk=1).update(version=F("version") + 1)
