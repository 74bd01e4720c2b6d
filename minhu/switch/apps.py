"""How Django knows this part."""

from __future__ import annotations

from django.apps import AppConfig


class SwitchConfig(AppConfig):
    name = "minhu.switch"
    label = "switch"
    verbose_name = "总机"
