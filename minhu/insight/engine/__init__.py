"""The pure engine: texts in, readings out. It knows no Django, no database and no clock."""
