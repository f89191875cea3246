"""Give bytes back, so that none of them can ever act as a page of this site."""

from __future__ import annotations

from django.core.files.base import File
from django.http import FileResponse, Http404

from files import kinds
from files.models import StoredFile


def serve(stored: StoredFile) -> FileResponse:
    """The file in pieces. Its type is the one found when it was stored; nothing in the request changes it.

    Only pictures that our own encoder wrote are shown in place. Whatever else a browser is made to believe,
    `sandbox` takes scripts, forms and our origin away from it. The name goes out as RFC 6266 asks
    (`filename*` for what is not ASCII).
    """
    is_shown = stored.is_reencoded and stored.content_type in kinds.PICTURES
    response = FileResponse(
        opened(stored.file),
        as_attachment=not is_shown,
        filename=stored.name,
        content_type=stored.content_type if is_shown else kinds.UNKNOWN,
    )
    response["Content-Length"] = str(stored.size)
    return _harmless(response)


def serve_thumbnail(stored: StoredFile) -> FileResponse:
    """A small picture of a picture, written by us."""
    if not stored.thumbnail:
        raise Http404
    return _harmless(FileResponse(opened(stored.thumbnail), content_type="image/png"))


def opened(stored: File[bytes]) -> File[bytes]:
    """Raises Http404 for bytes that are gone."""
    try:
        stored.open("rb")
    except FileNotFoundError as error:
        raise Http404 from error
    return stored


def _harmless(response: FileResponse) -> FileResponse:
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    response["Cross-Origin-Resource-Policy"] = "same-origin"
    return response
