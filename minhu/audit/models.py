"""The trail: append-only and hash-chained, one chain a city."""

from __future__ import annotations

from django.db import models


class TrailHead(models.Model):
    """End of one city's chain. Its row is the lock under which entries are appended."""

    city_id = models.BigIntegerField(primary_key=True)
    seq = models.BigIntegerField(default=0)
    hash = models.BinaryField(max_length=32)

    def __str__(self) -> str:
        return f"city {self.city_id} at {self.seq}"


class TrailEntry(models.Model):
    """One recorded act. The database refuses to change or delete a row (triggers in the migration).

    hash = SHA-256 over the previous hash and the canonical JSON of this row; see trail.py.
    detail: ids, states, times and counts (strings, whole numbers, booleans, null); never a citizen's words or number.
    """

    city_id = models.BigIntegerField()
    seq = models.BigIntegerField()
    at = models.DateTimeField()
    actor_id = models.BigIntegerField(null=True)
    actor = models.CharField(max_length=80)
    act = models.CharField(max_length=40)
    subject = models.CharField(max_length=40)
    subject_id = models.CharField(max_length=40)
    reason = models.CharField(max_length=500, blank=True)
    detail = models.JSONField(default=dict)
    previous = models.BinaryField(max_length=32)
    hash = models.BinaryField(max_length=32)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["city_id", "seq"], name="trail_one_entry_per_seq")]
        indexes = [models.Index(fields=["city_id", "subject", "subject_id"], name="trail_by_subject")]

    def __str__(self) -> str:
        return f"{self.city_id}/{self.seq} {self.act} {self.subject} {self.subject_id}"


class Erasure(models.Model):
    """What is left of a row whose words, sound or number went when their time was over: that, when and why (删除记录).

    subject, subject_id: as in the trail. digest: of the row as the seal over the journal has it, so that the seal can
    still be computed; "" for rows that no seal covers. The database refuses to change or delete it, and lets only rows
    that have one lose their words.
    """

    city_id = models.BigIntegerField()
    subject = models.CharField(max_length=20)
    subject_id = models.CharField(max_length=40)
    why = models.CharField(max_length=40)
    digest = models.CharField(max_length=64, blank=True)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["subject", "subject_id"], name="erasure_once"),
            models.CheckConstraint(condition=~models.Q(why=""), name="erasure_says_why"),
        ]

    def __str__(self) -> str:
        return f"{self.subject} {self.subject_id} at {self.at:%F}"


class Pulse(models.Model):
    """The last sign of life of one process, so that pages and the doctor can say that it is running.

    process: web, switch or jobs. node: machine and process. detail: a few figures of its own.
    """

    process = models.CharField(max_length=10)
    node = models.CharField(max_length=60)
    at = models.DateTimeField()
    detail = models.JSONField(default=dict)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["process", "node"], name="pulse_once_per_process")]

    def __str__(self) -> str:
        return f"{self.process} at {self.node}"
