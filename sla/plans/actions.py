"""What people do to plans and contracts. A contract holds for the tickets filed after it starts (rule C3)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Organization, User
from helpdesk.errors import InvalidTransition
from sla.models import Contract, Plan, PromiseChange
from sla.promise_log import changed_fields, note_change

Kind = PromiseChange.Kind


@transaction.atomic
def add_plan(*, by: User, at: datetime, **fields: Any) -> Plan:
    """A new plan; as the default one it takes the place of the former."""
    is_default = fields.pop("is_default")
    plan = Plan.objects.create(**fields)
    changes = {name: ["", str(value)] for name, value in fields.items() if value}
    note_change(Kind.PLAN_ADDED, by=by, at=at, plan=plan, changes=changes)
    return _make_default(plan, by=by, at=at) if is_default else plan


@transaction.atomic
def change_plan(plan: Plan, *, by: User, at: datetime, **fields: Any) -> Plan:
    """Change what a plan is called, or its policy for the tickets of tomorrow.

    Raises InvalidTransition when the default would be taken away without another plan in its place.
    """
    plan = Plan.objects.select_for_update(of=("self",), no_key=True).select_related("policy").get(pk=plan.pk)
    is_default = fields.pop("is_default")
    if plan.is_default and not is_default:
        raise InvalidTransition(
            _("Customers without a contract need a plan. Make another one the default instead.")
        )
    if changes := changed_fields(plan, fields):
        for name, value in fields.items():
            setattr(plan, name, value)
        plan.save(update_fields=list(fields))
        note_change(Kind.PLAN_CHANGED, by=by, at=at, plan=plan, changes=changes)
    return _make_default(plan, by=by, at=at) if is_default and not plan.is_default else plan


def _make_default(plan: Plan, *, by: User, at: datetime) -> Plan:
    former = Plan.objects.select_for_update(no_key=True).filter(is_default=True).first()
    if former:
        former.is_default = False
        former.save(update_fields=["is_default"])
        note_change(Kind.PLAN_CHANGED, by=by, at=at, plan=former, changes={"is_default": ["True", "False"]})
    plan.is_default = True
    plan.save(update_fields=["is_default"])
    note_change(Kind.PLAN_CHANGED, by=by, at=at, plan=plan, changes={"is_default": ["False", "True"]})
    return plan


@transaction.atomic
def sign(
    organization: Organization, plan: Plan, *, by: User, at: datetime, starts_at: datetime, note: str = ""
) -> Contract:
    """Give a customer a plan from now or a later moment on; earlier contracts stay as history.

    Raises InvalidTransition for a start in the past: what was promised then was promised.
    """
    organization = Organization.objects.select_for_update(no_key=True).get(pk=organization.pk)
    if starts_at < at:
        raise InvalidTransition(_("A contract cannot start in the past. Choose now or a later moment."))
    contract = Contract.objects.create(
        organization=organization, plan=plan, starts_at=starts_at, created_at=at, created_by=by, note=note
    )
    note_change(
        Kind.CONTRACT_SIGNED,
        by=by,
        at=at,
        plan=plan,
        organization=organization,
        changes={"starts_at": ["", starts_at.isoformat()]},
        note=note,
    )
    return contract


@transaction.atomic
def withdraw(contract: Contract, *, by: User, at: datetime) -> None:
    """Take back a contract that has not started. One that has is followed by another, never removed."""
    Organization.objects.select_for_update(no_key=True).get(pk=contract.organization_id)
    contract = Contract.objects.select_related("plan", "organization").get(pk=contract.pk)
    if contract.starts_at <= at:
        raise InvalidTransition(_("This contract has started. Give the customer another plan instead."))
    note_change(
        Kind.CONTRACT_WITHDRAWN,
        by=by,
        at=at,
        plan=contract.plan,
        organization=contract.organization,
        changes={"starts_at": [contract.starts_at.isoformat(), ""]},
        note=contract.note,
    )
    contract.delete()
