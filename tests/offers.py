"""Windows proposed to an official, as if the optimiser had found them; and an effort with which it finds some soon."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from minhu.directory.models import Line
from minhu.planner import writing
from minhu.planner.engine.optimising import Effort
from minhu.planner.models import WindowProposal
from minhu.planner.planning import Pace
from minhu.planner.proposals import Expected
from minhu.planner.writing import Effect, Windows
from minhu.rules.planning import Measure
from minhu.rules.sentences import sentence

LITTLE = Pace(Effort(prune=2, stand=4, differ=2, tried=1, standing=1, half_hours=1), even_by_day=True)
OFFER = Windows(
    hours="mon-fri 08:00-09:00 17:30-18:00",
    minutes=450,
    expected=Expected(calls=40.0, low=30, high=50, inside=8.0),
    assumption=sentence(
        "最要紧的假设是{what}：要是比估计多三成，{then}。",
        what=sentence("来电数量"),
        then=(sentence("{what}会降 {by:.1f} 个百分点", what=sentence("本人接通"), by=2.0),),
    ),
    effects=(
        Effect(Measure.IN_PERSON, 0.45, 0.28, 0.27, 0.29),
        Effect(Measure.INTERRUPTIONS_A_WEEK, 12.3, 0.0, 0.0, 0.0),
    ),
    callbacks="mon-fri 11:30-12:00",
    budget_minutes=45,
    unmet=(
        sentence("{what}：预计 {got:.0f} 分钟，上限 {most} 分钟。", what=sentence("本人每天用时"), got=50.0, most=45),
    ),
)


@transaction.atomic
def offer(line: Line, at: datetime, windows: Windows = OFFER) -> WindowProposal:
    """The windows, standing."""
    made = writing.write_windows(line.pk, "as if", windows, at=at)
    assert made is not None
    return made
