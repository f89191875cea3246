"""Refuse what nobody can send before it is read."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _

# The text of a form, beside its files.
TEXT_BYTES = 5 * 1024 * 1024


class RefuseEarlyMiddleware:
    """413 by the declared length, 415 for a compressed body: both before a byte of the body is taken.

    No view and no middleware reads a body before the views' turn, so this stands last.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        encoding = request.headers.get("Content-Encoding", "identity").strip().lower()
        if encoding not in ("", "identity"):
            return _refused(request, _("A compressed request is not taken: send it as it is."), 415)
        if _length(request) > most_bytes():
            reason = _(
                "This is %(size)s in one go; at most %(limit)s are taken. Nothing of it was stored. "
                "Go back: what you typed is still there. Remove the largest file and send it again."
            ) % {"size": filesizeformat(_length(request)), "limit": filesizeformat(most_bytes())}
            return _refused(request, reason, 413)
        return self.get_response(request)


def most_bytes() -> int:
    """Of one request: all the files a message may have, and its text."""
    return int(settings.ATTACHMENTS_PER_MESSAGE * settings.ATTACHMENT_MAX_BYTES + TEXT_BYTES)


def _length(request: HttpRequest) -> int:
    length = request.META.get("CONTENT_LENGTH") or "0"
    return int(length) if str(length).isdecimal() else 0


def _refused(request: HttpRequest, reason: str, status: int) -> HttpResponse:
    response: HttpResponse
    if request.path.startswith("/api/"):
        response = JsonResponse(
            {"type": "about:blank", "status": status, "detail": reason},
            status=status,
            content_type="application/problem+json",
        )
    else:
        response = render(request, "refused.html", {"reason": reason}, status=status)
    # What is still on its way is not waited for.
    response["Connection"] = "close"
    return response
