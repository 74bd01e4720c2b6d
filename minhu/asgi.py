"""The site for an ASGI server (uvicorn): pages from threads, event streams from the loop."""

from __future__ import annotations

import os
from typing import cast

from asgiref.typing import ASGI3Application
from django.core.asgi import get_asgi_application
from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "minhu.settings")
_pages, _streams = get_wsgi_application(), get_asgi_application()

from django.conf import settings  # noqa: E402

from minhu.web.server import Site, WsgiApplication, threads_of  # noqa: E402 - only once Django is set up

# django-stubs types both handlers more narrowly than PEP 3333 and ASGI say; they are what they are called
application = Site(cast(WsgiApplication, _pages), cast(ASGI3Application, _streams), threads_of(settings.WEB_PROCESSES))
