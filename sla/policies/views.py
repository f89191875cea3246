"""The settings pages of policies: list, one policy with its versions, one version, the editor."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.doors import manager_required
from accounts.requests import SignedInRequest
from helpdesk.errors import Refused
from sla import durations
from sla.models import Policy, PolicyVersion, Replay
from sla.policies import actions, overview
from sla.policies.drafts import Draft, all_calendars
from sla.policies.forms import NewPolicyForm, PolicyForm, ReplayForm, VersionForm
from sla.policies.replay_views import begin_replay
from sla.policies.rules import objections

HISTORY_SHOWN = 50


def _context(**more: Any) -> dict[str, Any]:
    return {"place": "settings", "section": "policies", **more}


def versions_of(policy: Policy) -> QuerySet[PolicyVersion]:
    return policy.versions.select_related("created_by").prefetch_related("rows").order_by("-number")


@manager_required
@require_safe
def policies(request: SignedInRequest) -> HttpResponse:
    lines = overview.policies(timezone.now())
    return render(request, "sla/policies/list.html", _context(lines=lines))


@manager_required
@require_http_methods(["GET", "HEAD", "POST"])
def new_policy(request: SignedInRequest) -> HttpResponse:
    """A policy begins as a copy of another one's version in force, and opens in the editor."""
    form = NewPolicyForm(request.POST or None)
    if not form.is_valid():
        status = 422 if form.is_bound else 200
        return render(request, "sla/policies/new.html", _context(form=form), status=status)
    now = timezone.now()
    version = overview.version_in_force(versions_of(form.cleaned_data["copied"]), now)
    assert version is not None, "a policy has a version from its first moment on"
    policy = actions.add_policy(
        Draft.of(version),
        by=request.user,
        at=now,
        name=form.cleaned_data["name"],
        name_zh=form.cleaned_data["name_zh"],
        note=_("A copy of %(version)s") % {"version": version},
    )
    messages.success(request, _("Added. Change its promises here; then give it to a plan."))
    return redirect("policy_edit", policy.pk)


@manager_required
@require_safe
def policy(request: SignedInRequest, pk: int) -> HttpResponse:
    policy, now = get_object_or_404(Policy, pk=pk), timezone.now()
    lines = overview.history(list(versions_of(policy)), now)
    in_force = next((line for line in lines if line.is_in_force), lines[0])
    return render(
        request,
        "sla/policies/policy.html",
        _context(
            policy=policy,
            lines=lines,
            in_force=in_force,
            draft=Draft.of(in_force.version),
            promises=overview.promises(Draft.of(in_force.version)),
            plans=policy.plans.all(),
            changes=policy.changes.select_related("by")[:HISTORY_SHOWN],
            replays=policy.replays.select_related("created_by", "version")[:10],
        ),
    )


@manager_required
@require_http_methods(["GET", "HEAD", "POST"])
def rename(request: SignedInRequest, pk: int) -> HttpResponse:
    policy = get_object_or_404(Policy, pk=pk)
    form = PolicyForm(request.POST or None, instance=policy)
    if not form.is_valid():
        status = 422 if form.is_bound else 200
        return render(request, "sla/policies/rename.html", _context(form=form, policy=policy), status=status)
    actions.rename_policy(policy, by=request.user, at=timezone.now(), **form.cleaned_data)
    messages.success(request, _("Saved."))
    return redirect("policy", policy.pk)


@manager_required
@require_safe
def version(request: SignedInRequest, pk: int, number: int) -> HttpResponse:
    policy, now = get_object_or_404(Policy, pk=pk), timezone.now()
    lines = overview.history(list(versions_of(policy)), now)
    line = next((line for line in lines if line.version.number == number), None)
    if line is None:
        return redirect("policy", policy.pk)
    draft = Draft.of(line.version)
    return render(
        request,
        "sla/policies/version.html",
        _context(
            policy=policy,
            line=line,
            draft=draft,
            promises=overview.promises(draft),
            doubts=objections(draft, all_calendars()),
            older=sum(other.open_tickets for other in lines if other.version.number != number),
            under_way=line.version.reapplications.filter(phase__in=["looking", "ready", "applying"]).first(),
            applied=line.version.reapplications.filter(phase="applied").select_related("confirmed_by"),
            replay_form=ReplayForm(policy=policy),
            is_newest=line.version.number == lines[0].version.number,
        ),
    )


