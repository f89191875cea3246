"""The log of everything that happened. Rows are added, never changed or removed.

Timeline, audit, notifications, paging and webhooks read these rows; nothing else tells them anything.
"""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models

from events.append_only import append_only

GENESIS = "0" * 64
_CANONICAL = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=True)


class EventQuerySet(models.QuerySet["Event"]):
    def pending(self) -> EventQuerySet:
        """Not yet taken by every listener, oldest first."""
        return self.filter(announced_at=None).order_by("pk")


class Event(models.Model):
    """One change of state: what, to which ticket, by whom, when.

    `at` is the moment it happened (what clocks count by), `recorded_at` when it was written. They
    differ for imported history and for mail that waited. `data` holds the facts of the event; changes
    of fields stand in `data["changes"]` as `{field: [old, new]}`.
    """

    # Without an index of its own: the chain's constraint begins with it.
    ticket = models.ForeignKey("tickets.Ticket", models.PROTECT, related_name="events", db_index=False)
    sequence = models.PositiveIntegerField(help_text="Position in the ticket's chain, from 1.")
    kind = models.CharField(max_length=40)
    at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    data = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    previous_hash = models.CharField(max_length=64)
    hash = models.CharField(max_length=64)
    announced_at = models.DateTimeField(null=True)

    objects = EventQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["ticket", "sequence"], name="event_chain_position_once"),
        ]
        indexes = [
            # The outbox: what the sweep looks for, and nothing else.
            models.Index(fields=["id"], name="event_pending", condition=models.Q(announced_at=None)),
        ]
        triggers = append_only(except_fields=["announced_at"])

    def __str__(self) -> str:
        return f"{self.ticket_id}/{self.sequence} {self.kind}"

    def expected_hash(self) -> str:
        """The hash that this row's content gives."""
        return chained_hash(
            self.previous_hash,
            ticket=self.ticket_id,
            sequence=self.sequence,
            kind=self.kind,
            at=self.at,
            recorded_at=self.recorded_at,
            actor=self.actor_id,
            data=canonical(self.data),
        )

    @property
    def changes(self) -> dict[str, list[Any]]:
        """Fields that changed: `{name: [old, new]}`."""
        changes: dict[str, list[Any]] = self.data.get("changes", {})
        return changes


def canonical(value: Any) -> str:
    """The one way to write this value, as JSON reads it back, as JSON."""
    return _CANONICAL.encode(value)


def chained_hash(
    previous: str,
    *,
    ticket: int,
    sequence: int,
    kind: str,
    at: datetime,
    recorded_at: datetime,
    actor: int | None,
    data: str,
) -> str:
    """SHA-256 over the previous hash and an event's content, as canonical JSON; `data` is that already.

    Put together by hand, in the order of the names: who writes an event needs its data as text anyway, and
    to encode them twice took a tenth of a scan.
    """
    content = (
        f'{{"actor":{"null" if actor is None else actor},"at":"{_instant(at)}","data":{data},'
        f'"kind":{canonical(kind)},"recorded_at":"{_instant(recorded_at)}","sequence":{sequence},'
        f'"ticket":{ticket}}}'
    )
    return hashlib.sha256((previous + content).encode()).hexdigest()


@lru_cache(maxsize=64)  # the events of one call have few
def _instant(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="microseconds")
