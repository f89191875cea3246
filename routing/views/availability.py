"""Availability: one person's page, the team's, and moving tickets when somebody goes."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.doors import staff_required
from accounts.models import User
from accounts.requests import SignedInRequest
from helpdesk.errors import InvalidInput, Refused
from routing import actions, moving, overview
from routing.forms.availability import AbsenceForm, MoveForm, ProfileForm
from routing.models import Absence, RulesVersion
from routing.permissions import can_see_availability, can_see_team, can_set_facts, oversees

CHANGES_SHOWN = 10


def _person(request: SignedInRequest, pk: int | None) -> User:
    """Somebody on the desk: 404 for who is not, 403 for who is nobody's concern of the reader."""
    people = User.objects.staff().active().prefetch_related("products")
    person = get_object_or_404(people, pk=pk if pk is not None else request.user.pk)
    if not can_see_availability(request.user, person):
        raise PermissionDenied
    return person


@require_safe
@staff_required
def mine(request: SignedInRequest) -> HttpResponse:
    return _show(request, _person(request, None))


@require_safe
@staff_required
def availability(request: SignedInRequest, pk: int) -> HttpResponse:
    return _show(request, _person(request, pk))


def _show(
    request: SignedInRequest,
    person: User,
    *,
    profile: ProfileForm | None = None,
    absence: AbsenceForm | None = None,
    status: int = 200,
) -> HttpResponse:
    now = timezone.now()
    context = {
        "place": "team" if person != request.user else "availability",
        "person": person,
        "line": overview.lines([person], now)[0],
        "profile": profile or ProfileForm(person=person, by=request.user),
        "form": absence or AbsenceForm(person=person, initial=_next_hour()),
        "absences": Absence.objects.not_over(now)
        .filter(user=person)
        .select_related("substitute", "created_by"),
        "now": now,
        "sets_facts": can_set_facts(request.user, person),
        "sees_team": can_see_team(request.user),
        "changes": person.routing_changes.select_related("by")[:CHANGES_SHOWN],
    }
    return render(request, "routing/availability.html", context, status=status)


def _next_hour() -> dict[str, Any]:
    return {"starts_at": timezone.localtime().replace(second=0, microsecond=0)}


def _back(request: SignedInRequest, person: User) -> HttpResponse:
    return redirect("availability") if person == request.user else redirect("availability_of", person.pk)


@require_POST
@staff_required
def set_profile(request: SignedInRequest, pk: int) -> HttpResponse:
    person = _person(request, pk)
    form = ProfileForm(request.POST, person=person, by=request.user)
    if not form.is_valid():
        return _show(request, person, profile=form, status=422)
    actions.set_profile(person, by=request.user, **form.chosen())
    messages.success(request, _("Saved."))
    return _back(request, person)


@require_POST
@staff_required
def add_absence(request: SignedInRequest, pk: int) -> HttpResponse:
    person = _person(request, pk)
    form = AbsenceForm(request.POST, person=person)
    if not form.is_valid():
        return _show(request, person, absence=form, status=422)
    try:
        absence = actions.set_absence(person, by=request.user, **form.cleaned_data)
    except Refused as refusal:
        form.add_error(None, str(refusal))
        return _show(request, person, absence=form, status=422)
    messages.success(request, _("The absence is entered."))
    if absence.starts_at <= timezone.now() and absence.substitute_id:
        # Away from now on: what they hold is offered at once.
        return redirect(
            f"{_move_address(person)}?what=hand_over&colleague={absence.substitute_id}&only_urgent=on"
        )
    return _back(request, person)


@require_POST
@staff_required
def end_absence(request: SignedInRequest, pk: int) -> HttpResponse:
    absence = get_object_or_404(Absence.objects.kept().select_related("user"), pk=pk)
    if not can_see_availability(request.user, absence.user):
        raise PermissionDenied
    actions.end_absence(absence, by=request.user)
    messages.success(request, _("The absence is over."))
    return _back(request, absence.user)


