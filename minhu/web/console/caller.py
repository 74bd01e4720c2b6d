"""The card of a call that rings: who it is and why, in words that are read in a second."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _

from minhu.cases.ringing import LastContact, Ringing
from minhu.rules.words import Channel
from minhu.web import words
from minhu.web.templatetags.minhu import moment

NOT_SATISFIED, NOT_SOLVED = 2, 3


@dataclass(frozen=True, slots=True)
class Card:
    """row: the call. facts: what is known of the caller, each a few words. more: open matters that have no room."""

    row: Ringing
    facts: tuple[str, ...]
    more: int


def cards(rows: tuple[Ringing, ...], *, with_official: bool) -> tuple[Card, ...]:
    """with_official: whose line it is, where one watches several."""
    return tuple(
        Card(row, tuple(_facts(row, with_official=with_official)), row.open_count - len(row.matters)) for row in rows
    )


def _facts(row: Ringing, *, with_official: bool) -> list[str]:
    facts = []
    if with_official and row.official:
        facts.append(_("打给%(official)s") % {"official": row.official})
    facts.append(_last(row.last) if row.last else _("以前没有联系过"))
    if again := max((matter.reopened for matter in row.matters), default=0):
        facts.append(_("退回重办 %(n)d 次") % {"n": again})
    if row.last_score == NOT_SOLVED:
        facts.append(_("上次评价：未解决"))
    elif row.last_score == NOT_SATISFIED:
        facts.append(_("上次评价：不满意"))
    return facts


def _last(last: LastContact) -> str:
    about = {"at": moment(last.at), "how": words.label(last.channel)}
    if last.channel is Channel.CALL and not last.answered:
        return _("上次 %(at)s 来电没接到") % about
    return _("上次 %(at)s %(how)s联系") % about
