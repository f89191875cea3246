"""Replays of a period under a version or a draft: begin one, watch it, read it."""

from __future__ import annotations

from datetime import timedelta

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from accounts.doors import manager_required
from accounts.requests import SignedInRequest
from sla import jobs, tasks
from sla.models import Policy, PolicyVersion, Replay
from sla.policies import overview, replaying
from sla.policies.drafts import Draft
from sla.policies.forms import ReplayForm
from sla.policies.wording import differences

ROWS_PER_PAGE = 25


def begin_replay(
    request: SignedInRequest, policy: Policy, draft: Draft, version: PolicyVersion | None = None
) -> HttpResponse:
    """Replay what the form asks for, last month without it, and show it."""
    form = ReplayForm(request.POST, policy=policy)
    if not form.is_valid():
        form = ReplayForm({}, policy=policy)
        form.is_valid()
    replay = replaying.begin(
        policy, draft, by=request.user, at=timezone.now(), version=version, **form.period()
    )
    jobs.start(tasks.replay, replaying.step, replay.pk)
    return redirect("replay", replay.pk)


@manager_required
@require_POST
def replay_version(request: SignedInRequest, pk: int, number: int) -> HttpResponse:
    version = get_object_or_404(PolicyVersion.objects.select_related("policy"), policy=pk, number=number)
    return begin_replay(request, version.policy, Draft.of(version), version)


@manager_required
@require_POST
def replay_again(request: SignedInRequest, pk: int) -> HttpResponse:
    """The same draft over another period or other tickets."""
    replay = get_object_or_404(Replay.objects.select_related("policy", "version"), pk=pk)
    return begin_replay(request, replay.policy, Draft.read(replay.draft), replay.version)


@manager_required
@require_safe
def replay(request: SignedInRequest, pk: int) -> HttpResponse:
    replay = get_object_or_404(
        Replay.objects.select_related("policy", "version", "of_policy", "created_by"), pk=pk
    )
    now = timezone.now()
    context = {"place": "settings", "section": "policies", "replay": replay, "policy": replay.policy}
    if replay.finished_at is None:
        return render(request, "sla/policies/replay.html", context)
    draft = Draft.read(replay.draft)
    in_force = overview.version_in_force(replay.policy.versions.prefetch_related("rows"), now)
    shown = request.GET.get("show", "")
    changed = replay.changed.select_related("ticket", "ticket__organization").order_by("ticket", "target")
    if shown in ("better", "worse"):
        changed = replaying.narrowed(changed, shown)
    page = Paginator(changed, ROWS_PER_PAGE).get_page(request.GET.get("page"))
    context |= {
        "tallies": replaying.tallies(replay),
        "page": page,
        "pairs": replaying.explained(page.object_list, replay, now),
        "shown": shown,
        "differences": differences(Draft.of(in_force), draft) if in_force else [],
        "in_force": in_force,
        "is_saved": replay.version is not None,
        "form": ReplayForm(policy=replay.policy, initial=_asked(replay)),
    }
    return render(request, "sla/policies/replay.html", context)


def _asked(replay: Replay) -> dict[str, object]:
    zone = timezone.get_current_timezone()
    last = replay.end - timedelta(microseconds=1)
    return {
        "since": replay.start.astimezone(zone).date(),
        "until": last.astimezone(zone).date(),
        "whose": str(replay.of_policy_id or "all"),
    }
