"""What the files of the invented city say.

All mobile numbers begin with 154: of all prefixes from 150 to 159 it is the one that was never given to a carrier, and
libphonenumber calls such numbers invalid, so that no subscriber is ever rung by a demo that somebody connects to a real
trunk. 1540000xxxx are published lines, 1540001xxxx private handsets, 1540002xxxx citizens; seats are extensions 8xxx.
"""

from __future__ import annotations

import csv
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from minhu.rules.words import CaseKind, CitizenKind, Role, Urgency

HERE = Path(__file__).parent
NOTICE = HERE / "notice.csv"


@dataclass(frozen=True, slots=True)
class Matter:
    """What a citizen wants. sms: as he texts it; title, note: as a staff member writes it up after talking to him.

    subject: of the tree of subjects, "" where none fits. done: what was done about it, as a good reply says.
    """

    kind: CaseKind
    urgency: Urgency
    unit: str
    place: str
    sms: str
    title: str
    note: str
    subject: str
    done: str


@dataclass(frozen=True, slots=True)
class Caller:
    """An invented citizen. name: "" for one who does not say it."""

    name: str
    number: str
    kind: CitizenKind
    matter: Matter


@dataclass(frozen=True, slots=True)
class SeatData:
    office: str
    name: str
    number: str
    hours: str
    duty: bool


@dataclass(frozen=True, slots=True)
class AccountData:
    username: str
    shown: str
    role: Role
    office: str


@dataclass(frozen=True, slots=True)
class MeetingWords:
    """What entries of a calendar are called."""

    morning: tuple[str, ...]
    afternoon: tuple[str, ...]
    travelling: tuple[str, ...]
    resting: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CityData:
    """city.toml. in_charge: unit → name of the leader; below: unit → unit; replies: (label, body)."""

    name: str
    seed: int
    in_charge: dict[str, str]
    below: dict[str, str]
    backstop: frozenset[str]
    seats: tuple[SeatData, ...]
    replies: tuple[tuple[str, str], ...]
    accounts: tuple[AccountData, ...]
    meetings: MeetingWords


@cache
def city() -> CityData:
    """The city as written down."""
    told = tomllib.loads((HERE / "city.toml").read_text(encoding="utf-8"))
    words = told["meetings"]
    return CityData(
        name=told["name"],
        seed=told["seed"],
        in_charge={unit: leader for leader, units in told["in_charge"].items() for unit in units},
        below=dict(told["below"]),
        backstop=frozenset(told["backstop"]["officials"]),
        seats=tuple(
            SeatData(one["office"], one["name"], one["number"], one["hours"], one.get("duty", False))
            for one in told["desks"]
        ),
        replies=tuple((one["label"], one["body"]) for one in told["replies"]),
        accounts=tuple(
            AccountData(one["username"], one["shown"], Role(one["role"]), one["office"]) for one in told["accounts"]
        ),
        meetings=MeetingWords(
            tuple(words["morning"]), tuple(words["afternoon"]), tuple(words["travelling"]), tuple(words["resting"])
        ),
    )


@cache
def units() -> tuple[str, ...]:
    """The units of the notice, in its order."""
    with NOTICE.open(encoding="utf-8", newline="") as file:
        next(file)  # the title
        return tuple(dict.fromkeys(row["单位"] for row in csv.DictReader(file)))


@cache
def callers() -> tuple[Caller, ...]:
    """Every citizen with his matter, in the order of the file."""
    with (HERE / "matters.csv").open(encoding="utf-8", newline="") as file:
        return tuple(
            Caller(
                name=row["caller"],
                number=f"+861540002{place:04d}",
                kind=CitizenKind(row["caller_kind"]),
                matter=Matter(
                    kind=CaseKind(row["kind"]),
                    urgency=Urgency(row["urgency"]),
                    unit=row["unit"],
                    place=row["place"],
                    sms=row["sms"],
                    title=row["title"],
                    note=row["note"],
                    subject=row["subject"],
                    done=row["done"],
                ),
            )
            for place, row in enumerate(csv.DictReader(file), 1)
        )


def matters() -> tuple[Matter, ...]:
    """What people bring forward."""
    return tuple(caller.matter for caller in callers())
