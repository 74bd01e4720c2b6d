"""All addresses; each face lists its own."""

from __future__ import annotations

from django.urls import include, path

urlpatterns = [
    path("accounts/", include("allauth.urls")),
    path("console/", include("minhu.web.console.urls")),
    path("", include("minhu.web.urls")),
    path("", include("minhu.web.public.urls")),
]

handler400 = "minhu.web.errors.bad_request"
handler403 = "minhu.web.errors.forbidden"
handler404 = "minhu.web.errors.not_found"
handler500 = "minhu.web.errors.fault"
