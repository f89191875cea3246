"""The log of everything that happened. Rows are added, never changed or removed.

Timeline, audit, notifications, paging and webhooks read these rows; nothing else tells them anything.
"""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime
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
        """SHA-256 over the previous hash and this row's content, as canonical JSON."""
        content = {
            "ticket": self.ticket_id,
            "sequence": self.sequence,
            "kind": self.kind,
            "at": _instant(self.at),
            "recorded_at": _instant(self.recorded_at),
            "actor": self.actor_id,
            "data": self.data,
        }
        return hashlib.sha256((self.previous_hash + _CANONICAL.encode(content)).encode()).hexdigest()

    @property
    def changes(self) -> dict[str, list[Any]]:
        """Fields that changed: `{name: [old, new]}`."""
        changes: dict[str, list[Any]] = self.data.get("changes", {})
        return changes


def _instant(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="microseconds")
