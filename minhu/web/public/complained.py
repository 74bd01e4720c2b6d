"""Complaints of a matter, in words that anybody understands; nothing of how they are looked into."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from minhu.rules.complaints import ComplaintState, Ground
from minhu.supervision.complaint_tracked import TrackedComplaint, tracked
from minhu.web import complaint_words as words
from minhu.web.templatetags.minhu import moment
from minhu.web.words import Shown


@dataclass(frozen=True, slots=True)
class Told:
    """A complaint as the citizen reads it. says: where it stands, in a sentence."""

    row: TrackedComplaint
    ground: str
    standing: Shown
    says: str

    @property
    def form(self) -> str:
        """Name of the form in which he appeals."""
        return f"appeal-{self.row.id}"


def of(code: str, at: datetime) -> dict[str, object]:
    """What stands of it on the matter's page, whose code has been looked up."""
    found = tracked(code, at)
    return {
        "complaints": [_told(one) for one in found.complaints],
        "may_complain": found.may_complain,
        "grounds": [(one.value, words.ground(one)) for one in Ground],
    }


def _told(one: TrackedComplaint) -> Told:
    standing = words.verdict(one.verdict) if one.verdict else words.state(one.state)
    match one.state:
        case ComplaintState.RECEIVED:
            says, standing = _("督查人员会核实，结果会告诉您。"), Shown(_("已收到"), "inbox", "brand")
        case ComplaintState.ASKED:
            says, standing = _("正在听取当事人说明、核对记录。"), Shown(_("核实中"), "hourglass", "brand")
        case ComplaintState.APPEALED:
            until = moment(one.decide_due_at)
            says = _("正在复核，由另一位督查人员办理，%(time)s 前有结果。") % {"time": until}
        case _:
            says = one.told
    return Told(one, words.ground(one.ground), standing, says)
