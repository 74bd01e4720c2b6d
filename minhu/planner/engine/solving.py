"""CP-SAT so that the same model has the same answer everywhere.

OR-Tools is loaded when first needed: it takes a second.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ortools.sat.python.cp_model import CpModel, CpSolver, IntVar

SEED = 20220207


@dataclass(frozen=True, slots=True)
class Solution:
    """Values of the variables. proven: nothing is better."""

    solver: CpSolver
    objective: int
    proven: bool

    def value(self, variable: IntVar) -> int:
        return int(self.solver.value(variable))


def solved(model: CpModel, deterministic_seconds: float) -> Solution | None:
    """The best answer found within so much work, the same on any machine; None where none was found in it."""
    from ortools.sat.python import cp_model

    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.random_seed = SEED
    solver.parameters.linearization_level = 2  # our models are nearly linear: ten times as fast
    solver.parameters.max_deterministic_time = deterministic_seconds
    status = solver.solve(model)
    if status not in {cp_model.OPTIMAL, cp_model.FEASIBLE}:
        return None
    return Solution(solver, round(solver.objective_value), status == cp_model.OPTIMAL)
