"""How often and how fast each page is answered, for Prometheus.

Several processes serve one site (``minhu web``), and whichever is asked answers for all: each keeps its figures in a
file of the folder that PROMETHEUS_MULTIPROC_DIR names. Without that variable a process answers for itself.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from typing import Final

from django.http import HttpRequest, HttpResponse
from prometheus_client import REGISTRY, CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector

FOLDER: Final = "PROMETHEUS_MULTIPROC_DIR"
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})

ANSWERS = Counter("minhu_http_answers", "Answers given.", ["view", "method", "status"])
SECONDS = Histogram("minhu_http_seconds", "Time from a request to its answer.", ["view"])


class FiguresMiddleware:
    """Counts and times every answer, by the name of its page and never by its address, which may hold a code."""

    sync_capable = True
    async_capable = False

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        began = time.perf_counter()
        response = self.get_response(request)
        match = request.resolver_match
        view = match.view_name if match is not None else "none"
        method = request.method if request.method in _METHODS else "other"
        ANSWERS.labels(view, method, response.status_code).inc()
        SECONDS.labels(view).observe(time.perf_counter() - began)
        return response


def told() -> bytes:
    """The figures of all processes of this site, as Prometheus reads them."""
    if not os.environ.get(FOLDER):
        return generate_latest(REGISTRY)
    registry = CollectorRegistry()
    MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    return generate_latest(registry)
