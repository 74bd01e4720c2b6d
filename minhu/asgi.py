"""The site for an ASGI server (uvicorn): pages from threads, event streams from the loop."""

from __future__ import annotations

import os

from django.core.asgi import get_asgi_application
from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "minhu.settings")
_pages, _streams = get_wsgi_application(), get_asgi_application()

from minhu.web.server import Site  # noqa: E402 - only once Django is set up

application = Site(_pages, _streams)
