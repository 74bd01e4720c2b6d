"""What is printed when the demo is there: where to look, who to sign in as, how to ring it up. Chinese first."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from minhu.directory import snapshot
from minhu.ops.city import SignIn
from minhu.ops.demo.people import Published
from minhu.ops.demo.place import LOOPBACK, Place
from minhu.ops.demo.story import padded
from minhu.rules.clock import local
from minhu.rules.numbers import pretty
from minhu.rules.texts import say_time
from minhu.rules.words import Presence

PASSWORD = "anlan-demo-2026"  # noqa: S105 - printed by the demo itself
PRESENCE = {
    Presence.AVAILABLE: "本人可接听，先响他的手机 · available: his own phone rings first",
    Presence.MEETING: "开会到 {until}，转工作人员，再录音 · in a meeting: staff, then the recorder",
    Presence.TRAVELLING: "出差，转工作人员，再录音 · travelling: staff, then the recorder",
    Presence.RESTING: "休息，转工作人员，再录音 · resting: staff, then the recorder",
}
ROLES = {
    "领导干部": "看“今日” · an official's Today, best on a phone",
    "工作人员": "回电、核实 · the queue of callbacks and clarifications",
    "督查": "看全部来电与承诺 · sees calls and promises of all",
    "市领导": "city leadership",
    "承办单位": "a county's unit",
    "抽查员": "当天的抽查、核验号码 · the day's checks, and the round of numbers",
    "管理员": "名录与账号，看不到诉求 · the operator, who sees no matter",
    "审计员": "auditor",
}
"""Each role, in Chinese as the city calls it, with what there is to see."""

BACKSTOP = "运营商在本人没接时转来，不再响他 · backstop: forwarded by his carrier, he is not rung again"


@dataclass(frozen=True, slots=True)
class Example:
    """A number to ring, and what happens then."""

    line: Published
    what: str


def examples(lines: Sequence[Published], at: datetime) -> list[Example]:
    """One line of each kind, as they are now."""
    directory = snapshot.load(at)
    found: dict[str, Example] = {}
    for line in lines:
        now = directory.line_now(line.number, at)
        if now is None or not (line.backstop or now.hours.is_open(at)):
            continue
        kind = "backstop" if line.backstop else now.presence.state.value
        until = say_time(now.presence.until, at) if now.presence.until else "另行通知"
        what = BACKSTOP if line.backstop else PRESENCE.get(now.presence.state, "").format(until=until)
        if what:
            found.setdefault(kind, Example(line, what))
    order = [Presence.AVAILABLE.value, Presence.MEETING.value, Presence.TRAVELLING.value, "backstop"]
    return [found[kind] for kind in order if kind in found]


def one_per_role(sign_ins: Iterable[SignIn]) -> list[SignIn]:
    """The first account of each role, the official first."""
    found: dict[str, SignIn] = {}
    for one in sign_ins:
        found.setdefault(one.role, one)
    return sorted(found.values(), key=lambda one: list(ROLES).index(one.role) if one.role in ROLES else len(ROLES))


def welcome(here: Place, sign_ins: Sequence[SignIn], lines: Sequence[Published], at: datetime) -> str:
    """The whole of it."""
    numbers = examples(lines, at)
    first = numbers[0].line.number.removeprefix("+86") if numbers else "NUMBER"
    accounts = "\n".join(
        f"      {padded(one.username, 16)}{padded(one.shown, 26)}{one.role}：{ROLES.get(one.role, '')}"
        for one in one_per_role(sign_ins)
    )
    ring = "\n".join(
        f"      {pretty(one.line.number)}  {padded(one.line.shown, 34)}\n          {one.what}" for one in numbers
    )
    clock = (
        f"\n  现在城里是 {local(at):%m月%d日 %H:%M}（时钟拨到了工作时间，因为夜里没有人打电话）。\n"
        f"  The city's clock is set forward to a working day, as nobody rings at night.\n"
        if here.shift_seconds
        else ""
    )
    return f"""
  民呼演示：安澜市，81 位领导干部公布了电话。城市、人物、号码、事件均为虚构。
  Minhu demo: a city of 81 officials. The city, its people, numbers and matters are all invented.
{clock}
  ① 看网页 · look
      {here.address}/           公开页面：找人、写诉求、凭编号查进展 · the public site
      {here.address}/console/   工作台：今日、待办、通话与录音 · the console

  ② 登录 · sign in        密码都是 · password of all:  {PASSWORD}
{accounts}

  ③ 打电话 · ring in with any softphone
      账号不用注册，UDP，编码 G.711；拨 sip:号码@{LOOPBACK}:{here.sip}，例如 sip:{first}@{LOOPBACK}:{here.sip}
      No registration, UDP, G.711. Your user name is your caller number; texts to it are shown below.
{ring}

  ④ 没有软电话？在另一个终端里打一个 · or place a call from another terminal
      .venv/bin/minhu demo call {first}
      .venv/bin/minhu demo call {first} --official ignores --talk 40     （不接：留言、短信、回电承诺）
      .venv/bin/minhu demo call --help

  下面是城里正在发生的事，按 Ctrl-C 结束。 What happens in the city follows; Ctrl-C ends it.
"""
