"""One place turns a refused action into a page."""

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django_htmx.http import reswap

from helpdesk.errors import Refused


class RefusalMiddleware:
    """Answer 409 (wrong state), 422 (unusable input) or what the refusal says with the action's own
    sentence."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if not isinstance(exception, Refused):
            return None
        status = exception.status
        if getattr(request, "htmx", False):
            messages.error(request, str(exception))
            # The page keeps what it shows and what was typed; only the message is added, out of band.
            return reswap(render(request, "_messages.html", status=status), "none")
        return render(request, "refused.html", {"reason": str(exception)}, status=status)
