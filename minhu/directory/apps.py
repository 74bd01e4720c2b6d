"""How Django knows this part."""

from __future__ import annotations

from django.apps import AppConfig


class DirectoryConfig(AppConfig):
    name = "minhu.directory"
    label = "directory"
    verbose_name = "名录"
