"""The customers' plans: four kinds of promise, three of them made here, the default one built in.

They have a past and a future: an older version with a slower promise, one that comes into force next month.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from accounts.models import Organization, User
from sla import defaults, ladder
from sla.calendars import public_holidays
from sla.calendars.editing import with_proposals
from sla.models import Calendar, Plan, Policy, PolicyVersion
from sla.plans import actions as plan_actions
from sla.policies import actions as policy_actions
from sla.policies.drafts import Draft, DraftRow
from tickets.models import Priority

P1, P2, P3, P4 = Priority.P1, Priority.P2, Priority.P3, Priority.P4
DEFAULT = "standard"

Rows = dict[Priority, tuple[timedelta, timedelta | None, Calendar]]


def make(now: datetime, *, by: User) -> dict[str, Plan]:
    """Make the plans of the demo, as this manager did, and return all by their codes in people.yaml."""
    since = now - timedelta(days=400)
    china, toronto = business_hours_in_china(now.year), business_hours_in_ontario(now.year)
    business, essential = _on(china, P3, P4), _on(toronto, P2, P3, P4)
    plans = {
        "enterprise": _plan(
            *("Enterprise", "企业版", since, by),
            description="Around the clock for everything, P3 and P4 answered twice as fast, with a TAM.",
            rows=_enterprise(),
        ),
        "business": _plan(
            *("Business", "商务版", since, by),
            description="Around the clock for P1 and P2; P3 and P4 in Chinese working hours.",
            rows={**business, P2: (timedelta(hours=1), timedelta(hours=10), business[P2][2])},
        ),
        "essential": _plan(
            *("Essential", "基础版", since, by),
            description="Around the clock for P1; everything else in working hours in Toronto.",
            rows=essential,
        ),
        DEFAULT: Plan.objects.get(is_default=True),
    }
    review = now - timedelta(days=200)
    _follow(
        plans["business"].policy,
        business,
        at=review,
        starts=review,
        by=by,
        note="P2 as in the new price list",
    )
    next_month = (now.replace(day=1, hour=0, minute=0, second=0, microsecond=0) + timedelta(days=32)).replace(
        day=1
    )
    _follow(
        plans["essential"].policy,
        {**essential, P4: (timedelta(hours=6), None, toronto)},
        at=now - timedelta(days=2),
        starts=next_month,
        by=by,
        note="P4 questions may wait most of a working day",
    )
    return plans


def sign(organization: Organization, plan: Plan, *, at: datetime, by: User) -> None:
    """Give a customer a contract; the default plan holds without one."""
    if not plan.is_default:
        plan_actions.sign(organization, plan, by=by, at=at, starts_at=at)


def _plan(name: str, name_zh: str, since: datetime, by: User, *, description: str, rows: Rows) -> Plan:
    policy = policy_actions.add_policy(
        _draft(rows), by=by, at=since, name=f"{name} promise", name_zh=f"{name_zh}承诺"
    )
    return plan_actions.add_plan(
        by=by,
        at=since,
        name=name,
        name_zh=name_zh,
        policy=policy,
        description=description,
        is_default=False,
    )


def _follow(
    policy: Policy, rows: Rows, *, at: datetime, starts: datetime, by: User, note: str
) -> PolicyVersion:
    return policy_actions.make_version(policy, _draft(rows), by=by, at=at, valid_from=starts, note=note)


def _draft(rows: Rows) -> Draft:
    """These promises with the default warnings, ladder and pauses."""
    pauses = tuple(status.value for status in defaults.PAUSES)
    return Draft(
        rows=tuple(
            DraftRow(priority.value, response, resolution, calendar.pk, pauses)
            for priority, (response, resolution, calendar) in rows.items()
        ),
        levels=tuple(defaults.LEVELS),
        ladder=ladder.read(defaults.LADDER),
    )


def _around_the_clock() -> Calendar:
    default = Plan.objects.get(is_default=True).policy
    return PolicyVersion.objects.filter(policy=default).earliest("number").rows.get(priority=P1).calendar


def _enterprise() -> Rows:
    always = _around_the_clock()
    faster = {P3: (timedelta(hours=1), timedelta(hours=16)), P4: (timedelta(hours=2), None)}
    return {priority: (*targets, always) for priority, targets in {**defaults.TARGETS, **faster}.items()}


def _on(calendar: Calendar, *priorities: Priority) -> Rows:
    """The default numbers, with these priorities counted on a calendar and the others around the clock."""
    always = _around_the_clock()
    return {
        priority: (*targets, calendar if priority in priorities else always)
        for priority, targets in defaults.TARGETS.items()
    }


def business_hours_in_china(year: int) -> Calendar:
    """Public holidays off, and the weekend days on which China works for them (rules A4, A6)."""
    return _calendar("China working days", "中国工作日", "Asia/Shanghai", year, "CN")


def business_hours_in_ontario(year: int) -> Calendar:
    return _calendar("Toronto working days", "多伦多工作日", "America/Toronto", year, "CA", "ON")


def _calendar(name: str, name_zh: str, zone: str, year: int, country: str, province: str = "") -> Calendar:
    """A calendar for last year to next year, Monday to Friday 09:00 to 17:30."""
    hours = defaults.BUSINESS_HOURS["hours"]["mon"]
    proposed = public_holidays.propose(country, province, range(year - 1, year + 2))
    definition = with_proposals({**defaults.BUSINESS_HOURS, "tz": zone}, proposed, hours)
    return defaults.calendar(name, name_zh, definition)
