from __future__ import annotations

import pytest
from django.db import IntegrityError, transaction

from minhu.cases.models import Reply
from minhu.insight import signing
from minhu.insight.models import ReplySigns
from minhu.insight.tests.replied import AT, case, reply
from minhu.rules.words import Role
from tests import make

pytestmark = pytest.mark.django_db
DONE = "您反映的垃圾清运问题，保洁公司 3 月 5 日增派车辆，现已清运 2 车，后续每天清运一次。"


def test_a_reply_that_came_about_otherwise_is_read_by_a_job_once() -> None:
    line = make.line(make.official(make.office(make.city())))
    written = reply(case(line, "AAAA0001"), "我们高度重视，将尽快处理，请您耐心等待。")
    Reply.objects.create(case=case(line, "AAAA0002"), done="一句话的登记", done_by="王明", at=AT)  # of a call

    assert signing.sign_new(AT) == 1
    assert signing.sign_new(AT) == 0
    found = ReplySigns.objects.get(reply=written)
    assert (found.empty, found.shown, found.office) == (True, False, line.official.office)


def test_a_reply_that_the_same_office_sent_before_is_a_template_and_another_offices_is_not() -> None:
    city = make.city()
    ours, others = (make.line(make.official(make.office(city))) for _ in range(2))
    for line, code in ((ours, "AAAA0001"), (others, "BBBB0001"), (ours, "AAAA0002")):
        reply(case(line, code), DONE)
        signing.sign_new(AT)

    assert [one.template for one in ReplySigns.objects.order_by("pk")] == [False, False, True]


def test_a_confidential_case_lends_no_words_to_others() -> None:
    line = make.line(make.official(make.office(make.city())))
    reply(case(line, "AAAA0001", confidential=True), DONE)
    signing.sign_new(AT)
    reply(case(line, "AAAA0002"), DONE)
    signing.sign_new(AT)

    assert not ReplySigns.objects.filter(template=True).exists()


def test_what_is_being_written_is_compared_too() -> None:
    line = make.line(make.official(make.office(make.city())))
    reply(case(line, "AAAA0001"), DONE)
    signing.sign_new(AT)
    him = make.viewer(line.official.office, Role.OFFICIAL, official=line.official)

    found = signing.signs_before(case(line, "AAAA0002", body="桂花路垃圾没人清").pk, DONE, by=him)

    assert [one.kind for one in found] == ["template"]


def test_what_was_found_is_never_changed() -> None:
    line = make.line(make.official(make.office(make.city())))
    reply(case(line, "AAAA0001"), DONE)
    signing.sign_new(AT)

    for change in (lambda: ReplySigns.objects.update(empty=True), lambda: ReplySigns.objects.all().delete()):
        with pytest.raises(IntegrityError), transaction.atomic():
            change()
