"""What ``minhu plan`` does, a subcommand a module."""