@require_safe
@staff_required
def team(request: SignedInRequest) -> HttpResponse:
    """Everybody whom the reader answers for: a lead the tier, a manager all."""
    if not can_see_team(request.user):
        raise PermissionDenied
    agents = User.objects.agents().prefetch_related("products").order_by("tier", "name")
    shown = [agent for agent in agents if oversees(request.user, agent)]
    now = timezone.now()
    found = overview.lines(shown, now)
    context = {
        "place": "team",
        "lines": found,
        "away": sum(1 for line in found if line.absence),
        "at_work": sum(1 for line in found if not line.absence and line.works_now),
        "full": sum(1 for line in found if line.is_full),
        "version": RulesVersion.in_force(),
        "knows_presence": any(line.is_here is not None for line in found),
    }
    return render(request, "routing/team.html", context)


# --- Moving tickets


def _move_address(person: User) -> str:
    return reverse("availability_move", args=[person.pk])


@require_http_methods(["GET", "HEAD", "POST"])
@staff_required
def move(request: SignedInRequest, pk: int) -> HttpResponse:
    """First what is to be done, then what would happen to each ticket, then the deed."""
    person, now = _person(request, pk), timezone.now()
    version = RulesVersion.in_force()
    options: dict[str, Any] = {
        "person": person,
        "away": Absence.objects.current(now).filter(user=person).exists(),
        "is_on": version is not None and version.is_on,
    }
    context = {"place": "team", "person": person, "line": overview.lines([person], now)[0]}
    if request.method != "POST":
        asked = request.GET.dict() or {"what": MoveForm.HAND_OVER}
        return render(request, "routing/move.html", {**context, "form": MoveForm(initial=asked, **options)})
    form = MoveForm(request.POST, **options)
    if not form.is_valid():
        return render(request, "routing/move.html", {**context, "form": form}, status=422)
    plan = _plan(form, person, now)
    if plan is None:
        return render(request, "routing/move.html", {**context, "form": form}, status=422)
    if request.POST.get("deed") != "do":
        outcomes = moving.rehearse(plan, by=request.user, at=now)
        context |= {
            "form": form,
            "plan": plan,
            "outcomes": outcomes,
            "possible": [one for one in outcomes if not one.refusal],
            "key": uuid.uuid4(),
        }
        return render(request, "routing/move.html", context)
    return _do(request, plan, person, now)


def _plan(form: MoveForm, person: User, now: Any) -> moving.Plan | None:
    """None, with the reason in the form, where there is nothing to move or the colleague is away."""
    data = form.cleaned_data
    colleague = data["colleague"] if data["what"] in (MoveForm.HAND_OVER, MoveForm.SWAP) else None
    if colleague and (absence := Absence.objects.current(now).filter(user=colleague).first()):
        until = f"{timezone.localtime(absence.ends_at):%Y-%m-%d %H:%M}" if absence.ends_at else "…"
        told = {"name": colleague, "when": until}
        form.add_error("colleague", _("%(name)s is away until %(when)s. Choose somebody else.") % told)
        return None
    plan = moving.plan(
        person,
        data["what"],
        colleague=colleague,
        only_urgent=data["only_urgent"],
        goes_away=bool(data.get("goes_away")),
    )
    if not plan.tickets and plan.absent is None:
        form.add_error(None, _("There are no tickets to move."))
        return None
    return plan


def _do(request: SignedInRequest, plan: moving.Plan, person: User, now: Any) -> HttpResponse:
    try:
        key = uuid.UUID(request.POST.get("key", ""))
    except ValueError:
        raise InvalidInput(_("This form is incomplete. Open it again.")) from None
    moved, refused = moving.move(plan, by=request.user, key=key, at=now)
    text = ngettext("%(count)d ticket moved.", "%(count)d tickets moved.", moved) % {"count": moved}
    messages.success(request, text)
    for number, reason in refused.items():
        messages.warning(request, f"#{number}: {reason}")
    return _back(request, person)
