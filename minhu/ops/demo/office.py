"""The people who work in the demo: staff call back and clear up, officials write up calls and file replies.

They use the same actions as the console, at the pace of people, and leave some of it to whoever tries the demo.
Everything here is synchronous: the loop of the city runs it on a thread.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import TypeVar

from django.db import close_old_connections
from django.utils import timezone

from minhu.audit import privacy
from minhu.cases import actions, queries
from minhu.cases.models import Case, Promise
from minhu.cases.queries import CallRow, PromiseRow
from minhu.cases.wrapping_up import OUTCOMES as OUTCOME_WORDS
from minhu.directory.models import Account, Official, RoleGrant
from minhu.directory.queries import viewer_of
from minhu.intake.models import Citizen
from minhu.ops.city import Matter
from minhu.ops.demo.answers import written
from minhu.ops.demo.people import FEATURED, Crowd
from minhu.ops.demo.story import Story, Tag
from minhu.rules.access import Viewer
from minhu.rules.errors import Refusal
from minhu.rules.words import Outcome, PartyKind, PromiseKind, Role

OUTCOMES = (
    (Outcome.FOLLOW_UP, 43),
    (Outcome.SOLVED, 20),
    (Outcome.ENQUIRY, 20),
    (Outcome.TO_COUNTY, 8),
    (Outcome.TO_DEPUTY, 8),
    (Outcome.NUISANCE, 1),
)
TOLD = (Outcome.SOLVED, Outcome.ENQUIRY)
"""Where the call itself was the reply, and the note is what the citizen was told."""

LEAVES = 4
"""So many callbacks are left in the queue for whoever tries the console."""
LEAVES_FEATURED = 2
"""And so many callbacks, and calls to write up, on the featured official's own page."""

Row = TypeVar("Row", CallRow, PromiseRow)


@dataclass(frozen=True, slots=True)
class Pace:
    """How long people let things lie: after a promise was made, after a call has ended, after they have talked."""

    callback_after: timedelta
    wrap_up_after: timedelta
    reply_after: timedelta


