"""What scenes about cases share: a city with a county, staff and supervision, and the stage that turns time on."""

from __future__ import annotations

from dataclasses import dataclass

from minhu.carriers.fake import Answers
from minhu.cases import actions, queries
from minhu.cases.models import Case, Promise
from minhu.directory.models import Office
from minhu.rules.access import Viewer
from minhu.rules.words import OfficeKind, Role
from minhu.switch.tests.town import Town
from tests import make
from tests.scenes.stage import CITIZEN, Stage

HOME = "203.0.113.9"


@dataclass
class Play:
    """A stage with the people of the plays on it."""

    stage: Stage
    county: Office
    bureau: Office
    unit: Viewer
    bureau_unit: Viewer
    staff: Viewer
    supervisor: Viewer

    @classmethod
    def begin(cls) -> Play:
        """Wang's superior is the mayor; 临河区 has a bureau of its own."""
        stage = Stage.of_wang()
        city = stage.line.city
        stage.line.official.superior = make.official(city, "李市长")
        stage.line.official.save()
        county = make.office(city, "临河区", OfficeKind.COUNTY)
        bureau = make.office(county, "临河区住建局")
        return cls(
            stage,
            county,
            bureau,
            unit=make.viewer(county, Role.UNIT),
            bureau_unit=make.viewer(bureau, Role.UNIT),
            staff=make.viewer(city, Role.STAFF),
            supervisor=make.viewer(city, Role.SUPERVISOR),
        )

    def only_case(self) -> Case:
        return Case.objects.get()

    def told_last(self) -> str:
        return self.stage.told()[-1]

    def owed(self, case: Case) -> list[str]:
        """What is still owed, by the kinds."""
        open_now = Promise.objects.filter(case=case, kept_at=None, released_at=None).order_by("kind")
        return list(open_now.values_list("kind", flat=True))

    def state(self, case: Case) -> str:
        """As the citizen sees it."""
        return queries.by_code(case.code, HOME, at=self.stage.now).state.value

    def rings(self, *, answered: bool, talk_seconds: float = 60.0) -> None:
        """The citizen rings Wang, who answers, or does not."""

        async def scene(town: Town) -> None:
            if answered:
                town.engine.handset(self.stage.handset, Answers(after_seconds=4.0, talk_seconds=talk_seconds))
            town.engine.call(self.stage.line.number, caller=CITIZEN)
            await town.quiet()

        self.stage.telephone(scene)

    def calls_back(self, key: str, *, answered: bool) -> None:
        """Wang clicks on what he owes; the citizen takes the call, or does not."""
        case = self.only_case()
        promise = Promise.objects.filter(case=case, kept_at=None, released_at=None).order_by("due_at")[0]
        actions.call_back(promise.pk, by=self.stage.him, key=key, at=self.stage.now)
        clicked = self.stage.orders()

        async def scene(town: Town) -> None:
            town.engine.handset(self.stage.handset, Answers(after_seconds=3.0))
            if answered:
                town.engine.handset(CITIZEN, Answers(after_seconds=5.0, talk_seconds=90.0))
            town.board.place(clicked)
            await town.quiet()

        self.stage.telephone(scene)
