"""A case with everything on it, and everybody who might look at it."""

from __future__ import annotations

import io
from dataclasses import dataclass, field
from datetime import timedelta

from django.core.files.base import ContentFile
from django.core.files.storage import storages
from PIL import Image

from minhu.audit import privacy
from minhu.cases import actions
from minhu.cases.models import Attachment, Case, Notice, Promise
from minhu.directory.models import Line, Office, Official, QuickReply
from minhu.intake.models import Call, Recording, Text, Thread
from minhu.rules.access import Viewer, system
from minhu.rules.words import NoticeKind, OfficeKind, PartyKind, Role
from tests import make

AT = make.MONDAY_10
LATER = AT + timedelta(hours=1)
SECRET = "安澜大桥工程收回扣"


def photo(*, size: tuple[int, int] = (8, 6), form: str = "JPEG", **options: object) -> bytes:
    """A small picture."""
    target = io.BytesIO()
    Image.new("RGB", size, (200, 30, 30)).save(target, form, **options)
    return target.getvalue()


@dataclass
class World:
    """One case, all that belongs to it, and who may come near it, by what they are called in the tests."""

    line: Line
    case: Case
    call: Call
    answered: Call
    recording: Recording
    thread: Thread
    text: Text
    promise: Promise
    attachment: Attachment
    notice: Notice
    quick_reply: QuickReply
    county: Office
    bureau: Office
    viewers: dict[str, Viewer] = field(default_factory=dict)
    officials: dict[str, Official] = field(default_factory=dict)


def world() -> World:
    """Wang, vice mayor, with a line; a county and its bureau, with a chief and a clerk; and the roles of the city."""
    city = make.city()
    mayor = make.official(city, "李市长")
    department = make.office(city, "市住建局")
    county = make.office(city, "临河区", OfficeKind.COUNTY)
    bureau = make.office(county, "临河区住建局")
    wang = make.official(department, "王明", superior=mayor)
    head = make.official(county, "赵区长", superior=wang)
    chief = make.official(bureau, "钱局长", superior=head)
    clerk = make.official(bureau, "孙科长", superior=chief)
    other = make.official(make.office(city), "周局长", superior=mayor)
    line = make.line(wang)
    people = {
        "mayor": mayor, "holder": wang, "head of the county": head, "chief": chief, "clerk": clerk, "other": other,
    }  # fmt: skip
    viewers = {name: make.viewer(one.office, Role.OFFICIAL, official=one) for name, one in people.items()}
    for role in Role:
        if role is not Role.OFFICIAL:
            viewers[f"{role.value} of the city"] = make.viewer(city, role)
            viewers[f"{role.value} of the bureau"] = make.viewer(bureau, role)
    viewers["unit of the county"] = make.viewer(county, Role.UNIT)
    viewers["staff of the department"] = make.viewer(department, Role.STAFF)
    viewers["staff of another city"] = make.viewer(make.city("邻市"), Role.STAFF)
    made = _with_everything(line, county, bureau)
    made.viewers, made.officials = viewers, people
    return made


def _with_everything(line: Line, county: Office, bureau: Office) -> World:
    citizen = make.citizen(line.city)
    call = make.call(line, citizen)
    file = storages["recordings"].save("world.wav.sealed", ContentFile(_sealed(b"RIFF")))
    recording = Recording.objects.create(call=call, file=file, seconds=9.0, sha256=b"0" * 32, recorded_at=AT)
    actions.take_in(at=AT)
    make.text(line, citizen, SECRET, at=AT + timedelta(minutes=5))
    actions.take_in(at=AT + timedelta(minutes=5))
    case = Case.objects.get(line=line)
    make.text(line, citizen, f"投诉{case.code}没有人管", at=AT + timedelta(minutes=6))
    answered = make.call(line, citizen, answered_by=PartyKind.OFFICIAL, at=AT + timedelta(minutes=7), talk_seconds=3.0)
    actions.take_in(at=AT + timedelta(minutes=9))
    by = system(line.city_id)
    attachment = actions.attach(case.pk, actions.Upload("world", f"{SECRET}.jpg", photo()), by=by, at=AT)
    actions.write_note(case.pk, SECRET, by=by, at=AT)
    return World(
        line=line,
        case=case,
        call=call,
        answered=answered,
        recording=recording,
        thread=Thread.objects.get(line=line),
        text=Text.objects.filter(contact__case=case, direction="inbound").order_by("id")[0],
        promise=Promise.objects.get(case=case),
        attachment=attachment,
        notice=Notice.objects.create(
            city=line.city, case=case, kind=NoticeKind.REMIND.value, at=AT, to_role="staff", to_office=line.city
        ),
        quick_reply=QuickReply.objects.create(city=line.city, label="会后", body="会后联系您，编号{code}"),
        county=county,
        bureau=bureau,
    )


def _sealed(content: bytes) -> bytes:
    target = io.BytesIO()
    privacy.seal_file(io.BytesIO(content), target)
    return target.getvalue()
