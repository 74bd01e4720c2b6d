"""How Django knows this part."""

from __future__ import annotations

from django.apps import AppConfig


class WebConfig(AppConfig):
    name = "minhu.web"
    label = "web"
    verbose_name = "网站"
