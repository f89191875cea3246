"""Which promise holds for a ticket, in the form that the engine reads."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import cached_property, lru_cache
from types import MappingProxyType
from typing import cast

from django.utils.functional import lazystr

from accounts.models import Organization
from sla import engine, ladder, worktime
from sla.calendars.locks import hold_versions
from sla.ladder import Ladder
from sla.models import CalendarVersion, Contract, Plan, PolicyVersion, Terms


def plan_of(organization: Organization | None, at: datetime) -> Plan:
    """The plan of the contract in force at `at` (rule C3); the default plan without one."""
    return Book().plan(organization.pk if organization else None, at)


def terms_for(organization: Organization | None, at: datetime) -> Terms:
    """The policy version in force at `at` for a customer, with its calendars as they are now."""
    return Book().terms(organization.pk if organization else None, at)


class Book:
    """Looks terms up, and each contract, policy and calendar only once while it is kept.

    Keep one for a batch of tickets within a transaction, not longer: it does not see later edits. With
    `for_new_tickets` no calendar version comes into force before the transaction ends.
    """

    def __init__(self, *, for_new_tickets: bool = False) -> None:
        self._must_hold = for_new_tickets
        self._contracts: dict[int, list[Contract]] = {}
        self._versions: dict[int, list[PolicyVersion]] = {}
        self._bound: dict[int, Terms] = {}

    def terms(self, organization_id: int | None, at: datetime) -> Terms:
        if self._must_hold:
            hold_versions()
            self._must_hold = False
        version = self.version(organization_id, at)
        if version.pk not in self._bound:
            self._bound[version.pk] = bind(version)
        return self._bound[version.pk]

    def version(self, organization_id: int | None, at: datetime) -> PolicyVersion:
        """The policy version in force at `at` for a customer."""
        return self._version(self.plan(organization_id, at).policy_id, at)

    def plan(self, organization_id: int | None, at: datetime) -> Plan:
        if organization_id is not None:
            for contract in self._contracts_of(organization_id):
                if contract.starts_at <= at:
                    return contract.plan
        return self._default_plan

    @cached_property
    def _default_plan(self) -> Plan:
        return Plan.objects.get(is_default=True)

    def _contracts_of(self, organization_id: int) -> list[Contract]:
        """The latest first."""
        if organization_id not in self._contracts:
            contracts = Contract.objects.filter(organization=organization_id).select_related("plan")
            self._contracts[organization_id] = list(contracts.order_by("-starts_at", "-pk"))
        return self._contracts[organization_id]

    def _version(self, policy_id: int, at: datetime) -> PolicyVersion:
        """The version in force at `at`; the first one for anything before it."""
        if policy_id not in self._versions:
            newest_first = PolicyVersion.objects.filter(policy=policy_id).order_by("-valid_from", "-number")
            self._versions[policy_id] = list(newest_first)
        versions = self._versions[policy_id]
        return next((version for version in versions if version.valid_from <= at), versions[-1])


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
    return _policy(terms_id)


def policy_with(terms_id: int, calendar_id: int, counted_on: worktime.Calendar) -> engine.Policy:
    """The policy of these terms as it would be with another version of one of its calendars."""
    return _policy(terms_id, {calendar_id: counted_on})


def _policy(terms_id: int, instead: Mapping[int, worktime.Calendar] = MappingProxyType({})) -> engine.Policy:
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
                calendar=instead.get(row.calendar_id) or calendar_of(calendars[row.calendar_id].pk),
                pause_statuses=frozenset(engine.Status(status) for status in row.pause_statuses),
                calendar_label=_label(calendars[row.calendar_id]),
            )
            for row in version.rows.all()
        ),
        levels=tuple(version.levels),
        next_response=options.get("next_response", False),
        next_response_from=None if version.is_first else version.valid_from,
        bot_meets_response=options.get("bot_meets_response", False),
        reopen_floor=timedelta(minutes=options.get("reopen_floor_minutes", 0)),
        renotice_every=timedelta(hours=renotice_hours) if renotice_hours else None,
    )


def _label(version: CalendarVersion) -> str:
    """Told in the language of whoever reads it: the policy is kept for all of them."""
    return cast(str, lazystr(version))


@lru_cache(maxsize=256)
def calendar_of(version_id: int) -> worktime.Calendar:
    """One instance per calendar version: it remembers the years it has laid out."""
    return CalendarVersion.objects.get(pk=version_id).worktime()


@lru_cache(maxsize=1024)
def ladder_of(terms_id: int) -> Ladder:
    """Whom each level tells and what it does (rule D9)."""
    return ladder.read(Terms.objects.values_list("policy_version__ladder", flat=True).get(pk=terms_id))
