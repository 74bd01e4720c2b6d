"""A queue model as JSON, docs/reference/queue-models.md. Whatever is wrong is named by its place, with the cure."""

from __future__ import annotations

import json
from collections.abc import Mapping
from difflib import get_close_matches
from math import isnan
from typing import Any

from minhu.planner.engine.confidence import Estimate
from minhu.planner.engine.errors import InputUnclear
from minhu.planner.engine.laws import NEEDS, Duration, Law
from minhu.planner.engine.queue_model import QueueModel, Retrial, Steps
from minhu.planner.engine.queues import QueueResult

_FIELDS = (
    *("name", "arrivals", "service", "servers", "horizon", "patience", "retrial", "queue_limit", "warm_up"),
    *("replications", "seed", "confidence", "within"),
)
_NEEDED = ("arrivals", "service", "servers", "horizon")


def read_model(text: str) -> QueueModel:
    """The model written in ``text``. Raises: InputUnclear."""
    try:
        given = json.loads(text)
    except (json.JSONDecodeError, RecursionError) as fault:
        raise InputUnclear("JSON", f"不是有效的 JSON：{fault}。") from None
    return model_of(given)


def model_of(given: object) -> QueueModel:
    """The model in what JSON says. Raises: InputUnclear."""
    fields = _object(given, "model", _FIELDS)
    for name in _NEEDED:
        if name not in fields:
            raise InputUnclear(name, "这一项必须有，见 docs/reference/queue-models.md。")
    optional: dict[str, Any] = {
        name: fields[name] for name in ("queue_limit", "replications", "seed") if fields.get(name) is not None
    }
    optional |= {name: _number(fields[name], name) for name in ("warm_up", "confidence") if name in fields}
    return QueueModel(
        arrivals=_steps(fields["arrivals"], "arrivals", "rate", "rates"),
        service=_duration(fields["service"], "service"),
        servers=_steps(fields["servers"], "servers", "count", "counts"),
        horizon=_number(fields["horizon"], "horizon"),
        patience=_duration(fields["patience"], "patience") if fields.get("patience") is not None else None,
        retrial=_retrial(fields["retrial"]) if fields.get("retrial") is not None else None,
        within=tuple(_numbers(fields.get("within", []), "within")),
        **optional,
    )


def _object(given: object, field: str, known: tuple[str, ...]) -> Mapping[str, Any]:
    if not isinstance(given, dict):
        raise InputUnclear(field, f"应是一个对象，含 {'、'.join(known)}。")
    for name in given:
        if name not in known:
            near = get_close_matches(name, known, 1)
            cure = f"是不是 {near[0]}？" if near else f"可以用的有 {'、'.join(known)}。"
            raise InputUnclear(name if field == "model" else f"{field}.{name}", f"没有这一项，{cure}")
    return given


def _number(given: object, field: str) -> float:
    if isinstance(given, bool) or not isinstance(given, int | float) or isnan(given):
        raise InputUnclear(field, f"应是一个数，现为 {json.dumps(given, ensure_ascii=False)[:40]}。")
    try:
        return float(given)
    except OverflowError:
        raise InputUnclear(field, "这个数太大了。") from None


def _numbers(given: object, field: str) -> list[float]:
    if not isinstance(given, list):
        raise InputUnclear(field, "应是一列数，写成 [1, 2, 3]。")
    return [_number(one, f"{field}[{at}]") for at, one in enumerate(given)]


def _steps(given: object, field: str, one: str, many: str) -> Steps:
    """``12``, ``{one: 12}`` or ``{many: [12, 3], "every": 1800}``."""
    if isinstance(given, int | float):
        return Steps.constant(_number(given, field))
    fields = _object(given, field, (one, many, "every"))
    if one in fields:
        return Steps.constant(_number(fields[one], f"{field}.{one}"))
    if many not in fields or "every" not in fields:
        raise InputUnclear(field, f"写一个数，或同时写 {many}（一列数）和 every（每段时长）。")
    return Steps(tuple(_numbers(fields[many], f"{field}.{many}")), _number(fields["every"], f"{field}.every"))


def _duration(given: object, field: str) -> Duration:
    laws = "、".join(Law)
    fields = _object(given, field, ("distribution", "mean", "cv", "shape", "low", "high"))
    try:
        law = Law(fields.get("distribution", ""))
    except ValueError:
        raise InputUnclear(f"{field}.distribution", f"分布可以是 {laws}。") from None
    for name in fields.keys() - {"distribution", *NEEDS[law]}:
        raise InputUnclear(f"{field}.{name}", f"{law} 分布只用 {'、'.join(NEEDS[law])}。")
    for name in NEEDS[law]:
        if name not in fields:
            raise InputUnclear(f"{field}.{name}", f"{law} 分布要写 {'、'.join(NEEDS[law])}。")
    values = [_number(fields[name], f"{field}.{name}") for name in NEEDS[law]]
    try:
        return Duration(law, *values)
    except InputUnclear as fault:
        raise InputUnclear(f"{field}.{fault.field}", fault.cure) from None


def _retrial(given: object) -> Retrial:
    fields = _object(given, "retrial", ("probability", "delay", "most_attempts"))
    for name in ("probability", "delay"):
        if name not in fields:
            raise InputUnclear(f"retrial.{name}", "这一项必须有。")
    rest = {"most_attempts": fields["most_attempts"]} if "most_attempts" in fields else {}
    return Retrial(
        _number(fields["probability"], "retrial.probability"), _duration(fields["delay"], "retrial.delay"), **rest
    )


def as_json(model: QueueModel, told: QueueResult) -> dict[str, Any]:
    """What is printed: every figure with its interval, null where there was nothing to measure."""
    shares = ("answered", "abandoned", "blocked", "unfinished")
    return {
        "replications": model.replications,
        "seed": model.seed,
        "confidence": model.confidence,
        "callers": _told(told.callers),
        "attempts": _told(told.attempts),
        "outcomes": {name: _told(getattr(told, name)) for name in shares},
        "answered_at_once": _told(told.answered_at_once),
        "answered_within": {f"{limit:g}": _told(share) for limit, share in told.within},
        "wait": {
            "mean": _told(told.mean_wait),
            **{f"p{part * 100:g}": _told(value) for part, value in told.wait_quantiles},
            "mean_of_those_who_hung_up": _told(told.mean_wait_of_hang_ups),
        },
        "queue": {"mean": _told(told.queue_length), "longest": told.longest_queue},
        "servers": {"busy": _told(told.busy_servers), "utilisation": _told(told.utilisation)},
    }


def _told(estimate: Estimate | None) -> dict[str, float | None] | None:
    if estimate is None:
        return None
    return {"value": estimate.value, "low": estimate.low, "high": estimate.high}
