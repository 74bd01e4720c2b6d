"""``minhu complaints verify`` finds what was changed, also in a file that was handed out."""

from __future__ import annotations

from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from minhu.audit.guards import all_guards
from minhu.audit.triggers import install, remove
from minhu.supervision.models import EvidencePack
from minhu.supervision.tests.complained import Affair

pytestmark = pytest.mark.django_db


def test_it_says_that_all_is_well_and_then_that_it_is_not(tmp_path: Path) -> None:
    one = Affair.begin().asked()
    said, warned = StringIO(), StringIO()
    call_command("complaints", "verify", stdout=said)
    assert "1 evidence packs, 0 with a fault" in said.getvalue()
    file = tmp_path / "pack.json"
    file.write_text(one.pack.content, encoding="utf-8")
    call_command("complaints", "verify", "--file", str(file), stdout=said)
    assert one.pack.sha256 in said.getvalue()

    guards = [guard for guard in all_guards() if guard.table == "supervision_evidencepack"]
    remove(connection, guards)
    try:
        EvidencePack.objects.update(content=one.pack.content + " ")
    finally:
        install(connection, guards)
    with pytest.raises(CommandError, match="changed"):
        call_command("complaints", "verify", str(one.pk), stdout=said, stderr=warned)
    assert one.pack.sha256 in warned.getvalue()


def test_it_says_what_is_missing(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="no evidence pack"):
        call_command("complaints", "verify", "77")
    with pytest.raises(CommandError, match="cannot be read"):
        call_command("complaints", "verify", "--file", str(tmp_path / "none.json"))
