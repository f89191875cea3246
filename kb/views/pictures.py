"""The pictures of articles: as visible as the articles that show them, and never a page of this site."""

from __future__ import annotations

from django.http import FileResponse, Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from kb.models import Picture

A_DAY_SECONDS = 24 * 60 * 60


@require_safe
def picture(request: HttpRequest, digest: str, suffix: str) -> HttpResponseBase:
    """The type is the one found when it was stored. An SVG opened by itself can run and load nothing."""
    found = get_object_or_404(Picture.objects.visible_to(request.user), digest=digest)
    if Picture.TYPES[found.content_type] != suffix:
        raise Http404
    try:
        file = found.file.open("rb")
    except FileNotFoundError as error:
        raise Http404 from error
    response = FileResponse(file, filename=found.name, content_type=found.content_type)
    response["Content-Length"] = str(found.size)
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "sandbox; default-src 'none'; style-src 'unsafe-inline'"
    response["Cross-Origin-Resource-Policy"] = "same-origin"
    # Its name is its content, so it never changes; who may see it may.
    response["Cache-Control"] = f"private, max-age={A_DAY_SECONDS}"
    response["ETag"] = f'"{digest}"'
    return response
