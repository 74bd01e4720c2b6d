"""Reads the SMS gateways: any number of any kind.

    SMS_GATEWAYS=aggregator:smpp,wang:android
    SMS_AGGREGATOR_HOST=… SMS_WANG_URL=…

What a kind can be told are the fields of its settings dataclass; what all can be told, those of ``GatewaySettings``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import MISSING, Field, fields
from enum import StrEnum
from typing import Any, get_type_hints

from minhu.carriers.kinds import KINDS, GatewaySettings
from minhu.environment import BadSetting, Environment
from minhu.rules import numbers
from minhu.rules.gateways import SHORTEST_VARIABLE, Channel, unknown_templates

LIST = "SMS_GATEWAYS"
COMMON = ("sender", "lines", "per_second", "window", "signature", "templates", "hook_secret")
_NAME = re.compile(r"[a-z][a-z0-9]{0,19}")
_SECRET = re.compile(r"[A-Za-z0-9_-]{16,64}")


def gateways(env: Environment) -> tuple[GatewaySettings, ...]:
    """Every gateway in SMS_GATEWAYS, in the order of preference. Raises: BadSetting."""
    found: list[GatewaySettings] = []
    for entry in env.words(LIST):
        name, colon, kind = entry.partition(":")
        if not colon or not _NAME.fullmatch(name):
            raise BadSetting(
                LIST, f"must read name:kind,name:kind with names of small letters and digits, not {entry!r}"
            )
        if kind not in KINDS:
            raise BadSetting(LIST, f"does not know the kind {kind!r}; known: {', '.join(sorted(KINDS))}")
        if any(name == other.name for other in found):
            raise BadSetting(LIST, f"names {name!r} twice")
        found.append(_gateway(env, name, kind))
    _each_line_once(found)
    return tuple(found)


def channel_of(gateway: GatewaySettings) -> Channel:
    """What the rules need to know of a gateway. Raises: BadSetting for templates that it, or we, do not have."""
    caps = gateway.caps
    channel = Channel(
        name=gateway.name,
        lines=frozenset(gateway.lines),
        templates_only=caps.templates_only,
        templates=gateway.templates,
        max_variable=caps.max_variable,
        signature=_bracketed(gateway.signature),
    )
    if unknown := unknown_templates(channel):
        raise BadSetting(f"{_prefix(gateway.name)}TEMPLATES", f"names no text of ours: {', '.join(unknown)}")
    if caps.templates_only and 0 < caps.max_variable < SHORTEST_VARIABLE:
        cure = f"must be 0 or at least {SHORTEST_VARIABLE}: a time and a tracking code need as much"
        raise BadSetting(f"{_prefix(gateway.name)}MAX_VARIABLE", cure)
    return channel


def setting_names(kind: str) -> tuple[str, ...]:
    """What may be set of a gateway of this kind, without the prefix, in capitals: for the example and for messages."""
    own = [one.name for one, hint in _own_fields(kind) if _readable(hint)]
    return tuple(name.upper() for name in dict.fromkeys([*own, *COMMON]))


def _gateway(env: Environment, name: str, kind: str) -> GatewaySettings:
    prefix = _prefix(name)
    known = setting_names(kind)
    for given in env.names(prefix):
        if given.removeprefix(prefix) not in known:
            raise BadSetting(given, f"is no setting of the kind {kind}; known: {', '.join(known)}")
    own = _own(env, prefix, kind)
    lines = tuple(_number(f"{prefix}LINES", one) for one in env.words(f"{prefix}LINES"))
    return GatewaySettings(
        name=name,
        kind=kind,
        own=own,
        sender=env.text(f"{prefix}SENDER", ""),
        lines=lines or getattr(own, "lines", ()),
        per_second=env.number(f"{prefix}PER_SECOND", 0.0, high=10_000),
        window=env.whole(f"{prefix}WINDOW", getattr(own, "window", 10), low=1, high=1000),
        signature=env.text(f"{prefix}SIGNATURE", ""),
        templates=_pairs(f"{prefix}TEMPLATES", env.words(f"{prefix}TEMPLATES")),
        hook_secret=_hook_secret(env, f"{prefix}HOOK_SECRET"),
    )


def _own(env: Environment, prefix: str, kind: str) -> Any:
    """The kind's own settings, each field from the variable of its name."""
    values: dict[str, Any] = {}
    for field, hint in _own_fields(kind):
        variable = prefix + field.name.upper()
        if _readable(hint) and (env.text(variable, "") or _is_required(field)):
            values[field.name] = _value(env, variable, hint)
    try:
        return KINDS[kind].settings(**values)
    except ValueError as wrong:  # a WrongSetting names the field
        name = str(getattr(wrong, "name", "")).upper()
        raise BadSetting(prefix + name, str(getattr(wrong, "cure", wrong))) from None


def _own_fields(kind: str) -> Iterator[tuple[Field[Any], Any]]:
    settings = KINDS[kind].settings
    hints = get_type_hints(settings)
    return ((field, hints[field.name]) for field in fields(settings) if field.init)


def _is_required(field: Field[Any]) -> bool:
    return field.default is MISSING and field.default_factory is MISSING


def _readable(hint: Any) -> bool:
    """Whether a field of this type is set by one variable; others keep their default."""
    plain = isinstance(hint, type) and issubclass(hint, str | int | float)
    return plain or hint in (tuple[str, ...], dict[str, Any])


def _value(env: Environment, variable: str, hint: Any) -> Any:
    if hint == tuple[str, ...]:
        return env.words(variable)
    if hint == dict[str, Any]:
        return env.table(variable)
    if issubclass(hint, StrEnum):
        return _choice(variable, hint, env.text(variable))
    if hint is bool:
        return env.flag(variable, default=False)
    if hint is int:
        env.text(variable)  # tells that a required one is missing
        return env.whole(variable, 0)
    return env.number(variable, 0.0) if hint is float else env.text(variable)


def _choice(variable: str, kind: type[StrEnum], value: str) -> StrEnum:
    try:
        return kind(value)
    except ValueError:
        raise BadSetting(variable, f"must be one of {', '.join(kind)}, not {value!r}") from None


def _number(variable: str, value: str) -> str:
    try:
        return numbers.normalise(value)
    except numbers.NotANumber:
        raise BadSetting(variable, f"is not a telephone number: {value!r}") from None


def _pairs(variable: str, words: Iterable[str]) -> dict[str, str]:
    pairs: dict[str, str] = {}
    for word in words:
        name, equals, registered = (part.strip() for part in word.partition("="))
        if not equals or not registered or name in pairs:
            raise BadSetting(variable, f"must read name=id,name=id with different names, not {word!r}")
        pairs[name] = registered
    return pairs


def _hook_secret(env: Environment, variable: str) -> str:
    secret = env.text(variable, "")
    if secret and not _SECRET.fullmatch(secret):
        raise BadSetting(variable, "must be 16 to 64 letters, digits, - or _ (openssl rand -hex 16)")
    return secret


def _each_line_once(found: list[GatewaySettings]) -> None:
    """A number is one SIM: two phones cannot both be its own."""
    owners: dict[str, str] = {}
    for gateway in found:
        for line in gateway.lines:
            if line in owners:
                raise BadSetting(f"{_prefix(gateway.name)}LINES", f"{line} is served by {owners[line]} already")
            owners[line] = gateway.name


def _bracketed(signature: str) -> str:
    """As it stands in a text, for the bill."""
    return signature if not signature or signature.startswith("【") else f"【{signature}】"


def _prefix(name: str) -> str:
    return f"SMS_{name.upper()}_"
