"""What a status report says of a text, and what the results of a CONNECT and of a SUBMIT mean.

Source: CMPP 3.0 §8.4.1.2 (Status), §8.4.3.2 (Result), §8.4.5.1 (Stat).
"""

from __future__ import annotations

from minhu.carriers.text import Fate

_FATES: dict[str, Fate] = {
    "DELIVRD": Fate.DELIVERED,
    "ACCEPTD": Fate.PENDING,  # read by somebody at the carrier on the citizen's behalf, not by his phone
    "ENROUTE": Fate.PENDING,
    "UNKNOWN": Fate.PENDING,
}
"""Everything else is a reason for failing: EXPIRED, DELETED, UNDELIV, REJECTD, and the carriers' MK:0001, DB:0141 …"""

_STATUSES = {
    1: "structure",
    2: "source_addr not known, or our address not on the carrier's list",
    3: "secret",
    4: "version too high",
}
_RESULTS = {
    1: "structure",
    2: "command",
    3: "sequence repeated",
    4: "length",
    5: "fee_code",
    6: "too long",
    7: "service_id",
    8: "flow control",
    9: "fee number not served here",
    10: "src_id",
    11: "msg_src",
    12: "fee_terminal",
    13: "recipient",
}


def fate(stat: str) -> Fate:
    """What the Stat of a report means for the text; no Stat at all says nothing."""
    return _FATES.get(stat.upper(), Fate.FAILED) if stat else Fate.PENDING


def refused_connect(status: int) -> str:
    """Why a CONNECT was refused, for the operator."""
    return f"{status} ({_STATUSES.get(status, 'other error')})"


def refused_submit(result: int) -> str:
    """The code of a refused SUBMIT."""
    return f"CMPP {result} {_RESULTS.get(result, 'other error')}"
