"""Pages that belong to no app: the front door, health, and what an error looks like."""

import structlog
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.doors import staff_required
from accounts.requests import SignedInRequest
from helpdesk import settings_pages
from helpdesk.health import report

logger = structlog.get_logger(__name__)


def home(request: HttpRequest) -> HttpResponse:
    """Send staff to their queue and everybody else to the portal."""
    if request.user.is_authenticated and request.user.is_staff_member:
        return redirect("queue")
    return redirect("portal")


@never_cache
@require_safe
def health(request: HttpRequest) -> HttpResponse:
    """How each part is, as JSON. 503 only if the database is away: everything else the pages do without."""
    try:
        return JsonResponse(report(timezone.now()))
    except DatabaseError:
        logger.exception("database_away")
        return JsonResponse({"status": "down", "database": {"status": "away"}}, status=503)


@require_safe
@staff_required
def settings_home(request: SignedInRequest) -> HttpResponse:
    """What this person may decide. Staff who may decide nothing are told whom to ask."""
    groups = settings_pages.groups_for(request.user)
    return render(request, "settings_home.html", {"place": "settings", "groups": groups})


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return render(request, "404.html", status=404)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    return render(request, "403.html", status=403)


def server_error(request: HttpRequest) -> HttpResponse:
    return render(request, "500.html", status=500)
