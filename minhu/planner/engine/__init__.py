"""The pure engine: calls to come, days to fill, windows to propose. It knows no Django, no database and no clock."""
