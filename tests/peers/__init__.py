"""Counterparts made by others, each in a process of its own, and what drives them."""
