"""Sign-in: accounts are opened by an operator, never by a visitor."""

from __future__ import annotations

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest


class ClosedAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth ships no types
    """No sign-up."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False