class OfficeWork:
    """One round of work each time it is called."""

    def __init__(self, city_id: int, crowd: Crowd, story: Story, random: Random, pace: Pace) -> None:
        self._city_id = city_id
        self._crowd = crowd
        self._story = story
        self._random = random
        self._pace = pace
        self._tried: dict[int, datetime] = {}

    def call_back(self) -> None:
        """Somebody of the staff, or the official himself, has the next citizen rung who is owed a call."""
        now, staff = timezone.now(), self._staff()
        queue = queries.staff_queue(staff, now)
        waiting = [*queue.clarifications, *_without_featured(queue.callbacks)]
        owed = [row for row in waiting if self._is_ripe(row, now)]
        for row in owed[: max(0, len(queue.callbacks) + len(queue.clarifications) - LEAVES)][:1]:
            self._tried[row.id] = now
            self._order(row, staff)

    def write_up(self) -> None:
        """The oldest call that waits for it is written up by the official who answered it, in two taps."""
        now = timezone.now()
        before = now - self._pace.wrap_up_after
        waiting = _without_featured(self._to_wrap_up())
        for row in [row for row in waiting if row.ended_at and row.ended_at < before][:1]:
            outcome = self._outcome()
            matter = self._matter_of_call(row)
            note = _note(outcome, matter)
            by = self._official_of(row) or self._staff()
            with suppress(Refusal):  # whoever tries the demo was faster
                actions.wrap_up(row.id, outcome, note, by=by)
                self._story.tell(Tag.WRAP_UP, f"{by.name} 登记与 {row.who} 的通话：{OUTCOME_WORDS[outcome]}")

    def clear_up(self) -> None:
        """Staff write down what a citizen explained when they rang him about an unclear matter."""
        staff = self._staff()
        for row in queries.staff_queue(staff, timezone.now()).clarifications[:3]:
            case = Case.objects.select_related("citizen").get(pk=row.case_id)
            matter = self._matter_of(case.citizen) or self._random.choice(self._crowd.themes)
            with suppress(Refusal):  # nobody has spoken with him yet
                actions.clarify(case.pk, matter.note, by=staff)
                self._story.tell(Tag.CLARIFY, f"{staff.name} 已向 {row.who} 问清事由：{matter.title}，编号 {case.code}")
                return

    def answer(self) -> None:
        """The matter that has been held longest is replied to by its official."""
        before = timezone.now() - self._pace.reply_after
        held = Promise.objects.filter(
            city_id=self._city_id, kind=PromiseKind.REPLY.value, kept_at=None, released_at=None, made_at__lt=before,
            case__state__in=["held", "reopened"],
        )  # fmt: skip
        for promise in held.select_related("case__holder", "case__citizen").order_by("made_at")[:5]:
            case = promise.case
            matter = self._matter_of(case.citizen)
            done = written(matter or self._random.choice(self._crowd.themes), timezone.now(), self._random)
            by = self._viewer_of_official(case.holder) or self._staff()
            with suppress(Refusal):  # to a landline without a conversation nothing can be told
                actions.reply(case.pk, done, case.holder.name if case.holder else by.name, by=by)
                self._story.tell(Tag.REPLY, f"{by.name} 答复编号 {case.code}：{done}")
                return

    # ---- who

    def _staff(self) -> Viewer:
        grants = RoleGrant.objects.filter(role=Role.STAFF.value, office_id=self._city_id).select_related("account")
        return viewer_of(self._random.choice(list(grants)).account)

    def _viewer_of_official(self, official: Official | None) -> Viewer | None:
        account = Account.objects.filter(official=official).first() if official else None
        return viewer_of(account) if account else None

    def _official_of(self, row: CallRow) -> Viewer | None:
        """Who answered it writes it up: the official himself, else staff."""
        if row.answered_by_kind != PartyKind.OFFICIAL.value:
            return None
        return self._viewer_of_official(Official.objects.filter(lines__calls=row.id).first())

    # ---- what

    def _to_wrap_up(self) -> list[CallRow]:
        """What waits on the officials' own pages: looked at through the staff's eyes, who see all of them."""
        return sorted(queries.today(self._staff(), timezone.now()).to_wrap_up, key=lambda row: row.at)

    def _outcome(self) -> Outcome:
        weights = [weight for _, weight in OUTCOMES]
        return self._random.choices([outcome for outcome, _ in OUTCOMES], weights)[0]

    def _is_ripe(self, row: PromiseRow, now: datetime) -> bool:
        made_at = Promise.objects.values_list("made_at", flat=True).get(pk=row.id)
        tried = self._tried.get(row.id)
        return made_at < now - self._pace.callback_after and (tried is None or tried < now - timedelta(minutes=2))

    def _order(self, row: PromiseRow, staff: Viewer) -> None:
        by = staff
        if row.kind == PromiseKind.CALL_BACK.value and self._random.random() < 0.4:
            owner = Official.objects.filter(cases=row.case_id).first()
            by = self._viewer_of_official(owner) or staff
        with suppress(Refusal):
            actions.call_back(row.id, by=by, key=f"demo-{uuid.uuid4()}")
            self._story.tell(Tag.CALLBACK, f"{by.name} 点“回电”：先接通自己的电话，再拨 {row.who}")

    def _matter_of_call(self, row: CallRow) -> Matter | None:
        return self._matter_of(Citizen.objects.filter(calls=row.id).first())

    def _matter_of(self, citizen: Citizen | None) -> Matter | None:
        if citizen is None or citizen.number_sealed is None:
            return None
        return self._crowd.matter_of(privacy.unseal(citizen.number_sealed))


def _note(outcome: Outcome, matter: Matter | None) -> str:
    if matter is None or outcome is Outcome.NUISANCE:
        return ""
    return f"{matter.title}：{matter.done}。" if outcome in TOLD else matter.note


def _without_featured(rows: Iterable[Row]) -> list[Row]:
    """The rows, less the latest few of the featured official."""
    found = sorted(rows, key=lambda row: row.official == FEATURED)
    own = sum(row.official == FEATURED for row in found)
    return found[: len(found) - min(own, LEAVES_FEATURED)]


def on_thread(work: Callable[[], None]) -> Callable[[], None]:
    """The work, with a database connection that is alive."""

    def run() -> None:
        close_old_connections()
        work()

    return run
