"""The site for an ASGI server (uvicorn): pages from threads, event streams from the loop."""

from __future__ import annotations

import os
from typing import cast

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "minhu.settings")
_pages = get_wsgi_application()

from django.conf import settings  # noqa: E402

from minhu.web.server import Site, WsgiApplication, threads_of  # noqa: E402 - only once Django is set up

# django-stubs types the handler more narrowly than PEP 3333 says; it is what it is called
application = Site(cast(WsgiApplication, _pages), threads_of(settings.WEB_PROCESSES))
