"""Append-only trail, encryption and masks."""
