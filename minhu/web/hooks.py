"""Where gateways call us: one address each, with a part that nobody can guess.

    https://…/hooks/<name>/<secret>/

What a call brings is stored before it is answered 2xx; what cannot be stored is answered 503, and comes again. Whoever
is not the gateway learns nothing: not even whether there is one.
"""

from __future__ import annotations

from hmac import compare_digest

import structlog
from django.conf import settings
from django.db import DatabaseError, InterfaceError
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt

from minhu.carriers.kinds import GatewaySettings
from minhu.carriers.text import BadHook, Hooked, HookRequest
from minhu.intake.sink import StoringSink

log = structlog.get_logger(__name__)

LARGEST_BODY_BYTES = 256 * 1024
"""A gateway brings at most a few hundred short texts in one call."""


@csrf_exempt
@never_cache
def hook(request: HttpRequest, name: str, secret: str) -> HttpResponse:
    """One call of one gateway."""
    given = _whose(name, secret)
    gateway = given.make(now=timezone.now) if given else None
    if gateway is None or not isinstance(gateway, Hooked):
        return HttpResponse(status=404)
    try:
        sink = StoringSink(keys_are_ids=gateway.caps.inbound_ids)
        answer = gateway.webhook(_read(request), sink)
    except BadHook as bad:
        log.warning("hook_refused", gateway=name, status=bad.status, why=bad.why)
        return HttpResponse(status=bad.status)
    except (DatabaseError, InterfaceError) as fault:
        log.error("hook_not_stored", gateway=name, fault=type(fault).__name__)  # noqa: TRY400 - no words in the log
        return HttpResponse(status=503, headers={"Retry-After": "10"})
    return HttpResponse(answer.body, content_type=answer.content_type)


def _whose(name: str, secret: str) -> GatewaySettings | None:
    """The gateway of this address. All secrets are compared, so that the time taken names none."""
    found = None
    for one in settings.GATEWAYS:
        right = compare_digest(one.hook_secret.encode(), secret.encode())
        if one.hook_secret and one.name == name and right:
            found = one
    return found


def _read(request: HttpRequest) -> HookRequest:
    """Raises: BadHook for what is larger than any gateway's call."""
    length = request.META.get("CONTENT_LENGTH") or "0"
    if not length.isdigit() or int(length) > LARGEST_BODY_BYTES:
        raise BadHook(413, "too large")
    return HookRequest(
        method=request.method or "",
        headers={name.lower(): value for name, value in request.headers.items()},
        query={key: request.GET[key] for key in request.GET},
        body=request.read(LARGEST_BODY_BYTES),
    )
