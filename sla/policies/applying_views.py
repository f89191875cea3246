"""Apply a version to open tickets: begin the look, read it, confirm it, watch it being done."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from typing import cast

from django.core.paginator import Paginator
from django.db.models import Count, Q, QuerySet
from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from accounts.doors import manager_required
from accounts.requests import SignedInRequest
from sla import jobs, tasks
from sla.models import PolicyVersion, Reapplication, ReappliedClock
from sla.policies import applying

ROWS_PER_PAGE = 50

Direction = ReappliedClock.Direction
Outcome = ReappliedClock.Outcome

# What the page can narrow its list to.
SHOWN = {
    "late": Q(turns_late=True),
    "earlier": Q(direction=Direction.EARLIER),
    "later": Q(direction=Direction.LATER),
    "other": Q(direction=Direction.OTHER),
    "unlike": Q(outcome__in=[Outcome.OTHERWISE, Outcome.GONE]),
    "left": Q(outcome=Outcome.LEFT),
}
MOVES = ~Q(direction=Direction.SAME) | Q(outcome__in=[Outcome.OTHERWISE, Outcome.GONE, Outcome.LEFT])


@manager_required
@require_POST
def look(request: SignedInRequest, pk: int, number: int) -> HttpResponse:
    """Begin a look at what would move, or go on with the one that is there."""
    version = get_object_or_404(PolicyVersion, policy=pk, number=number)
    job = version.reapplications.filter(phase__in=["looking", "ready", "applying"]).first()
    if job is None:
        job = applying.look(version, by=request.user, at=timezone.now())
        jobs.start(tasks.reapply, applying.step, job.pk)
    return redirect("reapplication", job.pk)


@manager_required
@require_POST
def look_again(request: SignedInRequest, pk: int) -> HttpResponse:
    job = get_object_or_404(Reapplication.objects.select_related("version"), pk=pk)
    applying.drop(job)
    return look(request, job.version.policy_id, job.version.number)


@manager_required
@require_POST
def confirm(request: SignedInRequest, pk: int) -> HttpResponse:
    job = get_object_or_404(Reapplication, pk=pk)
    leave_late = request.POST.get("late", "leave") != "move"
    applying.confirm(job, by=request.user, at=timezone.now(), leave_late=leave_late)
    jobs.start(tasks.reapply, applying.step, job.pk)
    return redirect("reapplication", job.pk)


@manager_required
@require_POST
def drop(request: SignedInRequest, pk: int) -> HttpResponse:
    job = get_object_or_404(Reapplication.objects.select_related("version"), pk=pk)
    applying.drop(job)
    return redirect("policy_version", job.version.policy_id, job.version.number)


@manager_required
@require_safe
def reapplication(request: SignedInRequest, pk: int) -> HttpResponse:
    job = _job(pk)
    shown = request.GET.get("show", "")
    rows = _rows(job, shown)
    return render(
        request,
        "sla/policies/reapplication.html",
        {
            "place": "settings",
            "section": "policies",
            "job": job,
            "policy": job.version.policy,
            "counts": _counts(job),
            "shown": shown if shown in SHOWN else "",
            "page": Paginator(rows, ROWS_PER_PAGE).get_page(request.GET.get("page")),
            "is_in_force": job.version.valid_from <= timezone.now(),
        },
    )


@manager_required
@require_safe
def reapplication_csv(request: SignedInRequest, pk: int) -> HttpResponse:
    job = _job(pk)
    response = cast(HttpResponse, StreamingHttpResponse(_lines(job), content_type="text/csv; charset=utf-8"))
    response["Content-Disposition"] = f'attachment; filename="deadlines-{job.pk}.csv"'
    return response


def _job(pk: int) -> Reapplication:
    jobs_with_names = Reapplication.objects.select_related("version__policy", "created_by", "confirmed_by")
    return get_object_or_404(jobs_with_names, pk=pk)


def _rows(job: Reapplication, shown: str) -> QuerySet[ReappliedClock]:
    rows = job.clocks.filter(SHOWN.get(shown, MOVES)).select_related("ticket", "ticket__organization")
    return rows.order_by("-turns_late", "ticket", "target", "cycle")


def _counts(job: Reapplication) -> dict[str, int]:
    """Clocks by what happens to them, tickets that move; one query."""
    moving = ~Q(direction=Direction.SAME)
    return job.clocks.aggregate(
        tickets=Count("ticket", distinct=True),
        moving=Count("ticket", filter=moving, distinct=True),
        late_tickets=Count("ticket", filter=Q(ticket_turns_late=True), distinct=True),
        done=Count("ticket", filter=Q(outcome__in=[Outcome.DONE, Outcome.OTHERWISE]), distinct=True),
        **{name: Count("pk", filter=narrow) for name, narrow in SHOWN.items()},
    )


class _Echo:
    """A file for csv.writer that hands each line on."""

    def write(self, line: str) -> str:
        return line


def _lines(job: Reapplication) -> Iterator[str]:
    writer = csv.writer(_Echo())
    yield "﻿" + writer.writerow(
        [
            *("ticket", "promise", "cycle", "before", "due before", "seconds left before"),
            *("after", "due after", "seconds left after", "late at once", "outcome", "due in fact"),
        ]
    )
    for row in job.clocks.order_by("ticket", "target", "cycle").iterator(chunk_size=2000):
        before, applied = row.before or {}, row.applied or {}
        yield writer.writerow(
            [
                *(row.ticket_id, row.target, row.cycle),
                *(before.get("state", ""), before.get("due_at") or "", before.get("remaining_seconds")),
                *(row.after["state"], row.after["due_at"] or "", row.after["remaining_seconds"]),
                *("yes" if row.turns_late else "no", row.outcome, applied.get("due_at") or ""),
            ]
        )
