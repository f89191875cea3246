"""A ticket that need not be filed: a known issue says it all, or a colleague has filed it already."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import datetime

from accounts.models import User
from kb.actions import deflect
from kb.models import Deflection
from known_issues.models import KnownIssue
from tickets.models import Ticket

Facts = Mapping[str, str]


def mark_solved(
    issue: KnownIssue,
    *,
    draft_key: uuid.UUID,
    by: User | None,
    subject: str = "",
    facts: Facts | None = None,
    at: datetime | None = None,
) -> bool:
    """Count a ticket that this known issue made unnecessary. False if its draft was counted before."""
    return deflect(
        Deflection(known_issue=issue), draft_key=draft_key, by=by, subject=subject, facts=facts, at=at
    )


def mark_followed(
    ticket: Ticket,
    *,
    draft_key: uuid.UUID,
    by: User | None,
    subject: str = "",
    facts: Facts | None = None,
    at: datetime | None = None,
) -> bool:
    """Count a ticket that was not filed because this one is open. False if its draft was counted before."""
    return deflect(Deflection(ticket=ticket), draft_key=draft_key, by=by, subject=subject, facts=facts, at=at)
