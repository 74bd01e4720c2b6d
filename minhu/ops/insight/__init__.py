"""``minhu insight``: one module a subcommand. Each has ``HELP``, ``add_arguments`` and ``run``."""
