"""Matters, promises, callbacks, replies, ratings."""
