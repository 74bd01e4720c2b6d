"""The page's words for the numbers of the weekly digest. Chinese here; English in the catalogue."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from minhu.insight.digesting import Number
from minhu.insight.subject_source import is_kind
from minhu.web import words

NUMBERS: dict[str, str] = {
    Number.OPENED: gettext_noop("新诉求"),
    Number.REPLIED: gettext_noop("作出的答复"),
    Number.SIGNED: gettext_noop("有提示的答复"),
    Number.MADE: gettext_noop("作出的承诺"),
    Number.IN_TIME: gettext_noop("到期承诺：按时兑现"),
    Number.LATE: gettext_noop("到期承诺：迟到兑现"),
    Number.BROKEN: gettext_noop("到期承诺：没有兑现"),
}


def subject(value: str) -> str:
    """What cases are about: a name out of the city's tree, or their kind while that is not known."""
    return _("%(kind)s（未归类）") % {"kind": words.label(value)} if is_kind(value) else value


def number(value: str) -> str:
    return _(NUMBERS[value])
