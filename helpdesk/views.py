"""Pages that belong to no app: the front door, health, and what an error looks like."""

from django.db import connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache


def home(request: HttpRequest) -> HttpResponse:
    """Send staff to their queue and everybody else to the portal."""
    if request.user.is_authenticated and request.user.is_staff_member:
        return redirect("queue")
    return redirect("portal")


@never_cache
def health(request: HttpRequest) -> HttpResponse:
    """200 if the database answers, 503 if not."""
    with connection.cursor() as cursor:
        cursor.execute("select 1")
    return JsonResponse({"status": "ok"})


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return render(request, "404.html", status=404)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    return render(request, "403.html", status=403)


def server_error(request: HttpRequest) -> HttpResponse:
    return render(request, "500.html", status=500)
