"""All addresses; each face lists its own."""

from __future__ import annotations

from django.urls import include, path

urlpatterns = [
    path("accounts/", include("allauth.urls")),
    path("console/", include("minhu.web.console.urls")),
    path("", include("minhu.web.urls")),
    path("", include("minhu.web.public.urls")),
]
