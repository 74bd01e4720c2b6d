"""What a delivery receipt says, in optional parameters or in the customary text.

Source: SMPP 3.4 §5.3.2.35 (message_state), appendix B (text form: a custom, not a standard; each SMSC writes its own).
"""

from __future__ import annotations

import re
from collections import OrderedDict
from dataclasses import dataclass
from enum import StrEnum

from minhu.carriers.alphabet import decode
from minhu.carriers.smpp.pdus import MESSAGE_STATE, RECEIPTED_MESSAGE_ID, Delivery
from minhu.carriers.text import Fate

REMEMBERED_IDS = 20_000

_STATES: dict[int, Fate] = {
    0: Fate.PENDING,  # scheduled
    1: Fate.PENDING,  # en route
    2: Fate.DELIVERED,
    3: Fate.FAILED,  # expired
    4: Fate.FAILED,  # deleted
    5: Fate.FAILED,  # undeliverable
    6: Fate.PENDING,  # accepted: read by somebody at the SMSC on the citizen's behalf, not by his phone
    7: Fate.PENDING,  # unknown
    8: Fate.FAILED,  # rejected
    9: Fate.FAILED,  # skipped
}
_WORDS: dict[str, Fate] = {
    "DELIVRD": Fate.DELIVERED,
    "DELIVERED": Fate.DELIVERED,
    "ENROUTE": Fate.PENDING,
    "ACCEPTD": Fate.PENDING,
    "ACCEPTED": Fate.PENDING,
    "SCHEDULED": Fate.PENDING,
    "BUFFERED": Fate.PENDING,
    "UNKNOWN": Fate.PENDING,
}
_FIELD = re.compile(r"\b(id|stat|err)\s*[:=]\s*([^\s,;]+)", re.IGNORECASE)


class ReceiptIds(StrEnum):
    """How receipts in text form write the message id of the answer to submit."""

    SAME = "same"
    DECIMAL = "decimal"
    """The answer says hexadecimal, the receipt decimal."""
    HEX = "hex"
    """The answer says decimal, the receipt hexadecimal."""


@dataclass(frozen=True, slots=True)
class Report:
    """A receipt as read. message_id: as the receipt writes it. exact: written as in the answer to submit."""

    message_id: str
    fate: Fate
    code: str
    exact: bool


def read_report(delivery: Delivery) -> Report | None:
    """Read a receipt, optional parameters first, the text for what they leave out. None when no id is in it."""
    text = decode(delivery.octets, delivery.data_coding)
    fields = {name.lower(): value for name, value in reversed(_FIELD.findall(text))}
    exact = delivery.tlvs.get(RECEIPTED_MESSAGE_ID, b"").rstrip(b"\0").decode("latin-1")
    state = delivery.tlvs.get(MESSAGE_STATE, b"")
    word = fields.get("stat", "").upper()
    message_id = exact or fields.get("id", "")
    if not message_id:
        return None
    if state:
        fate = _STATES.get(state[-1], Fate.PENDING)
    elif word:
        fate = _WORDS.get(word, Fate.FAILED)  # a word nobody knows (MK:0001 …) is a carrier's reason for failing
    else:
        fate = Fate.PENDING
    code = "" if fate is Fate.DELIVERED else (fields.get("err") or word or (str(state[-1]) if state else ""))
    return Report(message_id, fate, code, exact=bool(exact))


class IdForms:
    """Brings a receipt's id into the form in which submit was answered.

    Ids answered lately are remembered, so the usual mismatch (decimal against hexadecimal) heals by itself; for
    receipts after a restart, or earlier than the answer, the setting decides.
    """

    def __init__(self, written: ReceiptIds = ReceiptIds.SAME) -> None:
        self._written = written
        self._known: OrderedDict[str, str] = OrderedDict()

    def remember(self, message_id: str) -> None:
        self._known[_bare(message_id)] = message_id
        if len(self._known) > REMEMBERED_IDS:
            self._known.popitem(last=False)

    def as_answered(self, report: Report) -> str:
        if report.exact:
            return report.message_id
        decimal_to_hex, hex_to_decimal = _hex(report.message_id), _decimal(report.message_id)
        for form in (report.message_id, decimal_to_hex, hex_to_decimal):
            known = self._known.get(_bare(form))
            if known is not None:
                return known
        match self._written:
            case ReceiptIds.SAME:
                return report.message_id
            case ReceiptIds.DECIMAL:
                return decimal_to_hex
            case ReceiptIds.HEX:
                return hex_to_decimal


def _bare(message_id: str) -> str:
    return message_id.lower().lstrip("0")


def _hex(message_id: str) -> str:
    return f"{int(message_id):X}" if re.fullmatch(r"[0-9]{1,20}", message_id) else message_id


def _decimal(message_id: str) -> str:
    return str(int(message_id, 16)) if re.fullmatch(r"[0-9A-Fa-f]{1,16}", message_id) else message_id
