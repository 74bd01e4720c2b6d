"""Pages of hot issues: who finds which, and what is not on them."""

from __future__ import annotations

import pytest
from django.test import Client

from minhu.rules.words import Role
from tests import make

pytestmark = pytest.mark.django_db


def test_whoever_sees_cases_finds_the_tab_and_others_find_nothing() -> None:
    city = make.city()
    for role, status in ((Role.STAFF, 200), (Role.LEADERSHIP, 200), (Role.UNIT, 404), (Role.OPERATOR, 404)):
        client = Client()
        client.force_login(make.account(city, role))
        page = client.get("/console/insight/")

        assert page.status_code == status, role
        assert ('href="/console/insight/"' in client.get("/console/me/").content.decode()) is (status == 200), role
