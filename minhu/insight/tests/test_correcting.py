"""What people say instead is kept, learnt at once by every process, and taught to the next version."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import cycle, islice
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, transaction
from pytest_django import Settings

from minhu.cases import actions
from minhu.cases.models import Case
from minhu.directory.models import Line
from minhu.insight import correcting, library
from minhu.insight.engine.triage import train
from minhu.insight.engine.vectors import Message
from minhu.insight.library import Kept
from minhu.insight.models import Correction, Reading
from minhu.insight.read import Read
from minhu.insight.reading import CLAIM_LASTS, read_some
from minhu.insight.subjects import NoSuchSubject
from minhu.intake.scope import NotYours
from minhu.rules.access import Viewer
from minhu.rules.words import CaseKind, Question, Role, Urgency
from tests import make

AT = make.MONDAY_10
ROADS, SCHOOLS = "城乡建设", "教育文体"


@pytest.fixture(autouse=True)
def data(settings: Settings, tmp_path: Path) -> Iterator[Path]:
    """A data folder of one's own, and no model in memory."""
    settings.DATA_DIR = tmp_path
    library.forget()
    yield tmp_path
    library.forget()


@pytest.fixture
def line(db: None) -> Line:
    return make.line(make.official(make.office(make.city())))


@pytest.fixture
def staff(line: Line) -> Viewer:
    return make.viewer(line.city, Role.STAFF)


def case_of(line: Line, body: str) -> Case:
    text = make.text(line, make.citizen(line.city), body)
    actions.take_in(at=AT)
    read_some(at=AT)
    return Case.objects.get(contacts__text=text)


def known() -> Kept:
    """The model of subjects as it is now."""
    kept = library.current(Question.SUBJECT)
    assert kept is not None
    return kept


def trained() -> None:
    texts = {ROADS: ("人行道的地砖坏了", "楼下的路面坑洼积水"), SCHOOLS: ("小学的老师乱收补课费", "孩子入学没有学位")}
    rows = [
        (Message("", f"{words}第{n}次反映"), label)
        for label, some in texts.items()
        for n, words in enumerate(islice(cycle(some), 12))
    ]
    library.save(Question.SUBJECT, train([one for one, _ in rows], [label for _, label in rows]), at=AT, taught_to=0)


def test_without_a_model_the_subject_is_unknown_and_staff_say_it(line: Line, staff: Viewer) -> None:
    case = case_of(line, "广场舞的音响每晚响到十一点")
    assert case.reading.subject == ""

    correcting.say_subject(case.pk, SCHOOLS, by=staff, at=AT)
    correcting.say_subject(case.pk, SCHOOLS, by=staff, at=AT)

    one = Correction.objects.get()
    assert (one.question, one.was, one.said, one.by_id) == ("subject", "", SCHOOLS, staff.account_id)
    assert Reading.objects.get().subject_confidence is None


def test_a_subject_that_a_person_said_is_not_read_over(line: Line, staff: Viewer) -> None:
    trained()
    case = case_of(line, "楼下的路面坑洼积水，人行道地砖坏了")
    assert case.reading.likely_subject == ROADS
    correcting.say_subject(case.pk, SCHOOLS, by=staff, at=AT)
    Case.objects.update(read_at=None)

    read_some(at=AT + CLAIM_LASTS)

    assert Reading.objects.get().subject == SCHOOLS


def test_a_correction_is_known_at_the_next_text(line: Line, staff: Viewer) -> None:
    trained()
    before = known()
    case = case_of(line, "人行道的地砖坏了，楼下的路面坑洼积水")
    message = Message("", case.body)
    assert before.model.read([message])[0].ranked[0][0] == ROADS

    correcting.say_subject(case.pk, SCHOOLS, by=staff, at=AT)

    after = known()
    assert after.model.read([message])[0].ranked[0][0] == SCHOOLS
    assert after.version == f"subject-0001+{Correction.objects.get().pk}"


def test_nothing_confidential_is_learnt(line: Line, staff: Viewer) -> None:
    case = case_of(line, "人行道的地砖坏了，楼下的路面坑洼积水")
    correcting.say_subject(case.pk, SCHOOLS, by=staff, at=AT)
    Case.objects.update(confidential=True)

    assert list(library.lessons(Question.SUBJECT)) == []


