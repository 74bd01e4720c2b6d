"""Whose plan is to be made anew, and who is at it."""

from __future__ import annotations

from django.db import models

from minhu.audit.constraints import one_of
from minhu.directory.models import Official
from minhu.rules.planning import Task


class PlanTurn(models.Model):
    """inputs: what the last plan was made from, as a hash. claimed_at: a job is at it since then.

    fault: why the last try made no plan, as sentences (rules.sentences); "" where it did.
    """

    official = models.ForeignKey(Official, on_delete=models.CASCADE, related_name="+", db_index=False)
    task = models.CharField(max_length=8)
    inputs = models.CharField(max_length=64, blank=True)
    claimed_at = models.DateTimeField(null=True)
    fault = models.TextField(blank=True, default="", db_default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["official", "task"], name="plan_turn_once"),
            one_of("task", Task, "plan_turn_task_known"),
        ]

    def __str__(self) -> str:
        return f"{self.task} of {self.official_id}"
