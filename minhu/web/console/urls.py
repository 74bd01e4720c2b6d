"""Addresses of the console."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from minhu.web.console import acts, gateways, imports, pages, presence, recordings

urlpatterns: list[URLPattern | URLResolver] = [
    path("", pages.home, name="console-home"),
    path("today/", pages.today, name="today"),
    path("queue/", pages.queue, name="queue"),
    path("callbacks/", pages.callbacks, name="callbacks"),
    path("callbacks/<int:promise_id>/call/", acts.call_back, name="call-back"),
    path("calls/", pages.calls, name="calls"),
    path("calls/<uuid:call_id>/", pages.call, name="call"),
    path("calls/<uuid:call_id>/wrap-up/", acts.wrap_up, name="wrap-up"),
    path("calls/<uuid:call_id>/quick-reply/", acts.quick_reply, name="quick-reply"),
    path("recordings/<int:recording_id>/", recordings.listen, name="recording"),
    path("cases/<int:case_id>/", pages.case, name="case"),
    path("cases/<int:case_id>/reply/", acts.reply, name="reply"),
    path("cases/<int:case_id>/clarify/", acts.clarify, name="clarify"),
    path("cases/<int:case_id>/assign/", acts.assign, name="assign"),
    path("cases/<int:case_id>/note/", acts.note, name="note"),
    path("cases/<int:case_id>/number/", acts.reveal, name="reveal"),
    path("threads/<int:thread_id>/", pages.thread, name="thread"),
    path("presence/", presence.page, name="presence"),
    path("presence/switch/", presence.switch, name="presence-switch"),
    path("me/", pages.me, name="me"),
    path("gateways/", gateways.page, name="console-gateways"),
    path("gateways/<slug:name>/pause/", gateways.pause, name="gateway-pause"),
    path("gateways/<slug:name>/resume/", gateways.resume, name="gateway-resume"),
    path("import/", imports.page, name="import"),
]