def test_what_people_do_with_a_case_is_taken_out_of_the_trail_once(line: Line, staff: Viewer) -> None:
    case = case_of(line, "我要投诉人民路的摊贩态度恶劣")
    actions.sort(case.pk, CaseKind.REPORT, Urgency.NORMAL, by=staff, at=AT)
    Case.objects.update(holder=None, line=None)
    actions.assign(case.pk, line.official_id, by=staff, at=AT)

    while correcting.take_in(line.city_id):
        pass
    correcting.take_in(line.city_id)

    said = set(Correction.objects.values_list("question", "was", "said"))
    assert said == {("kind", "complaint", "report"), ("owner", "", str(line.official_id))}


def test_what_agrees_with_the_reading_is_no_correction(line: Line, staff: Viewer) -> None:
    case = case_of(line, "我要投诉人民路的摊贩态度恶劣")
    actions.sort(case.pk, CaseKind.COMPLAINT, Urgency.NORMAL, by=staff, at=AT)

    correcting.take_in(line.city_id)

    assert not Correction.objects.exists()


def test_corrections_are_never_changed_and_said_only_by_who_may(line: Line, staff: Viewer) -> None:
    case = case_of(line, "广场舞的音响每晚响到十一点")
    with pytest.raises(NoSuchSubject):
        correcting.say_subject(case.pk, "没有的主题", by=staff)
    with pytest.raises(NotYours):
        correcting.say_subject(case.pk, ROADS, by=make.viewer(make.city("邻市"), Role.STAFF))
    correcting.say_subject(case.pk, ROADS, by=staff, at=AT)
    with pytest.raises(DatabaseError), transaction.atomic():
        Correction.objects.update(said=SCHOOLS)


# ---- the command


def labelled(folder: Path) -> Path:
    path = folder / "labelled.csv"
    rows = [
        f"{n},{ROADS if n % 2 else SCHOOLS},,{'路面坑洼积水' if n % 2 else '小学补课收费'}第{n}次" for n in range(30)
    ]
    path.write_text("\n".join(["id,label,title,detail", *rows]), encoding="utf-8")
    return path


def test_training_makes_the_next_version_that_knows_all_corrections(
    line: Line, staff: Viewer, data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    case = case_of(line, "广场舞的音响每晚响到十一点")
    correcting.say_subject(case.pk, SCHOOLS, by=staff, at=AT)

    call_command("insight", "train", labelled=labelled(data))
    call_command("insight", "train", labelled=labelled(data))

    assert "subject-0002.npz" in capsys.readouterr().out
    kept = known()
    assert (kept.version, kept.taught_to) == (
        f"subject-0002+{Correction.objects.get().pk}",
        Correction.objects.get().pk,
    )


@pytest.mark.django_db
def test_too_little_to_learn_from_says_what_is_missing(data: Path) -> None:
    with pytest.raises(CommandError, match="至少需要"):
        call_command("insight", "train")


def test_a_model_that_cannot_be_read_leaves_the_signs_to_read(line: Line, settings: Settings, data: Path) -> None:
    (data / "insight").mkdir()
    (data / "insight" / "subject-0001.npz").write_bytes(b"no model")

    case = case_of(line, "我要投诉人民路的摊贩态度恶劣")

    assert (case.kind, case.reading.subject) == ("complaint", "")


# ---- a reader of one's own


def test_a_reader_of_ones_own_is_asked_and_where_it_fails_ours_reads(line: Line, settings: Settings) -> None:
    settings.INSIGHT = settings.INSIGHT.__class__(settings.INSIGHT.subjects, reader=f"{__name__}.all_reports")
    assert case_of(line, "人民路的路灯坏了三天").kind == CaseKind.REPORT

    settings.INSIGHT = settings.INSIGHT.__class__(settings.INSIGHT.subjects, reader=f"{__name__}.fails")
    assert case_of(line, "我要投诉人民路的摊贩态度恶劣").kind == CaseKind.COMPLAINT


def all_reports(texts: Sequence[str]) -> list[Read]:
    return [Read(reader="ours", kind=CaseKind.REPORT, kind_confidence=1.0) for _ in texts]


def fails(texts: Sequence[str]) -> list[Read]:
    raise ConnectionError("away")
