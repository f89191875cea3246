"""Uploads that survive a broken network: tus 1.0.0 (tus.io), with creation, expiration and termination.

    POST   /uploads/      Upload-Length, Upload-Metadata (filename, place, original)   201, Location
    HEAD   /uploads/ID/                                                    Upload-Offset, Upload-Length
    PATCH  /uploads/ID/   Upload-Offset, at most PART_BYTES of the file    204, Upload-Offset
    DELETE /uploads/ID/                                                    204
    GET    /uploads/ID/   the file's row in a form, as HTML

A file is refused at the POST, by its announced length, before a byte of it is sent. Refusals are sentences in
text/plain, in the reader's language.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.http.request import UnreadablePostError
from django.shortcuts import get_object_or_404
from django.template.loader import render_to_string
from django.utils.http import http_date
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.requests import SignedInRequest
from files import uploads
from files.errors import WrongOffset
from files.models import Upload
from files.proposing import proposals
from helpdesk.errors import Refused

VERSION = "1.0.0"
PART_BYTES = 4 * 1024 * 1024
PLACE = re.compile(r"[a-z]{1,20}(?:-\d{1,18})?")

View = Callable[..., HttpResponse]


def _speaks_tus(view: View) -> View:
    """Headers of the protocol on every answer; a refused file is a sentence with its status."""

    @wraps(view)
    def inside(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.method not in ("OPTIONS", "GET") and request.headers.get("Tus-Resumable") != VERSION:
            response = HttpResponse(status=412)
        else:
            try:
                response = view(request, *args, **kwargs)
            except Refused as refusal:
                response = HttpResponse(
                    str(refusal), status=refusal.status, content_type="text/plain; charset=utf-8"
                )
        response["Tus-Resumable"] = VERSION
        response["Tus-Version"] = VERSION
        return response

    return inside


@require_http_methods(["GET", "POST", "OPTIONS"])
@login_required
@never_cache
@_speaks_tus
def create(request: SignedInRequest) -> HttpResponse:
    """Announce a file. GET: the rows of what waits in a form."""
    if request.method == "OPTIONS":
        response = HttpResponse(status=204)
        response["Tus-Extension"] = "creation,expiration,termination"
        response["Tus-Max-Size"] = str(settings.ATTACHMENT_MAX_BYTES)
        return response
    if request.method == "GET":
        waiting = uploads.waiting(request.user, request.GET.get("place", ""))
        return HttpResponse("".join(_row(request, one) for one in waiting))
    about = _metadata(request.headers.get("Upload-Metadata", ""))
    size = request.headers.get("Upload-Length", "")
    place = about.get("place", "")
    if not size.isdecimal() or len(size) > 15 or not PLACE.fullmatch(place):
        return HttpResponse(status=400)
    upload = uploads.begin(
        request.user,
        place=place,
        name=about.get("filename", ""),
        size=int(size),
        keeps_original=about.get("original") == "1",
    )
    response = _told(upload, HttpResponse(status=201))
    response["Location"] = upload.get_absolute_url()
    return response


@require_http_methods(["GET", "HEAD", "PATCH", "DELETE"])
@login_required
@never_cache
@_speaks_tus
def upload(request: SignedInRequest, pk: UUID) -> HttpResponse:
    found = get_object_or_404(Upload.objects.visible_to(request.user).defer("progress"), pk=pk)
    if request.method == "DELETE":
        uploads.remove(found)
        return HttpResponse(status=204)
    if request.method == "HEAD":
        return _told(found, HttpResponse())
    if request.method == "GET":
        return HttpResponse(_row(request, found))
    return _receive(request, found)


def find(request: SignedInRequest, pk: UUID) -> Upload:
    """A file that has arrived, as it was stored: its sender sees what others will see."""
    return get_object_or_404(Upload.objects.visible_to(request.user).ready(), pk=pk)


def _receive(request: SignedInRequest, found: Upload) -> HttpResponse:
    offset = request.headers.get("Upload-Offset", "")
    length = request.headers.get("Content-Length", "")
    if request.content_type != "application/offset+octet-stream":
        return HttpResponse(status=415)
    if not offset.isdecimal() or not length.isdecimal() or len(offset) > 15:
        return HttpResponse(status=400)
    if int(length) > PART_BYTES:
        return HttpResponse(
            _("A part may have at most %(count)d bytes.") % {"count": PART_BYTES},
            status=413,
            content_type="text/plain; charset=utf-8",
        )
    try:
        found = uploads.receive(found, offset=int(offset), part=_arrived(request, int(length)))
    except WrongOffset as error:
        response = HttpResponse(status=409)
        response["Upload-Offset"] = str(error.offset)
        return response
    return _told(found, HttpResponse(status=204))


def _arrived(request: HttpRequest, length: int) -> bytes:
    """The body, or as much of it as came before the connection broke: the sender goes on behind that."""
    pieces: list[bytes] = []
    try:
        while length > 0 and (piece := request.read(min(length, 256 * 1024))):
            pieces.append(piece)
            length -= len(piece)
    except (UnreadablePostError, OSError):
        pass
    return b"".join(pieces)


def _told(found: Upload, response: HttpResponse) -> HttpResponse:
    response["Upload-Offset"] = str(found.received)
    response["Upload-Length"] = str(found.declared)
    expires = found.updated_at + timedelta(hours=settings.UPLOAD_KEPT_HOURS)
    response["Upload-Expires"] = http_date(expires.timestamp())
    return response


def _row(request: SignedInRequest, found: Upload) -> str:
    context = {
        "upload": found,
        "name": request.GET.get("name", "attachments_uploaded")[:60],
        "proposals": proposals(request.user, found, get_language() or ""),
    }
    return render_to_string("files/_upload.html", context, request)


def _metadata(header: str) -> dict[str, str]:
    """`filename c2RrLmxvZw==,place dGlja2V0`, as tus asks; what is not decodable is left out."""
    about: dict[str, str] = {}
    for pair in header[:4000].split(","):
        name, _space, value = pair.strip().partition(" ")
        try:
            about[name] = base64.b64decode(value, validate=True).decode()
        except (binascii.Error, ValueError):
            continue
    return about
