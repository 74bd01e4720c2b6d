"""SQLite as Django has it, except that waiting for another writer is done outside of SQLite (``base``)."""
