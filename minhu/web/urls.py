"""Addresses for machines and for every face: health, metrics, the event stream, how pages look."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from minhu.web import display, health, holds, hooks, live

urlpatterns: list[URLPattern | URLResolver] = [
    path("healthz", health.healthz, name="healthz"),
    path("metrics", health.metrics, name="metrics"),
    path("live/", live.live, name="live"),
    path("hooks/<slug:name>/<slug:secret>/", hooks.hook, name="hook"),
    path("calendar/<str:token>.ics", holds.holds, name="holds"),
    path("display/", display.display, name="display"),
]
