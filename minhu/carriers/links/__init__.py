"""What the gateways that keep a connection open have in common; a protocol adds its octets and its words.

session.py   one connection: octets out and in, and which answer belongs to whom
link.py      keeps one session alive: connects, asks whether it lives, begins again when it breaks
intake.py    inbound: batches, stored before they are answered
outbound.py  a text of several segments handed over as one
gateway.py   LinkedGateway: the life of a gateway over links
"""

from __future__ import annotations

from minhu.carriers.links.gateway import LinkedGateway
from minhu.carriers.links.intake import Inbox, Intake, Reader
from minhu.carriers.links.link import BrokenStream, Dialect, Link, LinkSettings
from minhu.carriers.links.outbound import hand_over, let_answers_come
from minhu.carriers.links.session import AnswerOverdue, LinkLost, Session

__all__ = [
    "AnswerOverdue",
    "BrokenStream",
    "Dialect",
    "Inbox",
    "Intake",
    "Link",
    "LinkLost",
    "LinkSettings",
    "LinkedGateway",
    "Reader",
    "Session",
    "hand_over",
    "let_answers_come",
]
