"""What every format is read into: a ticket's history, with the people in it called by address."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


@dataclass(frozen=True)
class BadRow:
    """A row that could not be used; the import goes on without it."""

    line: int
    reason: str


@dataclass(frozen=True)
class Person:
    email: str
    name: str


@dataclass(frozen=True)
class Change:
    """What one row changed, at its own time. `replied`: an agent's word reached the customer with it."""

    at: datetime
    status: str | None = None
    priority: str | None = None
    assignee: Person | None = None
    reason: str = ""
    replied: bool = False


@dataclass
class History:
    """One ticket as another system tells it. Times are UTC; `changes` are in order."""

    external_id: str
    line: int
    subject: str
    body: str
    requester: Person
    created_at: datetime
    priority: str
    channel: str
    origin: str = "customer"
    organization: str = ""
    product: str = ""
    platform: str = ""
    sdk_version: str = ""
    tier: str = "L1"
    assignee: Person | None = None
    changes: list[Change] = field(default_factory=list)
    facts: Mapping[str, Any] = field(default_factory=dict)
