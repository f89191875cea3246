"""Give files back, so that none of them can ever act as a page of this site."""

from __future__ import annotations

from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import FileResponse, Http404
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.requests import SignedInRequest
from tickets.models import Attachment, NoteAttachment, StoredFile


@require_safe
@login_required
@never_cache
def attachment(request: SignedInRequest, pk: UUID) -> HttpResponseBase:
    return serve(get_object_or_404(Attachment.objects.visible_to(request.user), pk=pk))


@require_safe
@login_required
@never_cache
def note_attachment(request: SignedInRequest, pk: UUID) -> HttpResponseBase:
    return serve(get_object_or_404(NoteAttachment.objects.visible_to(request.user), pk=pk))


def serve(stored: StoredFile) -> FileResponse:
    """The file in pieces. Its type is the one found when it was stored; nothing in the request changes it.

    Only pictures are shown in place. Whatever else a browser is made to believe, `sandbox` takes scripts,
    forms and our origin away from it. The name goes out as RFC 6266 asks (`filename*` for what is not ASCII).
    """
    try:
        file = stored.file.open("rb")
    except FileNotFoundError as error:
        raise Http404 from error
    response = FileResponse(
        file,
        as_attachment=not stored.is_picture,
        filename=stored.name,
        content_type=stored.content_type if stored.is_picture else "application/octet-stream",
    )
    response["Content-Length"] = str(stored.size)
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    response["Cross-Origin-Resource-Policy"] = "same-origin"
    return response
