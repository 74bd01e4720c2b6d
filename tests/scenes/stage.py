"""The stage: one city on a real database, telephones and a text gateway in memory, time that the scene turns on."""

from __future__ import annotations

import itertools
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db import transaction

from minhu.audit import privacy
from minhu.carriers.fake.text import FakeTextGateway
from minhu.carriers.text import Accepted, Inbound, Outgoing, Receipt
from minhu.cases import actions, queries
from minhu.directory import snapshot
from minhu.directory.models import Line
from minhu.intake import inbound, outbox, receipts, seal
from minhu.intake.entries import Entry
from minhu.intake.journal import Journal
from minhu.intake.models import CallOrder
from minhu.rules.access import Viewer
from minhu.rules.plans import Party
from minhu.rules.words import PartyKind, Role
from minhu.switch import context
from minhu.switch.ports import Order
from minhu.switch.tests.town import Ledger, Town, play
from tests import make

CITIZEN = "+8615400001111"
_seeds = itertools.count(1)


class Remembers(Ledger):
    """The switch's store, which also keeps the entries in the order in which they were written."""

    def __init__(self) -> None:
        super().__init__()
        self.entries: list[Entry] = []

    def _write(self, entry: Entry) -> None:
        super()._write(entry)
        self.entries.append(entry)


class StoringSink:
    """As the jobs process has it."""

    def inbound(self, batch: Sequence[Inbound]) -> None:
        inbound.store(batch)

    def receipt(self, batch: Sequence[Receipt]) -> None:
        receipts.store(batch, at=None)


@dataclass
class Stage:
    """line: of Wang, the official. now: the scene's clock."""

    line: Line
    him: Viewer
    handset: str
    now: datetime = make.MONDAY_10
    gateway: FakeTextGateway = field(default_factory=FakeTextGateway)

    @classmethod
    def of_wang(cls) -> Stage:
        """Wang, deputy mayor, with one line in front mode and nobody else on duty."""
        handset = make.number()
        line = make.line(make.official(make.office(make.city()), "王明", "副市长", handset=handset))
        him = make.viewer(line.official.office, Role.OFFICIAL, official=line.official)
        stage = cls(line, him, handset)
        stage.gateway.start(StoringSink())
        return stage

    def later(self, **how_much: float) -> None:
        """Time passes; what has come is taken in, what is due goes out."""
        self.now += timedelta(**how_much)
        self.work()

    def telephone(self, scene: Callable[[Town], Awaitable[None]]) -> None:
        """Something happens on the telephone line, now."""
        ledger, directory = Remembers(), snapshot.load(self.now)

        def town() -> Town:
            made = Town(at=self.now, seed=next(_seeds))
            made.ledger.close()
            made.ledger = ledger
            made.board = type(made.board)(made.engine, ledger, made.board.around)
            made.directory = directory  # type: ignore[assignment]
            return made

        async def whole(here: Town) -> None:
            await scene(here)
            self.now = here.now()

        play(whole, town)
        with transaction.atomic():
            Journal(self.line.city_id).apply(ledger.entries, context.look_up)
        self.work()

    def orders(self) -> list[Order]:
        """The calls that were clicked, as the switch claims them."""
        waiting = CallOrder.objects.filter(call=None, result="").select_related("citizen", "calls_as")
        return [
            Order(
                one.pk,
                one.line_id,
                Party(PartyKind(one.party_kind), one.party_id, "", privacy.unseal(one.party_number_sealed)),
                one.citizen_id,
                privacy.unseal(one.citizen.number_sealed or b""),
                privacy.unseal(one.calls_as.number_sealed or b"") if one.calls_as else "",
                one.city_id,
            )
            for one in waiting
        ]

    def citizen_texts(self, body: str) -> None:
        self.gateway.citizen_texts(body, sender=CITIZEN, recipient=self.line.number, at=self.now)
        self.work()

    def told(self) -> list[str]:
        """Every text the citizen got."""
        return list(self.gateway.bodies(CITIZEN))

    def owed(self) -> list[str]:
        """What Wang's page says he owes."""
        return [promise.kind.value for promise in queries.today(self.him, self.now).promises]

    def work(self) -> None:
        """What the jobs process does all the time."""
        inbound.take_in(at=self.now)
        actions.take_in(at=self.now)
        for text in outbox.claim("scene", at=self.now):
            answer = self.gateway.submit(
                Outgoing(text.id, text.sender, text.recipient, text.body, text.template, text.variables)
            )
            assert isinstance(answer, Accepted)
            outbox.submitted(text.text_id, self.gateway.name, answer.ids, at=self.now)
        self.gateway.reports_all()
        receipts.sweep(at=self.now)
        actions.settle_evidence(at=self.now)
        actions.sweep(at=self.now)
        actions.close_due(self.now)
        seal.seal_journal(self.line.city_id)
