"""What the two services have in common: approved templates out, answers to them and receipts in, by webhook."""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from minhu.carriers.http.hearing import json_of
from minhu.carriers.http.wire import Answer, Call, NoAnswer, Patience, Wire, WiredGateway
from minhu.carriers.text import (
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

BUSY = frozenset({429, 503})
LONGEST_CODE = 60
JSON = "application/json; charset=utf-8"


class CloudGateway(WiredGateway, ABC):
    """TextGateway and Hooked. A thread of its own looks whether the service is there."""

    def __init__(self, name: str, url: str, patience: Patience, max_variable: int, now: Callable[[], datetime]) -> None:
        super().__init__(name, Wire(name, url, patience))
        self._now = now
        self._caps = Caps(
            free_text=False, templates_only=True, cold_inbound=False, max_variable=max_variable, inbound_ids=True
        )

    @property
    def caps(self) -> Caps:
        return self._caps

    def submit(self, text: Outgoing) -> Submitted:
        if not text.template:
            return Rejected("free_text", retryable=False)
        try:
            answer = self._wire.exchange(self._request(text))
        except NoAnswer as fault:
            return Unknown(str(fault))
        found = _object(answer)
        if found is None:
            return Rejected(f"http-{answer.status}", retryable=True) if answer.status in BUSY else _unread(answer)
        return self._outcome(text, found)

    def query(self, text_id: str) -> Fate | None:
        """Both ask by day and number, not by our id; receipts tell."""
        return None

    def webhook(self, request: HookRequest, sink: Sink) -> HookAnswer:
        said = json_of(request)
        items = said if isinstance(said, list) else [said]
        found = [self._heard(item) if isinstance(item, dict) else None for item in items]
        texts = [one for one in found if isinstance(one, Inbound)]
        receipts = [one for one in found if isinstance(one, Receipt)]
        if texts:
            sink.inbound(texts)
        if receipts:
            sink.receipt(receipts)
        if None in found:
            raise BadHook(400, f"{found.count(None)} of {len(found)} items could not be read")
        return HookAnswer(self._heard_all, JSON)

    def _refusal(self, code: str, *, retryable: bool, down: bool, unsure: bool) -> Submitted:
        """down: it does not serve us at all (raises CarrierError). unsure: a fault of theirs on the way."""
        code = code[:LONGEST_CODE]
        if down:
            raise self._wire.refused(f"the service says {code}")
        return Unknown(code) if unsure else Rejected(code, retryable=retryable)

    @property
    @abstractmethod
    def _heard_all(self) -> str:
        """What the service wants to hear."""

    @abstractmethod
    def _request(self, text: Outgoing) -> Call: ...

    @abstractmethod
    def _outcome(self, text: Outgoing, said: Mapping[str, Any]) -> Submitted: ...

    @abstractmethod
    def _heard(self, item: Mapping[str, Any]) -> Inbound | Receipt | None:
        """One item of a call; None when it cannot be read."""


def _object(answer: Answer) -> Mapping[str, Any] | None:
    try:
        found = json.loads(answer.body)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def _unread(answer: Answer) -> Submitted:
    return Unknown(f"http-{answer.status}: an answer that cannot be read")
