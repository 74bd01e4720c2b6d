"""Processes and commands: serve, web, switch, jobs, doctor, demo."""
