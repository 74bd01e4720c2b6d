"""Addresses of the console."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from minhu.web.console import acts, case_page, casework, files, imports, owed, pages, presence, recordings

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
    path("ledger/", owed.ledger, name="ledger"),
    path("desk/", owed.desk, name="desk"),
    path("escalated/", owed.escalated, name="escalated"),
    path("notices/", owed.notices, name="notices"),
    path("notices/read/", owed.read, name="notices-read"),
    path("texts/<int:text_id>/take-up/", acts.take_up, name="text-take-up"),
    path("texts/<int:text_id>/put-aside/", acts.put_aside, name="text-put-aside"),
    path("files/<int:attachment_id>/", files.download, name="attachment"),
    path("cases/<int:case_id>/", case_page.case, name="case"),
    path("cases/<int:case_id>/print/", case_page.paper, name="case-paper"),
    path("cases/<int:case_id>/clarify/", acts.clarify, name="clarify"),
    path("cases/<int:case_id>/assign/", acts.assign, name="assign"),
    path("cases/<int:case_id>/number/", acts.reveal, name="reveal"),
    path("cases/<int:case_id>/hold/", casework.hold, name="case-hold"),
    path("cases/<int:case_id>/ask/", casework.ask, name="case-ask"),
    path("cases/<int:case_id>/reply/", casework.reply, name="reply"),
    path("cases/<int:case_id>/transfer/", casework.transfer, name="case-transfer"),
    path("cases/<int:case_id>/give-back/", casework.give_back, name="case-give-back"),
    path("cases/<int:case_id>/extend/", casework.extend, name="case-extend"),
    path("cases/<int:case_id>/show-door/", casework.show_door, name="case-show-door"),
    path("cases/<int:case_id>/join/", casework.join, name="case-join"),
    path("cases/<int:case_id>/part/", casework.part, name="case-part"),
    path("cases/<int:case_id>/withdraw/", casework.withdraw, name="case-withdraw"),
    path("cases/<int:case_id>/avoid/", casework.avoid, name="case-avoid"),
    path("cases/<int:case_id>/confide/", casework.confide, name="case-confide"),
    path("cases/<int:case_id>/name/", casework.name, name="case-name"),
    path("cases/<int:case_id>/note/", casework.note, name="note"),
    path("cases/<int:case_id>/attach/", casework.attach, name="attach"),
    path("cases/<int:case_id>/window/<int:promise_id>/", casework.agree_window, name="agree-window"),
    path("threads/<int:thread_id>/", pages.thread, name="thread"),
    path("presence/", presence.page, name="presence"),
    path("presence/switch/", presence.switch, name="presence-switch"),
    path("me/", pages.me, name="me"),
    path("import/", imports.page, name="import"),
]
