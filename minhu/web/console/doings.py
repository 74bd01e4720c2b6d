"""What the viewer may do with a case now: each act with its rule in one line, and the choices of its form."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from django.urls import reverse
from django.utils.translation import gettext as _

from minhu.cases import choices
from minhu.cases.more_time import LONGEST_REASON
from minhu.cases.queries import CasePage
from minhu.directory import choosing
from minhu.insight.case_reading import CaseReading
from minhu.insight.subjects import subjects
from minhu.rules.access import Viewer
from minhu.rules.casework import Act
from minhu.rules.complaints import LONGEST, Ground
from minhu.rules.deadlines import REPLY_DAYS
from minhu.rules.doors import DOORS, suggest
from minhu.rules.words import CaseKind, CaseState, Urgency
from minhu.supervision.complaining import FILES
from minhu.web import complaint_words, words
from minhu.web.templatetags.minhu import moment


@dataclass(frozen=True, slots=True)
class Option:
    value: str
    label: str
    hint: str = ""
    on: bool = False


@dataclass(frozen=True, slots=True)
class Group:
    """Options under one heading of a list."""

    label: str
    options: tuple[Option, ...]


@dataclass(frozen=True, slots=True)
class Doing:
    """One act. rule: what it means, in a line. fields: the template of its form, "" for a bare button.

    button: what it says, "" where there is nothing to choose. reason: what the reason is asked as, "" for none.
    warning: said before the form.
    """

    name: str
    label: str
    icon: str
    rule: str
    address: str
    button: str
    fields: str = ""
    reason: str = ""
    longest: int = 300
    warning: str = ""
    context: dict[str, object] = field(default_factory=dict)


def doings(viewer: Viewer, page: CasePage, reading: CaseReading | None = None) -> tuple[Doing, ...]:
    """In the order of work; the reply, notes and files have places of their own on the page."""
    made = {
        Act.HOLD: _hold,
        Act.TRANSFER: _transfer,
        Act.EXTEND: _extend,
        Act.GIVE_BACK: _give_back,
        Act.CLARIFY: _ask,
        Act.JOIN: _join,
        Act.PART: _part,
        Act.SHOW_DOOR: _show_door,
        Act.WITHDRAW: _withdraw,
        Act.AVOID: _avoid,
        Act.NAME: _name,
    }
    found = [make(viewer, page) for act, make in made.items() if act in page.acts]
    if Act.SORT in page.acts:
        found.append(_sort(page, reading))
    if Act.AVOID in page.acts and not page.confidential:
        found.append(_confide(page))
    if viewer.has(*FILES) and viewer.official_id is None:
        found.append(_complain(page))
    return tuple(one for one in found if one is not None)


def _address(name: str, page: CasePage) -> str:
    return reverse(f"case-{name}", args=[page.id])


def _hold(viewer: Viewer, page: CasePage) -> Doing | None:
    if page.holder_id is None:
        return None
    rule = _("从现在起由%(who)s本人办理，%(days)d 个工作日内答复。") % {
        "who": page.holder,
        "days": REPLY_DAYS[page.kind],
    }
    return Doing("hold", _("本人承办"), "square-pen", rule, _address("hold", page), _("由本人承办"))


def _transfer(viewer: Viewer, page: CasePage) -> Doing | None:
    if page.holder_id is None:
        return None
    found = choices.receivers(viewer, page.id)
    kinds: dict[str, list[Option]] = {}
    for one in found.units:
        kinds.setdefault(words.label(one.kind), []).append(Option(f"unit:{one.id}", one.label))
    groups = [Group(_("分管副职"), tuple(Option(f"deputy:{one.id}", one.label) for one in found.deputies))]
    groups += [Group(label, tuple(options)) for label, options in kinds.items()]
    if found.hotline:
        groups.append(Group(_("其他渠道"), (Option("hotline", _("12345 热线")),)))
    kept = [one for one in groups if one.options]
    said = []
    if found.withheld:
        said.append(_("按回避规定，被反映的单位和人员及其下属不在名单里（%(n)d 个）。") % {"n": found.withheld})
    if page.confidential:
        said.append(_("这是保密件，只能交给已经指名的领导。"))
    rule = _("只能转一次。收到的一方只能答复、延期一次或者退回；退回后由领导本人办。")
    if page.forward_due_at:
        rule += _("请在 %(time)s 前转出。") % {"time": moment(page.forward_due_at)}
    return Doing(
        "transfer", _("转办"), "send", rule, _address("transfer", page), _("转办") if kept else "",
        fields="console/do/transfer.html", reason=_("为什么转给他们"), warning="".join(said),
        context={"groups": kept},
    )  # fmt: skip


def _extend(viewer: Viewer, page: CasePage) -> Doing:
    most = REPLY_DAYS[page.kind]
    rule = _("只能延一次，最多 %(n)d 个工作日。理由会原样发短信告诉群众。") % {"n": most}
    return Doing(
        "extend", _("要时间（延期）"), "hourglass", rule, _address("extend", page), _("延期并告诉群众"),
        fields="console/do/extend.html", reason=_("为什么要延期（群众会看到）"), longest=LONGEST_REASON,
        context={"most": most},
    )  # fmt: skip


def _give_back(viewer: Viewer, page: CasePage) -> Doing:
    rule = _("退回给转来的领导，由他本人办理，不能再转给别人。")
    return Doing(
        "give_back", _("不是我们的"), "undo-2", rule, _address("give-back", page), _("退回"),
        reason=_("为什么不是你们的"),
    )  # fmt: skip


def _ask(viewer: Viewer, page: CasePage) -> Doing:
    rule = _("事由不清楚时，请工作人员一个工作日内打电话问清。")
    return Doing("clarify", _("请人核实"), "circle-question-mark", rule, _address("ask", page), _("交工作人员核实"))


def _join(viewer: Viewer, page: CasePage) -> Doing | None:
    if page.parent_id is not None or page.joined or page.with_unit or page.confidential:
        return None
    found = choices.joinable(viewer, page.id)
    options = [
        Option(str(one.id), f"{one.code} {one.title or _('没有写明事由')}（{moment(one.opened_at)}）") for one in found
    ]
    rule = _("同一件事有几个人反映时用。各人的查询码、短信和评价都保留，答复时一并告诉。")
    return Doing(
        "join", _("并入另一件"), "users", rule, _address("join", page), _("合并"), fields="console/do/join.html",
        context={"options": options},
    )  # fmt: skip


def _part(viewer: Viewer, page: CasePage) -> Doing:
    rule = _("原来是另一件事，拆开后单独办理，什么都不会丢。")
    return Doing("part", _("拆开单独办"), "users", rule, _address("part", page), _("拆开"), reason=_("为什么拆开"))


def _show_door(viewer: Viewer, page: CasePage) -> Doing | None:
    if page.holder_id is None:
        return None
    hint = suggest(page.body)
    rule = _("属于诉讼、复议、纪检或信访程序的，告诉群众正确的渠道，不作为诉求办理。")
    options = [Option(one.value, words.label(one), told, one is hint) for one, told in DOORS.items()]
    return Doing(
        "show_door", _("指明渠道"), "landmark", rule, _address("show-door", page), _("告诉群众"),
        fields="console/do/show_door.html", context={"options": options},
    )  # fmt: skip


def _withdraw(viewer: Viewer, page: CasePage) -> Doing:
    rule = _("只在群众明确说不用办了的时候用。撤回后不再办理，也不能恢复。")
    return Doing(
        "withdraw", _("群众撤回"), "circle-x", rule, _address("withdraw", page), _("撤回"),
        reason=_("群众是怎么说的"),
    )  # fmt: skip


def _avoid(viewer: Viewer, page: CasePage) -> Doing:
    rule = _("写明反映的是谁。他们和下属从此看不到、转不到这件诉求；设了不能取消。")
    offices = choosing.units(viewer.city_id)
    people = choosing.officials(viewer.city_id)
    groups = (
        Group(_("单位"), tuple(Option(f"office:{one.id}", one.label) for one in offices)),
        Group(_("领导干部"), tuple(Option(f"official:{one.id}", one.label) for one in people)),
    )
    return Doing(
        "avoid", _("设回避"), "ban", rule, _address("avoid", page), _("设回避"), fields="console/do/avoid.html",
        reason=_("依据是什么"),
        context={"groups": groups, "people": people, "asks_holder": page.state in _NEEDS_A_HOLDER},
    )  # fmt: skip


_NEEDS_A_HOLDER = frozenset({CaseState.HELD, CaseState.REPLIED, CaseState.REOPENED})


def _name(viewer: Viewer, page: CasePage) -> Doing | None:
    if not page.confidential:
        return None
    rule = _("保密件只有承办领导、督查和指名的人能看到。指名会留下记录。")
    people: Iterable[choosing.Choice] = choosing.officials(viewer.city_id)
    return Doing(
        "name", _("指名给谁看"), "eye", rule, _address("name", page), _("指名"), fields="console/do/name.html",
        reason=_("为什么要给他看"), context={"people": people},
    )  # fmt: skip


def _sort(page: CasePage, reading: CaseReading | None) -> Doing:
    rule = _("类别和缓急定时限：改了只会提前，不会推后。以您说的为准，机器不再改。")
    subject = reading.subject if reading else ""
    urgency = Urgency.URGENT if page.urgent else Urgency.NORMAL
    context: dict[str, object] = {
        "kinds": [Option(one.value, words.label(one), on=one is page.kind) for one in CaseKind],
        "urgencies": [Option(one.value, words.label(one), on=one is urgency) for one in Urgency],
        "subjects": [Option(path, path.replace("/", " › "), on=path == subject) for path in subjects()],
    }
    return Doing(
        "sort", _("改类别、缓急、主题"), "list-checks", rule, _address("sort", page), _("改好了"),
        fields="console/do/sort.html", context=context,
    )  # fmt: skip


def _confide(page: CasePage) -> Doing:
    rule = _("从此只有承办领导、督查和指名的人能看到，承办单位和工作人员都看不到。")
    return Doing("confide", _("设为保密件"), "lock", rule, _address("confide", page), _("设为保密件"))


def _complain(page: CasePage) -> Doing:
    rule = _("群众来电说办得不好的，在这里替他登记，由督查人员核实；当事人看不到他的原话。")
    options = tuple(Option(one.value, complaint_words.ground(one)) for one in Ground)
    return Doing(
        "complain", _("群众反映办理问题"), "message-square", rule, _address("complain", page), _("交督查核实"),
        fields="console/do/complain.html", reason=_("他是怎么说的"), longest=LONGEST, context={"grounds": options},
    )  # fmt: skip
