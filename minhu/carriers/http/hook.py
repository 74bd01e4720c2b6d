"""What a described service calls us with: texts and receipts, checked and read as the settings say."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl

from minhu.carriers.http.hearing import REPLAY_WINDOW, believable, read_json, same_signature
from minhu.carriers.http.recipe import Digest, at, digest, fill, in_alphabet, read_time, word_at
from minhu.carriers.http.settings import HttpSettings
from minhu.carriers.text import BadHook, Fate, HookRequest, Inbound, Part, Receipt, Sink

log = logging.getLogger(__name__)

JSON_TYPES = frozenset({"application/json", "text/json"})
FORM = "application/x-www-form-urlencoded"
MOST_SEGMENTS = 255


class Hook:
    """Reads the calls of one service. now: our clock."""

    def __init__(self, name: str, settings: HttpSettings, now: Callable[[], datetime]) -> None:
        self._name = name
        self._settings = settings
        self._now = now

    def take(self, request: HookRequest, sink: Sink) -> None:
        """Store what a call brought. Raises: BadHook; what could be read is stored all the same, and comes again."""
        said = _fields_of(request)
        self._check_signature(request, said)
        items = at(said, self._settings.hook_items)
        found = [self._read(item) for item in (items if isinstance(items, list) else [items])]
        texts = [one for one in found if isinstance(one, Inbound)]
        receipts = [one for one in found if isinstance(one, Receipt)]
        if texts:
            sink.inbound(texts)
        if receipts:
            sink.receipt(receipts)
        if None in found:
            raise BadHook(400, f"{found.count(None)} of {len(found)} items could not be read")

    def _check_signature(self, request: HookRequest, said: Any) -> None:
        settings = self._settings
        time = _placed(settings.hook_time_at, request, said)
        if settings.hook_time_at:
            moment = read_time(time, settings.hook_time_form)
            if moment is None or abs(self._now() - moment) > REPLAY_WINDOW:
                raise BadHook(401, "of another time; is the clock right, and HOOK_TIME_FORM?")
        if settings.hook_sign is Digest.NONE:
            return
        unsigned = dict(said) if isinstance(said, dict) else {}
        place, _, name = settings.hook_sign_at.partition(":")
        if place == "field":
            unsigned.pop(name, None)
        values = {
            "raw": request.body.decode("utf-8", "surrogateescape"),
            "time": time,
            "secret": settings.secret,
            "user": settings.user,
            "sorted": in_alphabet(unsigned),
        }
        over = str(fill(settings.hook_sign_over, values)).encode("utf-8", "surrogateescape")
        expected = digest(settings.hook_sign, settings.hook_sign_form, over, settings.secret)
        if not same_signature(expected, _placed(settings.hook_sign_at, request, said)):
            raise BadHook(401, "wrong signature; see HOOK_SIGN and HOOK_SIGN_OVER")

    def _read(self, item: Any) -> Inbound | Receipt | None:
        settings = self._settings
        if settings.receipt_status and (status := word_at(item, settings.receipt_status)):
            return self._receipt(item, status)
        if settings.in_body and isinstance(at(item, settings.in_body), str) and word_at(item, settings.in_sender):
            return self._text(item)
        return None

    def _receipt(self, item: Any, status: str) -> Receipt | None:
        settings = self._settings
        gateway_id = word_at(item, settings.receipt_id)
        fate = Fate.FAILED
        if status in settings.receipt_delivered:
            fate = Fate.DELIVERED
        elif status in settings.receipt_pending:
            fate = Fate.PENDING
        code = word_at(item, settings.receipt_code) or status
        return Receipt(self._name, gateway_id, fate, code if fate is Fate.FAILED else "") if gateway_id else None

    def _text(self, item: Any) -> Inbound:
        settings, now = self._settings, self._now()
        sender, recipient = word_at(item, settings.in_sender), word_at(item, settings.in_recipient)
        body, time = str(at(item, settings.in_body)), word_at(item, settings.in_time)
        part = self._part(item)
        own_id = word_at(item, settings.in_id)
        stamp = time or f"{now:%F %H}:{now.minute // 10}"
        origin = (own_id,) if own_id else (sender, recipient, repr(part), stamp if settings.in_id else time, body)
        return Inbound(
            gateway=self._name,
            key=hashlib.sha256("\0".join(origin).encode(errors="surrogatepass")).hexdigest()[:40],
            sender=sender,
            recipient=recipient,
            body=body,
            received_at=believable(read_time(time, settings.in_time_form), now),
            part=part,
        )

    def _part(self, item: Any) -> Part | None:
        settings = self._settings
        paths = (settings.in_part_reference, settings.in_part_number, settings.in_part_total)
        found = [word_at(item, path) for path in paths]
        if not all(one.isascii() and one.isdigit() for one in found):
            return None
        reference, number, total = (int(one[:9]) for one in found)
        return Part(reference, number, total) if 1 <= number <= total <= MOST_SEGMENTS and total > 1 else None


def _fields_of(request: HookRequest) -> Any:
    """What a call says, as JSON would have it. Raises: BadHook."""
    if request.method == "GET":
        return dict(request.query)
    if request.method != "POST":
        raise BadHook(405, f"a {request.method}")
    if request.content_type in JSON_TYPES:
        return read_json(request.body)
    if request.content_type == FORM:
        try:
            pairs = parse_qsl(request.body.decode(), keep_blank_values=True, max_num_fields=1000)
        except ValueError:
            raise BadHook(400, "not a form") from None
        return dict(pairs)
    raise BadHook(415, "neither JSON nor a form by its content type")


def _placed(place: str, request: HookRequest, said: Mapping[str, Any]) -> str:
    """place: header:NAME or field:PATH; "" for nothing."""
    where, _, name = place.partition(":")
    return request.headers.get(name.lower(), "") if where == "header" else word_at(said, name)
