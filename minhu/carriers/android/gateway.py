"""TextGateway over the HTTP interface of SMS Gateway for Android; what the phone gets comes by webhook.

Source: the app's documentation (docs.sms-gate.app: sending messages, webhooks).
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import logging
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

from minhu.carriers.android.settings import AndroidSettings
from minhu.carriers.http.hearing import believable, check_fresh, json_of, same_signature, words
from minhu.carriers.http.wire import Answer, Call, NoAnswer, Patience, Wire, WiredGateway
from minhu.carriers.text import (
    Accepted,
    BadHook,
    Caps,
    Fate,
    HookAnswer,
    HookRequest,
    Inbound,
    Outgoing,
    Receipt,
    Rejected,
    Sink,
    Submitted,
    Unknown,
)

log = logging.getLogger(__name__)

ALREADY_THERE = 409
BUSY = frozenset({429, 503})
NOT_KNOWN_TO_THEM = frozenset({401, 403})
FATES: dict[str, Fate] = {
    "Pending": Fate.PENDING,
    "Processed": Fate.PENDING,
    "Sent": Fate.PENDING,
    "Delivered": Fate.DELIVERED,
    "Failed": Fate.FAILED,
}
EVENTS: dict[str, Fate] = {
    "sms:sent": Fate.PENDING,
    "sms:delivered": Fate.DELIVERED,
    "sms:failed": Fate.FAILED,
}


class AndroidGateway(WiredGateway):
    """One phone. A thread of its own looks whether the app's server is there."""

    caps = Caps(idempotent_submit=True, can_query=True, inbound_ids=True)

    def __init__(
        self, name: str, settings: AndroidSettings, *, now: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        patience = Patience(settings.connect_seconds, settings.answer_seconds, settings.probe_seconds)
        super().__init__(name, Wire(name, settings.url, patience, authority=settings.tls_authority))
        self._settings = settings
        self._now = now

    def submit(self, text: Outgoing) -> Submitted:
        message: dict[str, Any] = {
            "id": text.id,
            "phoneNumbers": [text.recipient],
            "textMessage": {"text": text.body},
            "ttl": self._settings.ttl_seconds,
            "withDeliveryReport": True,
        }
        if self._settings.sim:
            message["simNumber"] = self._settings.sim
        if self._settings.device:
            message["deviceId"] = self._settings.device
        try:
            answer = self._ask("POST", "/messages", json.dumps(message, ensure_ascii=False).encode())
        except NoAnswer as fault:
            return Unknown(str(fault))
        if answer.status in BUSY:
            return Rejected(f"http-{answer.status}", retryable=True)
        if answer.status < 300 or answer.status == ALREADY_THERE:
            return Accepted((text.id,))
        if answer.status >= 500:
            return Unknown(f"http-{answer.status}")
        return Rejected(f"http-{answer.status}", retryable=False)

    def query(self, text_id: str) -> Fate | None:
        try:
            answer = self._ask("GET", f"/messages/{quote(text_id, safe='')}")
            found = json.loads(answer.body) if answer.status == 200 else None
        except (NoAnswer, ValueError):
            return None
        return FATES.get(words(found.get("state"))) if isinstance(found, dict) else None

    def webhook(self, request: HookRequest, sink: Sink) -> HookAnswer:
        self._check_signature(request)
        envelope = json_of(request)
        payload = envelope.get("payload") if isinstance(envelope, dict) else None
        if not isinstance(payload, dict):
            raise BadHook(400, "no envelope with a payload")
        if self._settings.device and envelope.get("deviceId") != self._settings.device:
            raise BadHook(403, "another phone's")
        event = words(envelope.get("event"))
        if event == "sms:received":
            self._received(envelope, payload, sink)
        elif event in EVENTS:
            self._receipt(EVENTS[event], payload, sink)
        elif event != "system:ping":
            log.info("%s: %s is of no use to us; remove the webhook", self._name, event[:40])
        return HookAnswer()

    def _check_signature(self, request: HookRequest) -> None:
        timestamp = request.headers.get("x-timestamp", "")
        key = self._settings.signing_key.encode()
        expected = hmac.new(key, request.body + timestamp.encode(), hashlib.sha256).hexdigest()
        if not same_signature(expected, request.headers.get("x-signature", "").lower()):
            raise BadHook(401, "wrong signature; is the signing key the app's?")
        check_fresh(timestamp, self._now())

    def _received(self, envelope: Mapping[str, Any], payload: Mapping[str, Any], sink: Sink) -> None:
        sender = words(payload.get("sender")) or words(payload.get("phoneNumber"))
        body, at = words(payload.get("message")), words(payload.get("receivedAt"))
        if not sender or not isinstance(payload.get("message"), str):
            raise BadHook(400, "a text without sender or words")
        slot = payload.get("simNumber")
        if self._settings.sim and slot is not None and slot != self._settings.sim:
            log.info("%s: a text of another SIM was left alone", self._name)
            return
        # Of what was received, not of the envelope: a second webhook on the same phone brings it in another one.
        origin = (words(envelope.get("deviceId")), sender, words(slot), at, body)
        digest = hashlib.sha256("\0".join(origin).encode(errors="surrogatepass"))
        if not at:
            digest.update(words(envelope.get("id")).encode())
        now = self._now()
        text = Inbound(
            gateway=self._name,
            key=digest.hexdigest()[:40],
            sender=sender,
            recipient=self._settings.number,
            body=body,
            received_at=believable(_moment(at), now),
        )
        sink.inbound([text])

    def _receipt(self, fate: Fate, payload: Mapping[str, Any], sink: Sink) -> None:
        text_id = words(payload.get("messageId"))
        if not text_id:
            raise BadHook(400, "a receipt without an id")
        sink.receipt([Receipt(self._name, text_id, fate, words(payload.get("reason"))[:20])])

    def _ask(self, method: str, path: str, body: bytes = b"") -> Answer:
        settings = self._settings
        pair = f"{settings.user}:{settings.password}".encode()
        who = f"Bearer {settings.token}" if settings.token else f"Basic {base64.b64encode(pair).decode()}"
        headers = {"Authorization": who, "Accept": "application/json"}
        if body:
            headers["Content-Type"] = "application/json"
        answer = self._wire.exchange(Call(method, settings.url.rstrip("/") + path, headers, body))
        if answer.status in NOT_KNOWN_TO_THEM:
            raise self._wire.refused(f"http-{answer.status}: user, password or token are not accepted")
        return answer


def _moment(text: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo is not None else None
