"""Write down who changed what we promise (the tickets' own log is events.recording)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from accounts.models import User
from sla.models import PromiseChange


def note_change(kind: str, *, by: User | None, at: datetime, **fields: Any) -> PromiseChange:
    """One line of the history of a plan, policy or contract; call it in the change's transaction."""
    return PromiseChange.objects.create(kind=kind, by=by, at=at, **fields)


def changed_fields(row: Any, new: dict[str, Any]) -> dict[str, list[str]]:
    """`{field: [old, new]}` as words, for the fields that differ."""
    return {
        name: [str(getattr(row, name)), str(value)]
        for name, value in new.items()
        if getattr(row, name) != value
    }
