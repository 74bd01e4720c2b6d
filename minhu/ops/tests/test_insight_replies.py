from __future__ import annotations

from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

INVENTED = Path(__file__).parents[2] / "insight" / "engine" / "tests" / "replies.csv"
HEAD = "id,asked,reply,label\n"


def _evaluate(path: Path, *more: str) -> str:
    out = StringIO()
    call_command("insight", "evaluate-replies", "--replies", str(path), *more, stdout=out)
    return out.getvalue()


def test_each_sign_is_measured_and_what_disagrees_is_named() -> None:
    told = _evaluate(INVENTED, "--show")

    assert "replies 44, perfunctory 22, fine 22" in told
    assert "any sign            21  1.000 (0.845–1.000)  0.955 (0.782–0.992)" in told
    assert "p21: perfunctory, signs: none" in told


def test_a_template_is_found_among_replies_of_the_same_office(tmp_path: Path) -> None:
    same = "垃圾清运问题，保洁公司 3 月 5 日增派车辆，现已清运 2 车，后续每天清运一次。"
    file = tmp_path / "r.csv"
    file.write_text(f"{HEAD.strip()},office\n1,,{same},合格,甲\n2,,{same},敷衍,甲\n3,,{same},合格,乙\n")

    assert "template             1  1.000" in _evaluate(file)


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("id,reply\n", "缺少列 asked、label"),
        (HEAD, "没有数据行"),
        (f"{HEAD}1,问,答,差\n", "第 2 行：标签只能是 fine"),
    ],
)
def test_a_file_that_does_not_fit_is_named_with_its_line(tmp_path: Path, content: str, told: str) -> None:
    file = tmp_path / "r.csv"
    file.write_text(content)

    with pytest.raises(CommandError, match=told):
        _evaluate(file)