@manager_required
@require_POST
def withdraw(request: SignedInRequest, pk: int, number: int) -> HttpResponse:
    version = get_object_or_404(PolicyVersion, policy=pk, number=number)
    actions.withdraw_version(version, by=request.user, at=timezone.now())
    messages.success(request, _("Version %(number)s is withdrawn.") % {"number": number})
    return redirect("policy", pk)


@manager_required
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: SignedInRequest, pk: int) -> HttpResponse:
    """Make the next version from the newest one, or from the draft of a replay (`?replay=`)."""
    policy, now = get_object_or_404(Policy, pk=pk), timezone.now()
    newest = versions_of(policy)[0]
    start = Draft.of(newest)
    if request.method != "POST":
        form = VersionForm(start=_draft_to_go_on(request, policy) or start, now=now, initial=_initial(newest))
        return _editor(request, policy, newest, form)

    deed = request.POST.get("deed", "save")
    form = VersionForm(request.POST, start=start, now=now, to_save=deed != "replay")
    if deed == "levels":
        form.errors.clear()
        return _editor(request, policy, newest, form)
    if not form.is_valid():
        return _editor(request, policy, newest, form, status=422)
    if deed == "replay":
        return begin_replay(request, policy, form.draft())
    return _save(request, policy, newest, form, now)


def _save(
    request: SignedInRequest, policy: Policy, newest: PolicyVersion, form: VersionForm, now: datetime
) -> HttpResponse:
    draft = form.draft()
    if draft == Draft.of(newest):
        form.add_error(None, _("Nothing is different from version %(number)s.") % {"number": newest.number})
        return _editor(request, policy, newest, form, status=422)
    if form.must_accept:
        return _editor(request, policy, newest, form, status=422)
    try:
        made = actions.make_version(
            policy,
            draft,
            by=request.user,
            at=now,
            valid_from=form.cleaned_data["valid_from"],
            note=form.cleaned_data["note"],
            based_on=form.cleaned_data["based_on"],
        )
    except Refused as refused:
        form.add_error(None, str(refused))
        return _editor(request, policy, newest, form, status=409)
    messages.success(request, _("Version %(number)s is saved.") % {"number": made.number})
    return redirect("policy_version", policy.pk, made.number)


def _draft_to_go_on(request: SignedInRequest, policy: Policy) -> Draft | None:
    """The draft of a replay that somebody wants to go on editing."""
    asked = request.GET.get("replay", "")
    replay = Replay.objects.filter(pk=asked, policy=policy).first() if asked.isdecimal() else None
    return Draft.read(replay.draft) if replay else None


def _initial(newest: PolicyVersion) -> dict[str, Any]:
    return {"based_on": newest.number}


def _editor(
    request: SignedInRequest, policy: Policy, newest: PolicyVersion, form: VersionForm, status: int = 200
) -> HttpResponse:
    context = _context(policy=policy, newest=newest, form=form, reading_url=reverse("duration_reading"))
    return render(request, "sla/policies/edit.html", context, status=status)


@manager_required
@require_safe
def reading(request: SignedInRequest) -> HttpResponse:
    """What a duration of the editor is in working days of its calendar; for htmx, while it is typed."""
    field = request.GET.get("field", "")
    typed, chosen = request.GET.get(field, ""), request.GET.get(f"{field[:2]}_calendar", "")
    calendar = all_calendars().get(int(chosen)) if chosen.isdecimal() else None
    told, is_wrong = "", False
    if typed and calendar:
        try:
            told = durations.in_working_days(durations.parse(typed), calendar)
        except Refused as refused:
            told, is_wrong = str(refused), True
    return render(request, "sla/policies/_reading.html", {"told": told, "is_wrong": is_wrong})
