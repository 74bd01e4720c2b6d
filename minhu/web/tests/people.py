"""The people of the cases' test world, signed in."""

from __future__ import annotations

from django.test import Client

from minhu.cases.tests.world import World
from minhu.directory.models import Account


def client_of(w: World, name: str) -> Client:
    """A browser in which he has signed in."""
    account_id = w.viewers[name].account_id
    assert account_id is not None
    client = Client()
    client.force_login(Account.objects.get(pk=account_id))
    return client
