"""When the planner is given what it cannot plan with.

Refusal
└── InputUnclear            a value that no plan can be made of; ``field`` names it, the words say how to put it right
"""

from __future__ import annotations

from minhu.rules.errors import Refusal
from minhu.rules.sentences import Sentence, as_it_is


class InputUnclear(Refusal):
    """A field is missing, absurd or contradicts another. field: its path as the caller wrote it, ``busy[2].end``."""

    code = "planner_input_unclear"
    words = "规划的输入不能用，请检查后再试。"

    def __init__(self, field: str, cure: str | Sentence) -> None:
        super().__init__(f"{field}：{cure}")
        self.field = field
        self.cure = as_it_is(cure) if isinstance(cure, str) else cure
