"""The pictures of articles: as visible as the articles that show them, and never a page of this site."""

from __future__ import annotations

from tempfile import NamedTemporaryFile

from django.http import FileResponse, Http404, HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from helpdesk.throttling import admits
from kb.models import Picture
from kb.pictures import MAX_PICTURE_BYTES, store_anew
from kb.views.writing import for_writers, writer

A_DAY_SECONDS = 24 * 60 * 60
PICTURES_PER_MINUTE = 60


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


@require_POST
@for_writers
def add(request: HttpRequest) -> HttpResponse:
    """A picture pasted or dropped into the text. It is seen by staff only until an article shows it.

    Answers with its address, or with 422 and a sentence in `error`.
    """
    file = request.FILES.get("picture")
    if file is None:
        return JsonResponse({"error": _("Please choose a picture.")}, status=422)
    if not admits(request, "kb-picture", per_minute=PICTURES_PER_MINUTE):
        return JsonResponse({"error": _("Too many pictures at once. Please wait a minute.")}, status=429)
    if (file.size or 0) > MAX_PICTURE_BYTES:
        return JsonResponse({"error": _("This picture is larger than 10 MB.")}, status=422)
    with NamedTemporaryFile() as copy:
        for chunk in file.chunks():
            copy.write(chunk)
        copy.flush()
        picture = store_anew(copy.name, name=file.name or "", by=writer(request))
    if picture is None:
        said = _("This is no picture that can be shown: PNG, JPEG, GIF and WebP are.")
        return JsonResponse({"error": said}, status=422)
    return JsonResponse({"address": picture.get_absolute_url()}, status=201)
