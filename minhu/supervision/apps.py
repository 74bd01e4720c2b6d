"""How Django knows this part."""

from __future__ import annotations

from django.apps import AppConfig


class SupervisionConfig(AppConfig):
    name = "minhu.supervision"
    label = "supervision"
    verbose_name = "监督"
