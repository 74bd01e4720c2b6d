"""Loads the invented city into an empty database, through the same actions an operator uses."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.contrib.auth.hashers import make_password
from django.db import transaction

from minhu.audit import trail
from minhu.directory import actions, calendars, importing
from minhu.directory.actions.desks import DeskDetails
from minhu.directory.actions.posts import PostDetails
from minhu.directory.actions.replies import Prepared
from minhu.directory.calendars.ics import Busy
from minhu.directory.importing.offices import kind_of
from minhu.directory.models import Account, Desk, Line, Office, Official, QuickReply, RoleGrant
from minhu.ops.city import data
from minhu.ops.city.meetings import as_ics, fortnight
from minhu.rules.access import Viewer, system
from minhu.rules.calendar import china
from minhu.rules.clock import legal_day
from minhu.rules.words import LineMode, OfficeKind, Role

Progress = Callable[[int, int, str], None]
"""Called with (steps done, steps in all, what is being done now, in Chinese)."""

HAS_AN_ICS_FILE = "严广平"
"""One official's week is handed in as a calendar file, to show how that looks."""

CONSENTED_ON, PUBLISHED_FROM = date(2026, 1, 4), date(2026, 1, 5)


@dataclass(frozen=True, slots=True)
class SignIn:
    """Somebody who can sign in. role: in Chinese, for people who try the demo."""

    username: str
    shown: str
    role: str


@dataclass(frozen=True, slots=True)
class LoadedCity:
    """What was loaded. sign_ins: staff and other roles first, then every official."""

    city_id: int
    officials: int
    lines: int
    desks: int
    sign_ins: tuple[SignIn, ...]


def load_city(at: datetime, password: str, *, progress: Progress | None = None) -> LoadedCity:
    """Load the city, or bring its calendars up to date if it is there already. ``at``: the demo's now.

    password: everybody's, for the demo only.
    """
    return _Loader(at, password, progress or (lambda done, total, words: None)).load()


_ROLE_WORDS = {
    Role.OFFICIAL: "领导干部",
    Role.STAFF: "工作人员",
    Role.UNIT: "承办单位",
    Role.SUPERVISOR: "督查",
    Role.INSPECTOR: "抽查员",
    Role.LEADERSHIP: "市领导",
    Role.OPERATOR: "管理员",
    Role.AUDITOR: "审计员",
}


