"""The rulebook. Pure: values in, values out; no clock, no database, no randomness. An auditor can read it alone."""
