"""Which promise holds for a ticket, in the form that the engine reads."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import lru_cache

from accounts.models import Organization
from sla import engine, worktime
from sla.models import CalendarVersion, Contract, Plan, PolicyVersion, Terms


def plan_of(organization: Organization | None, at: datetime) -> Plan:
    """The plan of the contract in force at `at` (rule C3); the default plan without one."""
    contract = (
        Contract.objects.filter(organization=organization, starts_at__lte=at)
        .select_related("plan__policy")
        .order_by("-starts_at", "-pk")
        .first()
        if organization
        else None
    )
    return contract.plan if contract else Plan.objects.select_related("policy").get(is_default=True)


def terms_for(organization: Organization | None, at: datetime) -> Terms:
    """The policy version in force at `at` for a customer, with its calendars as they are now."""
    return bind(plan_of(organization, at).policy.version_at(at))


def bind(version: PolicyVersion) -> Terms:
    """A policy version together with the present version of each calendar it counts on."""
    latest = (
        CalendarVersion.objects.filter(calendar__in=version.rows.values("calendar"))
        .order_by("calendar_id", "-number")
        .distinct("calendar_id")
    )
    calendars = sorted(latest, key=lambda calendar: calendar.pk)
    key = f"policy-version {version.pk}, calendar-versions {','.join(str(c.pk) for c in calendars)}"
    terms, is_new = Terms.objects.get_or_create(key=key, defaults={"policy_version": version})
    if is_new:
        terms.calendars.set(calendars)
    return terms


@lru_cache(maxsize=1024)
def policy_of(terms_id: int) -> engine.Policy:
    """The engine's policy of these terms. Terms never change, so it is read once per process."""
    terms = Terms.objects.select_related("policy_version").get(pk=terms_id)
    version = terms.policy_version
    calendars = {c.calendar_id: c for c in terms.calendars.select_related("calendar")}
    options = version.options
    renotice_hours = options.get("renotice_hours")
    return engine.Policy(
        rows=tuple(
            engine.Row(
                priority=row.priority,
                response=row.response,
                resolution=row.resolution,
                calendar=_calendar_of(calendars[row.calendar_id].pk),
                pause_statuses=frozenset(engine.Status(status) for status in row.pause_statuses),
                calendar_label=str(calendars[row.calendar_id]),
            )
            for row in version.rows.all()
        ),
        levels=tuple(version.levels),
        next_response=options.get("next_response", False),
        bot_meets_response=options.get("bot_meets_response", False),
        reopen_floor=timedelta(minutes=options.get("reopen_floor_minutes", 0)),
        renotice_every=timedelta(hours=renotice_hours) if renotice_hours else None,
    )


@lru_cache(maxsize=256)
def _calendar_of(version_id: int) -> worktime.Calendar:
    """One instance per calendar version: it remembers the years it has laid out."""
    return worktime.Calendar.from_definition(CalendarVersion.objects.get(pk=version_id).definition)


@lru_cache(maxsize=1024)
def ladder_of(terms_id: int) -> dict[str, tuple[str, ...]]:
    """What each level does besides telling people: `{"breach": ("tier_up",)}` (rule D9)."""
    ladder = Terms.objects.values_list("policy_version__ladder", flat=True).get(pk=terms_id)
    return {step["level"]: tuple(step["do"]) for step in ladder}
