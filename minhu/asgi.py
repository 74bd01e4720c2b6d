"""The site for an ASGI server (uvicorn)."""

from __future__ import annotations

import os

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "minhu.settings")
application = get_asgi_application()
