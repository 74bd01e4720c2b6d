"""New cases are read once, come together, boil up once; a restart, another process and a secret change nothing else."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection

from minhu.audit.models import TrailEntry
from minhu.cases.models import Case, Conflict, Notice
from minhu.directory.models import Line
from minhu.insight import issues, streaming
from minhu.insight.models import Duplicate, HotIssue, Member, Streamed
from minhu.insight.tests.burst import AT, BURST, OTHERS, cases, citizens, read, restarted, used_to, week
from minhu.insight.unread import waiting
from minhu.rules.words import NoticeKind, Role, Stage
from tests import make

pytestmark = pytest.mark.django_db
AFTER = AT + timedelta(days=4)


@pytest.fixture
def line() -> Line:
    restarted()
    made = make.line(make.official(make.office(make.city(), "市水务局"), "王明"))
    used_to(made)
    return made


def groups() -> set[frozenset[int]]:
    found: dict[int, set[int]] = {}
    for issue, case in Member.objects.values_list("issue", "case"):
        found.setdefault(issue, set()).add(case)
    return {frozenset(one) for one in found.values()}


def test_reports_of_one_matter_become_one_hot_issue_and_others_none(line: Line) -> None:
    burst = week(line)
    others = cases(line, OTHERS, citizens(line.city, len(OTHERS)))

    assert read(line.city, at=AFTER) == len(burst) + len(others)

    issue = HotIssue.objects.get()
    assert groups() == {frozenset(one.pk for one in burst)}
    assert (issue.stage, issue.reporters) == (Stage.HOT.value, 8)
    assert issue.title in {one.title for one in burst}
    assert (issue.first_at, issue.last_at) == (burst[0].opened_at, burst[-1].opened_at)
    assert issue.places[0][0] == "柳荫街"
    assert read(line.city, at=AFTER) == 0
    assert not waiting(line.city_id, AFTER)


def test_it_is_told_once_when_it_boils_up_and_never_again(line: Line) -> None:
    city, him = line.city, make.viewer(line.official.office, Role.OFFICIAL, official=line.official)
    viewers = [make.viewer(city, Role.SUPERVISOR), make.viewer(city, Role.LEADERSHIP), him]
    week(line)
    read(city, at=AFTER)
    told = {(one.to_role, one.to_official_id) for one in Notice.objects.filter(kind=NoticeKind.BOILED.value)}
    assert told == {("supervisor", None), ("leadership", None), ("", line.official_id)}

    streaming.sweep(city.pk, holder="jobs-1", at=AFTER + timedelta(days=60))
    assert HotIssue.objects.get().stage in {Stage.COOLING.value, Stage.QUIET.value}
    later = AFTER + timedelta(days=61)
    cases(line, BURST, citizens(city, len(BURST)), at=later)
    restarted()
    read(city, at=later + timedelta(days=4), holder="jobs-2")

    assert HotIssue.objects.get(merged_into=None).stage == Stage.HOT.value
    assert Notice.objects.filter(kind=NoticeKind.BOILED.value).count() == len(viewers)
    assert TrailEntry.objects.filter(act="tell_hot_issue").count() == 1


def test_one_sender_makes_nothing_hot_however_often_he_writes(line: Line) -> None:
    him = citizens(line.city, 1) * 1000
    cases(line, [f"{BURST[n % 8]}（第{n}次）" for n in range(1000)], him, hours=0.05)

    assert read(line.city, at=AFTER) == 1000

    assert set(HotIssue.objects.values_list("heat", "reporters")) == {(0.0, 1)}
    assert not Notice.objects.filter(kind=NoticeKind.BOILED.value).exists()


def test_who_hides_his_number_is_one_voice_with_all_who_do(line: Line) -> None:
    cases(line, BURST, citizens(line.city, len(BURST), named=False))

    read(line.city, at=AFTER)

    assert HotIssue.objects.get().stage == Stage.QUIET.value


def test_a_restart_after_every_case_makes_the_same_groups_as_none(line: Line) -> None:
    both = [*BURST, *OTHERS, *[f"{one}，请尽快处理" for one in OTHERS]]
    other = make.line(make.official(make.office(make.city("邻市"))))
    used_to(other)
    whole = cases(line, both, citizens(line.city, len(both)))
    read(line.city, at=AFTER + timedelta(days=9))
    once = {frozenset(whole.index(Case.objects.get(pk=pk)) for pk in group) for group in groups()}
    Member.objects.all().delete()

    made = []
    for number, body in enumerate(both):
        made += cases(other, [body], citizens(other.city, 1), at=AT + timedelta(hours=12 * number))
        read(other.city, at=AFTER + timedelta(days=9))
        restarted()

    places = {one.pk: place for place, one in enumerate(made)}
    assert {frozenset(places[pk] for pk in group) for group in groups()} == once


def test_late_arrivals_join_the_group_that_is_there(line: Line) -> None:
    first = cases(line, BURST[:6], citizens(line.city, 6))
    read(line.city, at=AFTER)
    late = cases(line, BURST[6:], citizens(line.city, 2), at=AT + timedelta(hours=1))

    read(line.city, at=AFTER)

    assert groups() == {frozenset(one.pk for one in (*first, *late))}
    assert HotIssue.objects.get().first_at == AT


def test_of_two_processes_one_reads_until_it_is_silent(line: Line) -> None:
    week(line)
    assert streaming.sweep(line.city_id, holder="jobs-1", at=AFTER) == 8
    more = cases(line, BURST[:2], citizens(line.city, 2), at=AFTER)

    assert streaming.sweep(line.city_id, holder="jobs-2", at=AFTER + timedelta(minutes=1)) == 0
    assert streaming.sweep(line.city_id, holder="jobs-2", at=AFTER + timedelta(minutes=3)) == 2
    assert streaming.sweep(line.city_id, holder="jobs-1", at=AFTER + timedelta(minutes=4)) == 0

    assert Streamed.objects.filter(case__opened_at__gte=AT).count() == 10
    assert len(groups()) == 1
    assert more[0].pk in next(iter(groups()))


def test_a_case_that_becomes_confidential_leaves_no_trace(line: Line) -> None:
    staff = make.viewer(line.city, Role.STAFF)
    burst = week(line)
    read(line.city, at=AFTER)
    issue = HotIssue.objects.get()
    secret = issue.titled_by
    assert secret is not None
    Case.objects.filter(pk=secret.pk).update(confidential=True)

    row = issues.overview(staff).hot[0]
    assert (row.title, row.cases) == ("", 7), "at once, before any job"
    streaming.sweep(line.city_id, holder="jobs-1", at=AFTER)

    issue.refresh_from_db()
    assert (issue.reporters, issue.titled_by == secret) == (7, False)
    assert issue.title in {one.title for one in burst if one.pk != secret.pk}
    assert secret.pk not in issue.examples
    assert not Member.objects.filter(case=secret).exists()
    assert not Streamed.objects.filter(case=secret).exists()
    assert not Duplicate.objects.filter(case=secret).exists()
    assert not Duplicate.objects.filter(earlier=secret).exists()
    assert {one.words for one in Notice.objects.filter(kind=NoticeKind.BOILED.value)} == {"标题已隐去"}
    assert not _mentioned(str(secret.title))


def _mentioned(words: str) -> list[str]:
    """Tables of insight in which these words stand."""
    found = []
    with connection.cursor() as cursor:
        for model in (HotIssue, Member, Duplicate, Streamed):
            cursor.execute(f"SELECT * FROM {model._meta.db_table}")  # noqa: S608
            found += [model.__name__ for row in cursor.fetchall() if any(words in str(value) for value in row)]
    return found


def test_a_confidential_case_and_one_in_conflict_are_never_read(line: Line) -> None:
    secret, accused, *_ = week(line)
    Case.objects.filter(pk=secret.pk).update(confidential=True)
    Conflict.objects.create(city=line.city, case=accused, office=line.official.office, reason="x", at=AT)

    assert read(line.city, at=AFTER) == 6

    assert not Member.objects.filter(case__in=[secret, accused]).exists()
    assert HotIssue.objects.get().reporters == 6


def test_a_case_without_words_is_read_when_it_has_some(line: Line) -> None:
    empty = cases(line, [""], citizens(line.city, 1))[0]
    assert read(line.city, at=AFTER) == 0
    Case.objects.filter(pk=empty.pk).update(body=BURST[0])

    assert read(line.city, at=AFTER) == 1


def test_titles_name_nobody(line: Line) -> None:
    people = citizens(line.city, 3)
    for who in people:
        who.name = "胡秀英"
        who.save()
    cases(line, [f"胡秀英反映柳荫街水管爆裂，电话138 0013 8000，第{n}次" for n in range(3)], people)

    read(line.city, at=AFTER)

    assert HotIssue.objects.get().title.startswith("某某反映柳荫街水管爆裂，电话（号码略）")


def test_each_sees_the_issues_in_which_he_sees_a_case(line: Line) -> None:
    city = line.city
    week(line)
    read(city, at=AFTER)
    stranger = make.official(make.office(city))
    seeing = {
        make.viewer(city, Role.STAFF): 1,
        make.viewer(city, Role.LEADERSHIP): 1,
        make.viewer(line.official.office, Role.OFFICIAL, official=line.official): 1,
        make.viewer(stranger.office, Role.OFFICIAL, official=stranger): 0,
        make.viewer(stranger.office, Role.STAFF): 0,
        make.viewer(city, Role.OPERATOR): 0,
        make.viewer(city, Role.UNIT): 0,
        make.viewer(make.city("远市"), Role.SUPERVISOR): 0,
    }

    assert {viewer: len(issues.overview(viewer).hot) for viewer in seeing} == seeing
