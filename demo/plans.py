"""The customers' plans: four kinds of promise, three of them made here, the default one built in."""

from __future__ import annotations

from datetime import datetime, timedelta

from accounts.models import Organization
from sla import defaults
from sla.calendars import public_holidays
from sla.calendars.editing import with_proposals
from sla.models import Calendar, Contract, Plan, Policy, PolicyVersion
from tickets.models import Priority

P1, P2, P3, P4 = Priority.P1, Priority.P2, Priority.P3, Priority.P4
DEFAULT = "standard"

Rows = dict[Priority, tuple[timedelta, timedelta | None, Calendar]]


def make(now: datetime) -> dict[str, Plan]:
    """Make the plans of the demo and return all by their codes in people.yaml."""
    return {
        "enterprise": _plan(
            *("Enterprise", "企业版", now),
            description="Around the clock for everything, P3 and P4 answered twice as fast, with a TAM.",
            rows=_enterprise(),
        ),
        "business": _plan(
            *("Business", "商务版", now),
            description="Around the clock for P1 and P2; P3 and P4 in Chinese working hours.",
            rows=_on(business_hours_in_china(now.year), P3, P4),
        ),
        "essential": _plan(
            *("Essential", "基础版", now),
            description="Around the clock for P1; everything else in working hours in Toronto.",
            rows=_on(business_hours_in_ontario(now.year), P2, P3, P4),
        ),
        DEFAULT: Plan.objects.get(is_default=True),
    }


def sign(organization: Organization, plan: Plan, *, at: datetime) -> None:
    """Give a customer a contract; the default plan holds without one."""
    if not plan.is_default:
        Contract.objects.create(organization=organization, plan=plan, starts_at=at)


def _plan(name: str, name_zh: str, now: datetime, *, description: str, rows: Rows) -> Plan:
    policy = Policy.objects.create(name=f"{name} promise", name_zh=f"{name_zh}承诺")
    defaults.add_version(policy, rows, valid_from=now - timedelta(days=365))
    return Plan.objects.create(name=name, name_zh=name_zh, policy=policy, description=description)


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
