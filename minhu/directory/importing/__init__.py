"""Reading a city's notice into the directory: a dry run first, then exactly what was dry-run, all or nothing.

    examine(content, city_id)                        reads and compares, changes nothing
    actions.import_directory(content, digest, ...)   the same again under locks, and refuses when anything differs

Who is missing from the file is listed and never touched.
"""

from __future__ import annotations

from minhu.directory.importing.comparing import Addition, Alteration, Report, Withdrawal, examine
from minhu.directory.importing.layout import Column, Fault

__all__ = ["Addition", "Alteration", "Column", "Fault", "Report", "Withdrawal", "examine"]
