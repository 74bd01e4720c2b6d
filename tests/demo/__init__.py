"""The demo as a newcomer meets it: real processes, on ports of its own."""
