"""Which customer has which plan, now and next: what the pages of plans and contracts show."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from accounts.models import Organization
from sla.models import Contract, Plan


@dataclass(frozen=True)
class Customer:
    """A customer with the contract in force and those to come, the next first. Without: the default plan."""

    organization: Organization
    plan: Plan | None
    contract: Contract | None
    to_come: list[Contract]


def customers(organizations: Iterable[Organization], now: datetime) -> list[Customer]:
    """Two queries, however many customers."""
    organizations = list(organizations)
    default = Plan.objects.filter(is_default=True).first()
    contracts: dict[int, list[Contract]] = defaultdict(list)
    found = Contract.objects.filter(organization__in=organizations).select_related("plan")
    for contract in found.order_by("-starts_at", "-pk"):
        contracts[contract.organization_id].append(contract)
    lines = []
    for organization in organizations:
        of_them = contracts[organization.pk]
        in_force = next((contract for contract in of_them if contract.starts_at <= now), None)
        to_come = [contract for contract in of_them if contract.starts_at > now]
        plan = in_force.plan if in_force else default
        lines.append(Customer(organization, plan, in_force, to_come[::-1]))
    return lines


def customers_by_plan(now: datetime) -> Counter[int]:
    """How many customers are on each plan now. One query for the contracts, one for the customers."""
    in_force = (
        Contract.objects.filter(starts_at__lte=now)
        .order_by("organization_id", "-starts_at", "-pk")
        .distinct("organization_id")
    )
    counts = Counter(in_force.values_list("plan", flat=True))
    default = Plan.objects.filter(is_default=True).first()
    if default:
        counts[default.pk] += Organization.objects.count() - sum(counts.values())
    return counts


def customers_of(plan: Plan, now: datetime) -> list[Customer]:
    """The customers on this plan now, and those who will be."""
    found = customers(Organization.objects.order_by("name"), now)
    return [
        one
        for one in found
        if one.plan == plan or any(contract.plan_id == plan.pk for contract in one.to_come)
    ]
