"""What a fresh desk promises: the default plan, literally as printed in docs/sla_rules.md."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.conf import settings

from sla.calendars import versions
from sla.models import Calendar, Plan, Policy, PolicyRow, PolicyVersion
from tickets.models import Priority, Ticket

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

AROUND_THE_CLOCK: dict[str, Any] = {
    "tz": "UTC",
    "hours": {day: [["00:00", "24:00"]] for day in WEEKDAYS},
    "holidays": [],
    "shifts": {},
}
BUSINESS_HOURS: dict[str, Any] = {
    "tz": settings.BUSINESS_TIME_ZONE,
    "hours": {day: [["09:00", "17:30"]] for day in WEEKDAYS[:5]},
    "holidays": [],
    "shifts": {},
}

TARGETS = {
    Priority.P1: (timedelta(minutes=15), timedelta(hours=4)),
    Priority.P2: (timedelta(minutes=30), timedelta(hours=8)),
    Priority.P3: (timedelta(hours=2), timedelta(hours=24)),
    Priority.P4: (timedelta(hours=4), None),
}
LEVELS = [75, 90, 100, 150]
# Rule D9, with what the desk needs beside it: the tier hears of its new P1 and P2, owners of agreed dates.
LADDER: list[dict[str, Any]] = [
    {"level": "created:P1", "tell": ["tier", "tier_lead", "on_call", "tam"], "do": [], "mail": True},
    {"level": "created:P2", "tell": ["tier"], "do": [], "mail": False},
    {"level": "75", "tell": ["assignee_or_tier"], "do": [], "mail": False},
    {"level": "90", "tell": ["assignee", "tier_lead"], "do": [], "mail": True},
    {"level": "3d", "tell": ["assignee_or_tier"], "do": [], "mail": False},
    {"level": "1d", "tell": ["assignee", "tier_lead"], "do": [], "mail": True},
    {
        "level": "breach",
        "tell": ["assignee", "tier_lead", "next_tier", "managers"],
        "do": ["tier_up"],
        "mail": True,
    },
    {"level": "150", "tell": ["tam", "managers"], "do": [], "mail": True},
    {"level": "overdue", "tell": ["assignee_or_tier", "tier_lead"], "do": [], "mail": True},
    {"level": "nudge", "tell": ["assignee_or_tier", "tam"], "do": [], "mail": False},
    {"level": "passed", "tell": ["assignee", "tier_lead"], "do": [], "mail": True},
    {"level": "reopened3", "tell": ["tier_lead"], "do": [], "mail": True},
]
PAUSES = [Ticket.Status.PENDING, Ticket.Status.ON_HOLD]


def ensure() -> None:
    """Make the default plan and the two built-in calendars where there is no plan yet."""
    if Plan.objects.exists():
        return
    always = calendar("Around the clock", "全天候", AROUND_THE_CLOCK)
    calendar("Business hours", "工作时间", BUSINESS_HOURS)
    policy = Policy.objects.create(name="Standard promise", name_zh="标准承诺")
    add_version(policy, {priority: (*targets, always) for priority, targets in TARGETS.items()})
    Plan.objects.create(name="Standard", name_zh="标准版", policy=policy, is_default=True)


def calendar(name: str, name_zh: str, definition: dict[str, Any]) -> Calendar:
    made = Calendar.objects.create(name=name, name_zh=name_zh)
    versions.write(made, definition, by=None)
    return made


def add_version(
    policy: Policy,
    rows: dict[Priority, tuple[timedelta, timedelta | None, Calendar]],
    **fields: Any,
) -> PolicyVersion:
    """Add a version with the default levels, ladder and pauses where `fields` does not say otherwise."""
    version = PolicyVersion.objects.create(
        policy=policy,
        number=policy.versions.count() + 1,
        **{"levels": LEVELS, "ladder": LADDER, **fields},
    )
    PolicyRow.objects.bulk_create(
        PolicyRow(
            version=version,
            priority=priority,
            response=response,
            resolution=resolution,
            calendar=counted_on,
            pause_statuses=PAUSES,
        )
        for priority, (response, resolution, counted_on) in rows.items()
    )
    return version
