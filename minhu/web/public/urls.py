"""Addresses a citizen sees."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from minhu.web.public import directory, matters

urlpatterns: list[URLPattern | URLResolver] = [
    path("", directory.index, name="directory"),
    path("o/<int:official_id>/", directory.official, name="official"),
    path("o/<int:official_id>/card.vcf", directory.card, name="official-card"),
    path("o/<int:official_id>/<int:line_id>.svg", directory.qr, name="official-qr"),
    path("new/", matters.new, name="new-matter"),
    path("m/", matters.track, name="track"),
    path("m/<str:code>/", matters.matter, name="matter"),
    path("m/<str:code>/sent/", matters.sent, name="sent"),
    path("about/", directory.about, name="about"),
]
