"""Matters at every stage, and the people who work on them, for pages that are looked at."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from minhu.directory.models import Account, Office
from minhu.ops.city import past
from minhu.ops.city.past import Begun
from minhu.rules.words import OfficeKind, Role
from tests import make
from tests.browser.scene import PASSWORD, Scene


@dataclass(frozen=True, slots=True)
class Work:
    """Who works on what: the unit with its desk, supervision, and the matters by what has become of them."""

    unit: Office
    unit_account: Account
    supervisor_account: Account
    begun: Begun


def work(scene: Scene, at: datetime) -> Work:
    """The unit's desk is full, one matter is late, one came back."""
    unit = Office.objects.filter(city=scene.city, name="望川县").first()
    unit = unit or make.office(scene.city, "望川县", OfficeKind.COUNTY)
    make.office(unit, "望川县大石镇", OfficeKind.TOWNSHIP)
    deputy = make.official(scene.official.office, "顾安", "副局长", superior=scene.official)
    scene.official.deputies.add(deputy)
    account = make.account(unit, Role.UNIT, username="wangchuan", password=PASSWORD)
    supervisor = make.account(scene.city, Role.SUPERVISOR, username="kong", password=PASSWORD)
    Account.objects.filter(pk=account.pk).update(display_name="望川县民情室")
    Account.objects.filter(pk=supervisor.pk).update(display_name="孔令仪（督查室）")
    return Work(unit, account, supervisor, past.begin(scene.line, unit, at))
