"""An official under a mayor, whoever may come near what is said about him, and checks that failed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta

from minhu.directory.models import Line, Office, Official
from minhu.rules.access import Viewer
from minhu.rules.checking import CheckState, Finding
from minhu.rules.clock import SHANGHAI, legal_day
from minhu.rules.drawing import Band
from minhu.rules.words import OfficeKind, PartyKind, Role
from minhu.supervision import deciding, interviewing, laddering
from minhu.supervision.models import Check, Draw, Interview, LadderEvent, Proposal
from tests import make

AT = make.MONDAY_10
WHY = "两次抽查都没有回电，情况属实"
NOTE = "三次无人接听，也没有回电"
SUPERVISION = {"supervisor", "another supervisor"}


@dataclass
class Ladder:
    """him: Wang, of a department, under the mayor. now: the test's clock."""

    city: Office
    department: Office
    him: Official
    line: Line
    mayor: Official
    clerk: Official
    viewers: dict[str, Viewer] = field(default_factory=dict)
    now: datetime = AT

    @classmethod
    def of_wang(cls) -> Ladder:
        city = make.city()
        mayor = make.official(city, "李市长")
        department = make.office(city, "市住建局")
        him = make.official(department, "王明", "局长", superior=mayor)
        clerk = make.official(department, "孙科长", superior=him)
        made = cls(city, department, him, make.line(him), mayor, clerk)
        made.viewers = {
            "himself": make.viewer(department, Role.OFFICIAL, official=him),
            "superior": make.viewer(city, Role.OFFICIAL, official=mayor),
            "under him": make.viewer(city, Role.SUPERVISOR, Role.OFFICIAL, official=clerk),
            "supervisor": make.viewer(city, Role.SUPERVISOR),
            "another supervisor": make.viewer(city, Role.SUPERVISOR),
            "supervisor of his office": make.viewer(department, Role.SUPERVISOR),
            "supervisor of a county": make.viewer(make.office(city, "临河区", OfficeKind.COUNTY), Role.SUPERVISOR),
            "supervisor of another city": make.viewer(make.city("邻市"), Role.SUPERVISOR),
            "another official": make.viewer(city, Role.OFFICIAL, official=make.official(city, "周副市长")),
        } | {role.value: make.viewer(city, role) for role in Role if role not in {Role.OFFICIAL, Role.SUPERVISOR}}
        return made

    def __getitem__(self, name: str) -> Viewer:
        return self.viewers[name]

    def later(self, **how_much: float) -> int:
        """Time passes, and the job has its turn; returns how many steps it proposed."""
        self.now += timedelta(**how_much)
        return laddering.sweep(self.now)

    def fails(self, line: Line | None = None) -> LadderEvent:
        """A check of his fails now, and he is told of it."""
        check = failed_check(line or self.line, self.now)
        laddering.sweep(self.now + timedelta(seconds=1))
        return LadderEvent.objects.get(check_of=check)

    def taken(self) -> Proposal:
        """The open proposal is accepted by the supervisor."""
        one = Proposal.objects.get(official=self.him, decided_at=None)
        return deciding.decide(one.pk, take=True, reason=WHY, by=self["supervisor"], at=self.now)

    def reminded(self) -> Proposal:
        """One failed check, on which he says nothing; and the reminder for it."""
        self.fails()
        self.later(days=7)
        return self.taken()

    def to_be_interviewed(self) -> Proposal:
        """A second one after the reminder."""
        self.reminded()
        self.fails()
        self.later(days=7)
        return self.taken()


def failed_check(line: Line, at: datetime) -> Check:
    """A check of that hour that nobody answered or called back, judged and over."""
    midnight = datetime.combine(legal_day(at), time(), SHANGHAI)
    draw, _ = Draw.objects.get_or_create(
        city=line.city,
        on=legal_day(at),
        defaults={
            "opens_at": midnight,
            "closes_at": midnight + timedelta(days=1),
            "committed_at": midnight - timedelta(hours=9),
            "commitment": "0" * 64,
            "seed_sealed": b"0",
            "drawn_at": midnight,
            "table": "x",
        },
    )
    inspector = make.account(line.city, Role.INSPECTOR)
    call = make.call(line, make.citizen(line.city), at=at)
    return Check.objects.create(
        city=line.city,
        draw=draw,
        line=line,
        band=Band.EARLY.value,
        from_at=at,
        until_at=at + timedelta(hours=1),
        state=CheckState.OVER.value,
        call=call,
        judged_by=inspector,
        judged_at=at,
        note=NOTE,
        ring_seconds=call.ring_seconds,
        answered_by_kind=PartyKind.RECORDER.value,
        promise_due_at=call.promise_due_at,
        promise_kept=False,
        finding=Finding.FAILED.value,
        over_at=at,
    )


def only_told(here: Ladder) -> None:
    here.fails()


def proposed(here: Ladder) -> None:
    here.fails()
    here.later(days=7)


def dismissed(here: Ladder) -> None:
    proposed(here)
    deciding.decide(Proposal.objects.get().pk, take=False, reason=WHY, by=here["supervisor"], at=here.now)


def reminder(here: Ladder) -> None:
    here.reminded()


def interview(here: Ladder) -> None:
    one = here.to_be_interviewed()
    interviewing.arrange(one.pk, here.now + timedelta(days=1), "三楼会议室", by=here["supervisor"], at=here.now)


def on_appeal(here: Ladder) -> None:
    interview(here)
    deciding.appeal(Proposal.objects.get(step="interview").pk, "不服", by=here["himself"], at=here.now)


def overturned(here: Ladder) -> None:
    on_appeal(here)
    one = Proposal.objects.get(step="interview")
    deciding.decide_appeal(one.pk, granted=True, reason="属实", by=here["another supervisor"], at=here.now)


def referral(here: Ladder) -> None:
    interview(here)
    here.now += timedelta(days=1)
    talk = Interview.objects.get()
    interviewing.record(talk.pk, attended=False, minutes="等了半小时", by=here["supervisor"], at=here.now)
    here.later(days=7)
    one = here.taken()
    interviewing.refer(one.pk, "市纪委监委", "3号", here.now.date(), by=here["supervisor"], at=here.now)


WHO_SEES: dict[Callable[[Ladder], None], set[str]] = {
    only_told: {"himself", *SUPERVISION},
    proposed: {"himself", *SUPERVISION},
    dismissed: {"himself", *SUPERVISION},
    reminder: {"himself", *SUPERVISION},
    interview: {"himself", "superior", *SUPERVISION},
    on_appeal: {"himself", "superior", *SUPERVISION},
    overturned: {"himself", *SUPERVISION},
    referral: {"himself", "superior", *SUPERVISION},
}
"""Who reads the newest proposal, or while there is none the event, in each state."""
