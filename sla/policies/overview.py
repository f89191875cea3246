"""Which version of a policy is in force when, and who is under it: what the pages of policies show."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count

from sla import durations
from sla.models import Calendar, Clock, Policy, PolicyVersion
from sla.policies.drafts import Draft, all_calendars
from sla.policies.wording import Difference, differences, told_pauses
from sla.reapplying import LIVE


@dataclass(frozen=True)
class VersionLine:
    """A version in the history of its policy. `until` is when the next one took or takes over."""

    version: PolicyVersion
    until: datetime | None
    is_in_force: bool
    is_to_come: bool
    open_tickets: int
    changes: list[Difference]


def history(versions: Sequence[PolicyVersion], now: datetime) -> list[VersionLine]:
    """The newest first, each with what it changed. `versions` of one policy, rows and author fetched."""
    newest_first = sorted(versions, key=lambda version: -version.number)
    in_force = version_in_force(newest_first, now)
    counts = open_tickets_by_version(newest_first)
    drafts = {version.pk: Draft.of(version) for version in newest_first}
    lines = []
    for index, version in enumerate(newest_first):
        older = newest_first[index + 1] if index + 1 < len(newest_first) else None
        lines.append(
            VersionLine(
                version=version,
                until=newest_first[index - 1].valid_from if index else None,
                is_in_force=version == in_force,
                is_to_come=version.valid_from > now and not version.is_first,
                open_tickets=counts.get(version.pk, 0),
                changes=differences(drafts[older.pk], drafts[version.pk]) if older else [],
            )
        )
    return lines


def version_in_force(versions: Iterable[PolicyVersion], now: datetime) -> PolicyVersion | None:
    """The one that new tickets get, as `sla.terms` chooses it."""
    newest_first = sorted(versions, key=lambda version: (version.valid_from, version.number), reverse=True)
    started = (version for version in newest_first if version.valid_from <= now)
    return next(started, newest_first[-1] if newest_first else None)


def open_tickets_by_version(versions: Iterable[PolicyVersion]) -> dict[int, int]:
    """How many tickets have a clock alive under each version."""
    rows = (
        Clock.objects.filter(state__in=LIVE, terms__policy_version__in=list(versions))
        .values("terms__policy_version")
        .annotate(tickets=Count("ticket", distinct=True))
        .order_by()
    )
    return {row["terms__policy_version"]: row["tickets"] for row in rows}


@dataclass(frozen=True)
class PromiseLine:
    """The promise of one priority, in words and in working days."""

    priority: str
    response: timedelta
    resolution: timedelta | None
    response_note: str
    resolution_note: str
    calendar: str
    pauses: str


def promises(draft: Draft) -> list[PromiseLine]:
    counted_on, names = all_calendars(), {one.pk: str(one) for one in Calendar.objects.all()}
    return [
        PromiseLine(
            row.priority,
            row.response,
            row.resolution,
            durations.in_working_days(row.response, counted_on[row.calendar]),
            durations.in_working_days(row.resolution, counted_on[row.calendar]) if row.resolution else "",
            names[row.calendar],
            told_pauses(row.pauses),
        )
        for row in draft.rows
    ]


@dataclass(frozen=True)
class PolicyLine:
    """A policy in the list of all."""

    policy: Policy
    in_force: PolicyVersion | None
    to_come: list[PolicyVersion]
    open_tickets: int


def policies(now: datetime) -> list[PolicyLine]:
    """All policies by name: four queries, however many."""
    found = list(Policy.objects.prefetch_related("versions", "plans"))
    counts = open_tickets_by_version([version for policy in found for version in policy.versions.all()])
    return [
        PolicyLine(
            policy,
            version_in_force(policy.versions.all(), now),
            [version for version in policy.versions.all() if version.valid_from > now],
            sum(counts.get(version.pk, 0) for version in policy.versions.all()),
        )
        for policy in found
    ]