class _Loader:
    def __init__(self, at: datetime, password: str, progress: Progress) -> None:
        self._at, self._password, self._progress = at, password, progress
        self._data = data.city()
        self._done = self._total = 0
        self._by: Viewer = system(0)

    def load(self) -> LoadedCity:
        there = Office.objects.filter(parent__isnull=True, name=self._data.name).exists()
        self._total = 90 if there else 190
        city = actions.found_city(self._data.name)
        self._by = system(city.pk)
        if not there or not Account.objects.filter(official__city=city).exists():
            self._offices(city)
            self._officials(city)
            self._superiors(city)
            self._desks_and_replies(city)
            self._accounts(city)
        self._weeks(city)
        self._progress(self._total, self._total, f"{self._data.name}已就绪（演示数据，均为虚构）")
        return self._summary(city)

    def _step(self, words: str, steps: int = 1) -> None:
        self._done += steps
        self._progress(min(self._done, self._total), self._total, words)

    def _offices(self, city: Office) -> None:
        self._step("建立单位")
        made = {city.name: city}
        for order, name in enumerate(sorted(data.units(), key=lambda unit: unit in self._data.below)):
            if name != city.name:
                parent = made[self._data.below.get(name, city.name)]
                kind = OfficeKind.COUNTY if name.endswith("开发区") else kind_of(name)
                made[name] = actions.add_office(parent.pk, name, kind, by=self._by, order=order)

    def _officials(self, city: Office) -> None:
        self._step("导入领导干部名录")
        content = data.NOTICE.read_bytes()
        report = importing.examine(content, city.pk)
        terms = actions.Terms(consented_on=CONSENTED_ON, published_from=PUBLISHED_FROM)
        actions.import_directory(content, report.digest, by=self._by, terms=terms, reason="演示数据")
        for line in Line.objects.filter(city=city, official__name__in=self._data.backstop):
            actions.change_mode(line.pk, LineMode.BACKSTOP, by=self._by, reason="演示数据")

    def _superiors(self, city: Office) -> None:
        officials = list(Official.objects.filter(city=city).select_related("office__parent").order_by("order"))
        by_name = {one.name: one for one in officials}
        heads: dict[int, Official] = {}
        for one in officials:
            heads.setdefault(one.office_id, one)
        for one in officials:
            self._step(f"登记上级和副职：{one.name}")
            superior = self._superior(one, heads, by_name, city)
            deputies = [
                other.pk
                for other in officials
                if heads[one.office_id] == one and other.office_id == one.office_id and other != one
            ]
            details = PostDetails(
                one.name, one.title, one.duties, superior.pk if superior else None, tuple(deputies), order=one.order
            )
            actions.change_official(one.pk, details, by=self._by, reason="演示数据")

    def _superior(
        self, one: Official, heads: dict[int, Official], by_name: dict[str, Official], city: Office
    ) -> Official | None:
        head = heads[one.office_id]
        if head != one:
            return head
        if one.office_id == city.pk:
            return None
        if one.office.parent_id != city.pk and one.office.parent_id is not None:
            return heads.get(one.office.parent_id)
        leader = self._data.in_charge.get(one.office.name)
        return by_name[leader] if leader else heads[city.pk]

    def _desks_and_replies(self, city: Office) -> None:
        self._step("安排座席和一键回复")
        offices = {office.name: office for office in Office.objects.filter(city=city)}
        if not Desk.objects.filter(city=city).exists():
            for seat in self._data.seats:
                details = DeskDetails(seat.name, seat.number, seat.hours, seat.duty)
                actions.add_desk(offices[seat.office].pk, details, by=self._by)
        if not QuickReply.objects.filter(city=city).exists():
            for order, (label, body) in enumerate(self._data.replies):
                actions.add_quick_reply(Prepared(label, body, order), by=self._by)

    @transaction.atomic
    def _accounts(self, city: Office) -> None:
        """All share one hash: a hundred would take half a minute, and the demo prints the password anyway."""
        self._step("开通账号")
        shared = make_password(self._password)
        offices = {office.name: office for office in Office.objects.filter(city=city)}
        accounts: list[tuple[Account, Role, Office]] = []
        for told in self._data.accounts:
            account = Account(username=told.username, display_name=told.shown, password=shared)
            accounts.append((account, told.role, offices[told.office]))
        taken = {told.username for told in self._data.accounts}
        for official in Official.objects.filter(city=city).select_related("office").order_by("order"):
            username = plain = official.pinyin.partition(" ")[0]
            again = 1
            while username in taken:
                again += 1
                username = f"{plain}{again}"
            taken.add(username)
            account = Account(username=username, display_name=official.name, official=official, password=shared)
            accounts.append((account, Role.OFFICIAL, official.office))
        for account, _, _ in accounts:
            account.save()
        RoleGrant.objects.bulk_create(
            RoleGrant(account=account, role=role.value, office=office) for account, role, office in accounts
        )
        trail.record_many(self._by, [trail.entry("open_account", account, "演示数据") for account, _, _ in accounts])

    def _weeks(self, city: Office) -> None:
        monday = legal_day(self._at) - timedelta(days=legal_day(self._at).weekday())
        calendar = china()
        for one in Official.objects.filter(city=city, left_on__isnull=True).order_by("order"):
            self._step(f"排日程：{one.name}")
            meetings = fortnight(
                one.name,
                monday,
                self._data.meetings,
                calendar,
                seed=self._data.seed,
                leader=one.office_id == city.pk,
            )
            if one.name == HAS_AN_ICS_FILE:
                content = as_ics(meetings).encode()
                actions.hand_in_calendar(one.pk, "日程.ics", content, by=self._by)
                actions.read_calendar(one.pk, by=self._by)
            else:
                busy = tuple(
                    Busy(meeting.state, meeting.since, meeting.until, f"demo-{place}")
                    for place, meeting in enumerate(meetings)
                    if meeting.until > self._at
                )
                calendars.put_spans(one.pk, busy, self._at, by=self._by)

    def _summary(self, city: Office) -> LoadedCity:
        grants = RoleGrant.objects.filter(office__city=city).select_related("account")
        ours = {told.username for told in self._data.accounts}
        sign_ins = [
            SignIn(grant.account.username, str(grant.account), _ROLE_WORDS[Role(grant.role)])
            for grant in grants.order_by("id")
        ]
        sign_ins.sort(key=lambda one: one.username not in ours)
        return LoadedCity(
            city_id=city.pk,
            officials=Official.objects.filter(city=city).count(),
            lines=Line.objects.filter(city=city, withdrawn_at__isnull=True).count(),
            desks=len(self._data.seats),
            sign_ins=tuple(sign_ins),
        )
