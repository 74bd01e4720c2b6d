"""What settings can say about a request or an answer, without being a program: placeholders, paths, digests, times.

fill("{user}{secret}", values)            placeholders, of a known set; anything else is refused at the start
at(answer, "data.0.msgid")                a value in JSON, by names and positions
digest(Digest.MD5, text, key)             signatures
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

from minhu.carriers.errors import WrongSetting
from minhu.carriers.http.hearing import words

SHANGHAI = ZoneInfo("Asia/Shanghai")
_PLACEHOLDER = re.compile(r"\{(\w+)\}")

Values = Mapping[str, Any]


class Digest(StrEnum):
    """How a signature is made. hmac_…: with the secret as its key."""

    NONE = "none"
    MD5 = "md5"
    SHA1 = "sha1"
    SHA256 = "sha256"
    HMAC_MD5 = "hmac_md5"
    HMAC_SHA1 = "hmac_sha1"
    HMAC_SHA256 = "hmac_sha256"


class DigestForm(StrEnum):
    """How its octets are written."""

    HEX = "hex"
    UPPER = "upper"
    BASE64 = "base64"


def digest(kind: Digest, form: DigestForm, over: bytes, secret: str) -> str:
    """The signature; "" for Digest.NONE."""
    if kind is Digest.NONE:
        return ""
    keyed, _, algorithm = kind.value.rpartition("_")
    octets = hmac.new(secret.encode(), over, algorithm).digest() if keyed else hashlib.new(algorithm, over).digest()
    match form:
        case DigestForm.BASE64:
            return base64.b64encode(octets).decode()
        case DigestForm.UPPER:
            return octets.hex().upper()
        case DigestForm.HEX:
            return octets.hex()


def fill(template: str, values: Values) -> Any:
    """The template with its placeholders put in. One that is a placeholder and nothing else may become an object."""
    whole = _PLACEHOLDER.fullmatch(template)
    if whole and not isinstance(values[whole[1]], str):
        return values[whole[1]]
    return _PLACEHOLDER.sub(lambda found: _plain(values[found[1]]), template)


def fill_all(template: Any, values: Values) -> Any:
    """The same for every text in a nested object."""
    match template:
        case str():
            return fill(template, values)
        case dict():
            return {name: fill_all(value, values) for name, value in template.items()}
        case list():
            return [fill_all(value, values) for value in template]
        case _:
            return template


def check_placeholders(name: str, template: Any, known: Iterable[str]) -> None:
    """Raises: WrongSetting for a placeholder that does not exist. name: of the setting."""
    allowed = sorted(set(known))
    for text in _texts(template):
        for found in _PLACEHOLDER.findall(text):
            if found not in allowed:
                raise WrongSetting(name, f"has an unknown placeholder {{{found}}}; known: {', '.join(allowed)}")


def uses(template: Any, placeholder: str) -> bool:
    """Whether a template has this placeholder anywhere."""
    return any(placeholder in _PLACEHOLDER.findall(text) for text in _texts(template))


def flat(fields: Mapping[str, Any]) -> dict[str, str]:
    """Fields as a form carries them: what is no text is written as JSON."""
    return {name: _plain(value) for name, value in fields.items()}


def in_alphabet(fields: Mapping[str, Any]) -> str:
    """``a=1&b=2``: sorted by name, empty ones left out; what most signatures are made over."""
    return "&".join(f"{name}={value}" for name, value in sorted(flat(fields).items()) if value != "")


def at(found: Any, path: str) -> Any:
    """What stands there; None when there is nothing. path: names and positions with dots; "" for all of it."""
    for step in path.split(".") if path else ():
        if isinstance(found, dict):
            found = found.get(step)
        elif isinstance(found, list) and step.isascii() and step.isdigit():
            found = found[int(step)] if int(step) < len(found) else None
        else:
            return None
    return found


def word_at(found: Any, path: str) -> str:
    """The text or number there; "" when there is none, or no path is given."""
    return words(at(found, path)) if path else ""


def write_time(moment: datetime, form: str) -> str:
    """form: unix, unix_ms, iso, or a pattern such as %Y%m%d%H%M%S (time of China)."""
    match form:
        case "unix":
            return str(int(moment.timestamp()))
        case "unix_ms":
            return str(int(moment.timestamp() * 1000))
        case "iso":
            return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        case pattern:
            return moment.astimezone(SHANGHAI).strftime(pattern)


def read_time(text: str, form: str) -> datetime | None:
    """The moment in a field; None when it cannot be read. Without a zone it is time of China."""
    readers: dict[str, Callable[[str], datetime]] = {
        "unix": lambda said: datetime.fromtimestamp(int(said), UTC),
        "unix_ms": lambda said: datetime.fromtimestamp(int(said) / 1000, UTC),
        "iso": datetime.fromisoformat,
    }
    try:
        moment = readers[form](text) if form in readers else datetime.strptime(text, form)  # noqa: DTZ007 - zone below
    except (ValueError, OverflowError, OSError):
        return None
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=SHANGHAI)


def check_time_form(name: str, form: str) -> None:
    """Raises: WrongSetting."""
    if form not in {"unix", "unix_ms", "iso"} and not re.search(r"%[YmdHMS]", form):
        raise WrongSetting(name, "must be unix, unix_ms, iso, or a pattern such as %Y-%m-%d %H:%M:%S")


def _texts(template: Any) -> Iterator[str]:
    match template:
        case str():
            yield template
        case dict():
            for value in template.values():
                yield from _texts(value)
        case list():
            for value in template:
                yield from _texts(value)


def _plain(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, separators=(",", ":"))
