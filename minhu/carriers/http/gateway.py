"""TextGateway over HTTP as the settings describe it."""

from __future__ import annotations

import base64
import json
import re
import secrets
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, assert_never
from urllib.parse import urlencode

from minhu.carriers.http.hook import Hook
from minhu.carriers.http.recipe import at, digest, fill, fill_all, flat, in_alphabet, uses, word_at, write_time
from minhu.carriers.http.settings import AnswerForm, Auth, Encoding, HttpSettings, Method, NumberForm
from minhu.carriers.http.wire import Answer, Call, NoAnswer, Patience, Wire, WiredGateway
from minhu.carriers.text import (
    Accepted,
    Caps,
    Fate,
    HookAnswer,
    HookRequest,
    Outgoing,
    Rejected,
    Sink,
    Submitted,
    Unknown,
)

BUSY = frozenset({429, 503})
NOT_KNOWN_TO_THEM = frozenset({401, 403})
CHINA = "+86"
LONGEST_CODE = 40


class HttpGateway(WiredGateway):
    """One service. A thread of its own looks whether it is there."""

    def __init__(
        self, name: str, settings: HttpSettings, *, now: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        patience = Patience(settings.connect_seconds, settings.answer_seconds, settings.probe_seconds)
        super().__init__(name, Wire(name, settings.url, patience, authority=settings.tls_authority))
        self._settings = settings
        self._now = now
        self._hook = Hook(name, settings, now)
        self._caps = Caps(
            free_text=not settings.templates_only,
            templates_only=settings.templates_only,
            cold_inbound=settings.cold_inbound and bool(settings.in_body),
            receipts=bool(settings.receipt_id),
            max_variable=settings.max_variable,
            inbound_ids=bool(settings.in_id),
        )

    @property
    def caps(self) -> Caps:
        return self._caps

    def submit(self, text: Outgoing) -> Submitted:
        try:
            answer = self._wire.exchange(self._request(text))
        except NoAnswer as fault:
            return Unknown(str(fault))
        if answer.status in NOT_KNOWN_TO_THEM:
            raise self._wire.refused(f"http-{answer.status}: we are not accepted; see user, password and secret")
        if answer.status in BUSY:
            return Rejected(f"http-{answer.status}", retryable=True)
        if answer.status >= 500:
            return Unknown(f"http-{answer.status}")
        if answer.status >= 300:
            return Rejected(f"http-{answer.status}", retryable=False)
        return self._outcome(text, answer)

    def query(self, text_id: str) -> Fate | None:
        """Not described by settings; receipts tell."""
        return None

    def webhook(self, request: HookRequest, sink: Sink) -> HookAnswer:
        self._hook.take(request, sink)
        body = self._settings.hook_answer
        kind = "application/json" if body.startswith(("{", "[")) else "text/plain; charset=utf-8"
        return HookAnswer(body, kind)

    def _outcome(self, text: Outgoing, answer: Answer) -> Submitted:
        settings = self._settings
        found = self._read(answer)
        said = word_at(found, settings.ok_path)
        if said in settings.ok_values:
            ids = at(found, settings.id_path) if settings.id_path else None
            given = [str(one) for one in (ids if isinstance(ids, list) else [ids]) if one not in (None, "")]
            return Accepted(tuple(given) or (text.id,))
        code = (word_at(found, settings.code_path) or said)[:LONGEST_CODE]
        if not code:
            return Unknown("an answer that says neither yes nor no")
        if code in settings.down:
            raise self._wire.refused(f"the service says {code}")
        return Rejected(code, retryable=code in settings.retryable)

    def _read(self, answer: Answer) -> Any:
        if self._settings.answer_form is AnswerForm.TEXT:
            return re.split(r"[,|:;\s]+", answer.body.decode("utf-8", "replace").strip())
        try:
            return json.loads(answer.body)
        except (ValueError, RecursionError):
            return None

    def _request(self, text: Outgoing) -> Call:
        settings = self._settings
        values = self._values(text)
        unsigned = {name: value for name, value in settings.fields.items() if not uses(value, "sign")}
        over = fill(settings.sign_over, {**values, "sorted": in_alphabet(fill_all(unsigned, values))})
        values["sign"] = digest(settings.sign, settings.sign_form, str(over).encode(), settings.secret)
        fields = fill_all(settings.fields, values)
        headers = {**self._authorization(), **flat(fill_all(settings.headers, values))}
        if settings.method is Method.GET:
            joint = "&" if "?" in settings.url else "?"
            return Call("GET", f"{settings.url}{joint}{urlencode(flat(fields))}", headers)
        if settings.encoding is Encoding.JSON:
            body = json.dumps(fields, ensure_ascii=False).encode()
            return Call("POST", settings.url, {"Content-Type": "application/json; charset=utf-8", **headers}, body)
        kind = "application/x-www-form-urlencoded; charset=utf-8"
        return Call("POST", settings.url, {"Content-Type": kind, **headers}, urlencode(flat(fields)).encode())

    def _values(self, text: Outgoing) -> dict[str, Any]:
        settings = self._settings
        return {
            "id": text.id,
            "sender": self._number(text.sender),
            "recipient": self._number(text.recipient),
            "body": settings.signature + text.body,
            "template": text.template,
            "variables": dict(text.variables),
            "values": list(text.variables.values()),
            "user": settings.user,
            "password": settings.password,
            "secret": settings.secret,
            "signature": settings.signature,
            "time": write_time(self._now(), settings.time_form),
            "nonce": secrets.token_hex(16),
        }

    def _number(self, number: str) -> str:
        match self._settings.number_form:
            case NumberForm.E164:
                return number
            case NumberForm.DIGITS:
                return number.removeprefix("+")
            case NumberForm.NATIONAL:
                return number.removeprefix(CHINA).removeprefix("+")
            case unknown:
                assert_never(unknown)

    def _authorization(self) -> dict[str, str]:
        settings = self._settings
        match settings.auth:
            case Auth.NONE:
                return {}
            case Auth.BASIC:
                pair = f"{settings.user}:{settings.password}".encode()
                return {"Authorization": f"Basic {base64.b64encode(pair).decode()}"}
            case Auth.BEARER:
                return {"Authorization": f"Bearer {settings.secret}"}
            case unknown:
                assert_never(unknown)
