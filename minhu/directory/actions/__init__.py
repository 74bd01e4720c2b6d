"""The only writers of the directory. Each is one transaction: lock, ask, change, raise the version, record."""

from __future__ import annotations

from minhu.directory.actions.accounts import grant, open_account, revoke
from minhu.directory.actions.desks import add_desk, change_desk, remove_desk, set_desk_in, set_desk_out
from minhu.directory.actions.lines import (
    add_line,
    change_hours,
    change_mode,
    change_number,
    delegate,
    end_delegation,
    publish_line,
    withdraw_line,
)
from minhu.directory.actions.notices import Terms, import_directory
from minhu.directory.actions.own_time import set_own_time
from minhu.directory.actions.posts import add_office, add_official, change_official, found_city, leave_post
from minhu.directory.actions.presence import (
    clear_presence,
    hand_in_calendar,
    remove_calendar,
    set_calendar,
    switch_presence,
)
from minhu.directory.actions.replies import add_quick_reply, change_quick_reply, remove_quick_reply
from minhu.directory.calendars import read_calendar

__all__ = [
    "Terms",
    "add_desk",
    "add_line",
    "add_office",
    "add_official",
    "add_quick_reply",
    "change_desk",
    "change_hours",
    "change_mode",
    "change_number",
    "change_official",
    "change_quick_reply",
    "clear_presence",
    "delegate",
    "end_delegation",
    "found_city",
    "grant",
    "hand_in_calendar",
    "import_directory",
    "leave_post",
    "open_account",
    "publish_line",
    "read_calendar",
    "remove_calendar",
    "remove_desk",
    "remove_quick_reply",
    "revoke",
    "set_calendar",
    "set_desk_in",
    "set_desk_out",
    "set_own_time",
    "switch_presence",
    "withdraw_line",
]
