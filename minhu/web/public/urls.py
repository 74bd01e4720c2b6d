"""Addresses a citizen sees."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from minhu.web.public import (
    api,
    complaining,
    confirming,
    directory,
    draws,
    figures,
    matters,
    notices,
    rectified,
    reporting,
    tracked,
)

urlpatterns: list[URLPattern | URLResolver] = [
    path("", directory.index, name="directory"),
    path("o/<int:official_id>/", directory.official, name="official"),
    path("o/<int:official_id>/card.vcf", directory.card, name="official-card"),
    path("o/<int:official_id>/<int:line_id>.svg", directory.qr, name="official-qr"),
    path("new/", matters.new, name="new-matter"),
    path("m/", matters.track, name="track"),
    path("m/<str:code>/", tracked.matter, name="matter"),
    path("m/<str:code>/sent/", tracked.sent, name="sent"),
    path("m/<str:code>/add/", tracked.add, name="matter-add"),
    path("m/<str:code>/attach/", tracked.attach, name="matter-attach"),
    path("m/<str:code>/rate/", tracked.rate, name="matter-rate"),
    path("m/<str:code>/up/", tracked.go_up, name="matter-up"),
    path("m/<str:code>/withdraw/", tracked.withdraw, name="matter-withdraw"),
    path("m/<str:code>/files/<int:attachment_id>/", tracked.file, name="matter-file"),
    path("m/<str:code>/confirm/", confirming.confirm, name="matter-confirm"),
    path("m/<str:code>/complain/", complaining.complain, name="matter-complain"),
    path("m/<str:code>/appeal/<int:complaint_id>/", complaining.appeal, name="matter-appeal"),
    path("m/<str:code>/hotline/", tracked.take_hotline, name="matter-hotline"),
    path("m/<str:code>/return/", tracked.come_back, name="matter-return"),
    path("draws/", draws.draws, name="draws"),
    path("draws/<str:on>.csv", draws.table, name="draw-table"),
    path("about/", directory.about, name="about"),
    path("report/", reporting.report, name="report"),
    path("privacy/", notices.privacy, name="privacy"),
    path("recording/", notices.recording, name="recording"),
    path("accessibility/", notices.accessibility, name="accessibility"),
    path("figures/", figures.page, name="figures"),
    path("figures/figures.<str:kind>", figures.file, name="figures-file"),
    path("api/v1/figures", api.figures, name="api-figures"),
    path("rectifications/", rectified.index, name="public-rectifications"),
    path("rectifications/<int:rectification_id>/", rectified.page, name="public-rectification"),
]
