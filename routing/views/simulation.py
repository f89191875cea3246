"""The simulator: what rules would have done in a period, as a page and as CSV. It only reads."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from datetime import UTC
from typing import Any

from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from accounts.doors import manager_required
from accounts.models import User
from accounts.requests import SignedInRequest
from helpdesk.errors import Refused
from routing.drawing import draw
from routing.forms.rules import PeriodForm
from routing.models import RulesDraft, RulesVersion
from routing.rules import RuleSet
from routing.simulating import Given, Simulation, simulate, tally
from sla.export import FORMULA

ROWS_PER_PAGE = 50
COLUMNS = (
    "ticket",
    "customer",
    "priority",
    "when",
    "why",
    "rule",
    "would have got it",
    "would have waited minutes",
    "really got it",
    "really waited minutes",
)


def _rules(request: SignedInRequest) -> tuple[RuleSet, RulesVersion | None]:
    """The rules asked for: one's own draft, or a version by its number."""
    of = request.GET.get("of", "draft")
    if of == "draft":
        return get_object_or_404(RulesDraft, author=request.user).read, None
    if not of.isdecimal() or len(of) > 9:
        raise Http404
    version = get_object_or_404(RulesVersion, number=int(of))
    return version.read, version


@manager_required
@require_safe
def simulation(request: SignedInRequest) -> HttpResponse:
    rules, version = _rules(request)
    form = PeriodForm(request.GET)
    context: dict[str, Any] = {
        "place": "settings",
        "section": "routing",
        "version": version,
        "form": form,
        "of": request.GET.get("of", "draft"),
        "show": request.GET.get("show", ""),
    }
    if not form.is_valid():
        return render(request, "routing/simulation.html", context, status=422)
    try:
        found = simulate(rules, *form.period())
    except Refused as refusal:
        form.add_error(None, str(refusal))
        return render(request, "routing/simulation.html", context, status=refusal.status)
    context |= {
        "simulation": found,
        "rows": draw(found),
        "rules": list(tally(found)),
        "page": Paginator(_shown(found, context["show"]), ROWS_PER_PAGE).get_page(request.GET.get("page")),
        "names": _names(found),
    }
    return render(request, "routing/simulation.html", context)


def _shown(found: Simulation, show: str) -> list[Given]:
    return {"unassigned": found.unassigned, "differing": found.differing}.get(show, found.given)


def _names(found: Simulation) -> dict[int, str]:
    people = {one.was for one in found.given if one.was}
    return dict(User.objects.filter(pk__in=people).values_list("pk", "name"))


@manager_required
@require_safe
def simulation_csv(request: SignedInRequest) -> HttpResponse:
    rules, _version = _rules(request)
    form = PeriodForm(request.GET)
    if not form.is_valid():
        raise Http404
    found = simulate(rules, *form.period())
    response = HttpResponse("".join(_lines(found)), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="routing-{found.start:%Y-%m-%d}.csv"'
    return response


def _lines(found: Simulation) -> Iterator[str]:
    names = _names(found)
    yield "\ufeff" + _line(COLUMNS)
    for one in found.given:
        yield _line(
            (
                one.ticket.pk,
                _plain(str(one.ticket.organization or "")),
                one.ticket.priority,
                f"{one.at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}",
                one.trigger.value,
                _plain(one.rule),
                _plain(one.would.name if one.would else ""),
                _minutes(one.at, one.given_at),
                _plain(names.get(one.was or 0, "")),
                _minutes(one.at, one.was_at),
            )
        )


def _line(values: Any) -> str:
    line = io.StringIO()
    csv.writer(line).writerow(values)
    return line.getvalue()


def _minutes(start: Any, end: Any) -> str:
    return "" if end is None else str(round((end - start).total_seconds() / 60))


def _plain(text: str) -> str:
    """With an apostrophe before anything a spreadsheet would calculate."""
    return f"'{text}" if re.match(FORMULA, text) else text
