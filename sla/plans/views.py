"""The settings pages of plans and of the customers' contracts."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.doors import manager_required
from accounts.models import Organization
from accounts.requests import SignedInRequest
from sla.models import Contract, Plan, PromiseChange
from sla.plans import actions, overview
from sla.plans.forms import ContractForm, PlanForm
from sla.policies.drafts import Draft
from sla.policies.overview import promises, version_in_force

ROWS_PER_PAGE = 50
HISTORY_SHOWN = 50


def _context(section: str, **more: Any) -> dict[str, Any]:
    return {"place": "settings", "section": section, **more}


@manager_required
@require_safe
def plans(request: SignedInRequest) -> HttpResponse:
    counts = overview.customers_by_plan(timezone.now())
    found = Plan.objects.select_related("policy").order_by("-is_default", "name")
    lines = [(plan, counts[plan.pk]) for plan in found]
    return render(request, "sla/plans/list.html", _context("plans", lines=lines))


@manager_required
@require_safe
def plan(request: SignedInRequest, pk: int) -> HttpResponse:
    plan, now = get_object_or_404(Plan.objects.select_related("policy"), pk=pk), timezone.now()
    version = version_in_force(plan.policy.versions.prefetch_related("rows"), now)
    found = overview.customers_of(plan, now)
    return render(
        request,
        "sla/plans/plan.html",
        _context(
            "plans",
            plan=plan,
            version=version,
            promises=promises(Draft.of(version)) if version else [],
            page=Paginator(found, ROWS_PER_PAGE).get_page(request.GET.get("page")),
            changes=plan.changes.select_related("by", "organization")[:HISTORY_SHOWN],
        ),
    )


@manager_required
@require_http_methods(["GET", "HEAD", "POST"])
def new_plan(request: SignedInRequest) -> HttpResponse:
    form = PlanForm(request.POST or None)
    if not form.is_valid():
        status = 422 if form.is_bound else 200
        return render(request, "sla/plans/edit.html", _context("plans", form=form), status=status)
    plan = actions.add_plan(by=request.user, at=timezone.now(), **form.cleaned_data)
    messages.success(request, _("Added. Give it to customers by a contract."))
    return redirect("plan", plan.pk)


@manager_required
@require_http_methods(["GET", "HEAD", "POST"])
def edit_plan(request: SignedInRequest, pk: int) -> HttpResponse:
    plan = get_object_or_404(Plan, pk=pk)
    form = PlanForm(request.POST or None, instance=plan)
    if form.is_valid():
        if plan.is_default or not form.initial["is_default"]:
            actions.change_plan(plan, by=request.user, at=timezone.now(), **form.cleaned_data)
            messages.success(request, _("Saved."))
            return redirect("plan", plan.pk)
        form.add_error(
            "is_default",
            _("Customers without a contract need a plan. Make another one the default instead."),
        )
    status = 422 if form.is_bound else 200
    return render(request, "sla/plans/edit.html", _context("plans", form=form, plan=plan), status=status)


@manager_required
@require_safe
def contracts(request: SignedInRequest) -> HttpResponse:
    """Every customer with its plan."""
    wanted = request.GET.get("q", "").strip()
    organizations = Organization.objects.order_by("name")
    if wanted:
        organizations = organizations.filter(name__icontains=wanted)
    page = Paginator(organizations, ROWS_PER_PAGE).get_page(request.GET.get("page"))
    lines = overview.customers(page.object_list, timezone.now())
    return render(
        request, "sla/plans/contracts.html", _context("contracts", page=page, lines=lines, wanted=wanted)
    )


@manager_required
@require_http_methods(["GET", "HEAD", "POST"])
def contract(request: SignedInRequest, pk: int) -> HttpResponse:
    """One customer: the contracts past, present and to come, and a form for the next one."""
    organization, now = get_object_or_404(Organization, pk=pk), timezone.now()
    form = ContractForm(request.POST or None, now=now)
    if form.is_valid():
        fields = form.cleaned_data
        signed = actions.sign(
            organization,
            fields["plan"],
            by=request.user,
            at=now,
            starts_at=fields["starts_at"],
            note=fields["note"],
        )
        messages.success(
            request,
            _("%(customer)s has %(plan)s.") % {"customer": organization, "plan": signed.plan}
            if signed.starts_at <= now
            else _("%(customer)s gets %(plan)s.") % {"customer": organization, "plan": signed.plan},
        )
        return redirect("contract", organization.pk)
    (customer,) = overview.customers([organization], now)
    changes = PromiseChange.objects.filter(organization=organization).select_related("by", "plan")
    return render(
        request,
        "sla/plans/contract.html",
        _context(
            "contracts",
            organization=organization,
            customer=customer,
            contracts=organization.contracts.select_related("plan", "created_by"),
            changes=changes[:HISTORY_SHOWN],
            form=form,
            now=now,
        ),
        status=422 if form.is_bound else 200,
    )


@manager_required
@require_POST
def withdraw(request: SignedInRequest, pk: int) -> HttpResponse:
    contract = get_object_or_404(Contract, pk=pk)
    actions.withdraw(contract, by=request.user, at=timezone.now())
    messages.success(request, _("Withdrawn."))
    return redirect("contract", contract.organization_id)
