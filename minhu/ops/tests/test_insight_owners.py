"""``minhu insight evaluate-owners``: whose a message is, by duties alone; figures, or what to do."""

from __future__ import annotations

from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

DUTIES = """单位,职责
市水务局,负责城市供水、自来水管网抢修和水质监测
市水务局,负责河道和灌溉渠清淤
市教育局,负责中小学招生、转学和学校食堂
市交通运输局,负责公交线路、出租车和道路客运
"""
TEST = """id,label,title,detail
1,市水务局,自来水停水,小区自来水管网爆裂停水，请抢修
2,市教育局,转学,孩子转学招生需要什么材料
3,市交通运输局,公交,公交线路能不能加密
4,市交通运输局,绕路,出租车绕路不打表
"""


def evaluate(folder: Path, duties: str = DUTIES, test: str = TEST, *options: str) -> str:
    paths = folder / "duties.csv", folder / "test.csv"
    for path, words in zip(paths, (duties, test), strict=True):
        path.write_text(words, encoding="utf-8")
    out = StringIO()
    given = ("--duties", str(paths[0]), "--test", str(paths[1]), *options)
    call_command("insight", "evaluate-owners", *given, stdout=out)
    return out.getvalue()


def test_messages_find_their_office_by_its_duties_alone(tmp_path: Path) -> None:
    told = evaluate(tmp_path, DUTIES, TEST, "--baselines").splitlines()

    assert told[0] == "texts 4, owners 3"
    assert told[1] == "ours, confidence from 0.00   read 1.00   right 1.000"
    assert told[-1].startswith("plain BM25")


def test_every_other_message_is_judged_where_asked(tmp_path: Path) -> None:
    assert evaluate(tmp_path, DUTIES, TEST, "--every", "2").startswith("texts 2, owners 3")


@pytest.mark.parametrize(
    ("duties", "test", "told"),
    [
        ("单位,职责\n", TEST, "没有任何职责"),
        (DUTIES, TEST + "5,市体育局,,球馆\n", "没有“市体育局”的职责"),
        (DUTIES, "id,label\n1,市水务局\n", "缺少列 title、detail"),
        (DUTIES, "id,label,title,detail\n1,,题,文\n", "第 2 行：标签为空"),
        (DUTIES, "id,label,title,detail\n1,市水务局\n", "第 2 行：列数不足"),
        (DUTIES, "id,label,title,detail\n\n", "没有数据行"),
    ],
)
def test_a_file_that_is_not_as_it_must_be_is_named(tmp_path: Path, duties: str, test: str, told: str) -> None:
    with pytest.raises(CommandError, match=told):
        evaluate(tmp_path, duties, test)


def test_a_file_in_another_encoding_is_refused(tmp_path: Path) -> None:
    duties = tmp_path / "duties.csv"
    duties.write_bytes(DUTIES.encode("gb18030"))
    test = tmp_path / "test.csv"
    test.write_text(TEST, encoding="utf-8")

    with pytest.raises(CommandError, match="UTF-8"):
        call_command("insight", "evaluate-owners", "--duties", str(duties), "--test", str(test))
