"""Known issues for those who look one up, signed in or not."""

from __future__ import annotations

from typing import Any

from django.core.paginator import Paginator
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from kb.views.finding import asked, framed
from known_issues.models import KnownIssue, KnownIssueQuerySet, Link
from known_issues.permissions import can_write
from products.models import Platform, Product

PAGE_SIZE = 25
CHANGES_SHOWN = 20
TICKETS_SHOWN = 50
OPEN = "open"


@require_safe
def known_issues(request: HttpRequest) -> HttpResponse:
    """The list, by product, platform, version and state; what is open unless asked otherwise."""
    issues = KnownIssue.objects.visible_to(request.user)
    filters = {name: asked(request, name)[:60] for name in ("product", "platform", "version", "state", "q")}
    found = _narrowed(issues, filters).light().order_by("-updated_at", "-pk")
    if can_write(request.user):
        found = found.annotate(ticket_count=Count("links"))
    version = filters["version"]
    # Versions are compared here: PostgreSQL would put 4.3.10 before 4.3.9. Issues are hundreds, not millions.
    rows = [one for one in found if one.affects(version) is not False] if version else found
    context = {
        "page": Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page")),
        "products": Product.objects.filter(is_active=True),
        "platforms": Platform.choices,
        "states": KnownIssue.State.choices,
        "is_filtered": any(filters.values()),
        **filters,
    }
    return render(request, "known_issues/list.html", _framed(request, **context))


@require_safe
def known_issue(request: HttpRequest, number: int) -> HttpResponse:
    issue = find(request, number)
    context: dict[str, Any] = {"issue": issue, "wording": issue.wording}
    if can_write(request.user):
        links = Link.objects.visible_to(request.user).filter(known_issue=issue)
        context |= {
            "links": links.select_related("ticket__requester", "ticket__organization").order_by("-pk")[
                :TICKETS_SHOWN
            ],
            "link_count": links.count(),
            "changes": issue.changes.select_related("by").order_by("-number")[:CHANGES_SHOWN],
            "fixes": issue.fixes.select_related("by").order_by("-pk"),
            "told_count": issue.current_fix.told.count() if issue.current_fix else 0,
            "audiences": KnownIssue.Audience.choices,
        }
    return render(request, "known_issues/page.html", _framed(request, **context))


def find(request: HttpRequest, number: int) -> KnownIssue:
    """404 for who may not see it."""
    visible = KnownIssue.objects.visible_to(request.user).select_related("product", "current_fix")
    return get_object_or_404(visible.prefetch_related("wordings"), pk=number)


def _narrowed(issues: KnownIssueQuerySet, filters: dict[str, str]) -> KnownIssueQuerySet:
    issues = issues.of(product=filters["product"], platform=filters["platform"])
    if filters["state"] in KnownIssue.State.values:
        issues = issues.filter(state=filters["state"])
    elif filters["state"] != "all":
        issues = issues.open()
    if words := filters["q"].strip():
        issues = issues.about(words)
    return issues


def _framed(request: HttpRequest, **context: Any) -> dict[str, Any]:
    return {**framed(request, **context), "place": "known-issues"}
