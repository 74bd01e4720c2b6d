"""What load balancers and Prometheus ask."""

from __future__ import annotations

from datetime import datetime
from hmac import compare_digest

from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from prometheus_client import CONTENT_TYPE_LATEST

from minhu.audit import pulse
from minhu.web import figures

WATCHED = ("switch", "jobs")
_migrated: set[str] = set()


def healthz(request: HttpRequest) -> JsonResponse:
    """200 when this process can serve: the database answers and is migrated; 503 otherwise.

    The other processes' signs of life are told but do not fail the page: a balancer that takes the site away because
    the switch is down helps nobody.
    """
    checks = {"database": "ok", "migrations": "ok"}
    try:
        if not _is_migrated():
            checks["migrations"] = "missing: run minhu migrate"
        checks |= _others(timezone.now())
    except DatabaseError as error:
        checks["database"] = f"away: {type(error).__name__}"
    well = checks["database"] == checks["migrations"] == "ok"
    return JsonResponse({"status": "ok" if well else "failing", "checks": checks}, status=200 if well else 503)


def metrics(request: HttpRequest) -> HttpResponse:
    """Prometheus text, for whoever shows the token; 404 for others, as if there were nothing here."""
    token = settings.METRICS_TOKEN
    if not token or not compare_digest(request.headers.get("Authorization", ""), f"Bearer {token}"):
        return HttpResponse(status=404)
    return HttpResponse(figures.told(), content_type=CONTENT_TYPE_LATEST)


def _is_migrated() -> bool:
    """Asked of the database until it is true once; migrations are not taken back under a running process."""
    name = str(connection.settings_dict["NAME"])
    if name not in _migrated:
        executor = MigrationExecutor(connection)
        if executor.migration_plan(executor.loader.graph.leaf_nodes()):
            return False
        _migrated.add(name)
    else:
        connection.ensure_connection()
    return True


def _others(at: datetime) -> dict[str, str]:
    heard = pulse.beats(at)
    said: dict[str, str] = {}
    for process in WATCHED:
        mine = [beat for beat in heard if beat.process == process]
        if any(beat.alive for beat in mine):
            said[process] = "ok"
        else:
            said[process] = f"silent since {mine[0].at:%FT%TZ}" if mine else "never heard of"
    return said
