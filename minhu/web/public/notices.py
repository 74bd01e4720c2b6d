"""What a city owes its citizens in writing: their information, recordings of calls, and who can use the site."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe


@require_safe
def privacy(request: HttpRequest) -> HttpResponse:
    """Source: Personal Information Protection Law, Art. 17 (what is told), 19 (how long), 44 to 50 (rights)."""
    return render(request, "public/privacy.html", {"face": "about", "kept": settings.KEEPING})


@require_safe
def recording(request: HttpRequest) -> HttpResponse:
    """When a call is recorded, and who may hear it."""
    return render(request, "public/recording.html", {"face": "about"})


@require_safe
def accessibility(request: HttpRequest) -> HttpResponse:
    """What was done, what was not yet, and what to do without the pages."""
    return render(request, "public/accessibility.html", {"face": "about"})
