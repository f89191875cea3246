"""What a customer is promised, for the form and the ticket page."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from accounts.models import Organization
from sla.terms import plan_of, policy_of, terms_for


@dataclass(frozen=True)
class Promise:
    """The promise of one priority. `resolution` None means negotiated."""

    response: timedelta
    resolution: timedelta | None
    around_the_clock: bool
    calendar: str


def promises_for(organization: Organization | None, at: datetime) -> dict[str, Promise]:
    """By priority, what the plan in force at `at` promises for a ticket filed then."""
    return {
        row.priority: Promise(
            response=row.response,
            resolution=row.resolution,
            around_the_clock=row.calendar.is_always_open,
            calendar=row.calendar_label,
        )
        for row in policy_of(terms_for(organization, at).pk).rows
    }


def plan_name(organization: Organization | None, at: datetime) -> str:
    return str(plan_of(organization, at))
