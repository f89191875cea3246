"""The files of messages and notes: as downloads, as small pictures, and to look at."""

from __future__ import annotations

from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.requests import SignedInRequest
from files.views.serving import serve, serve_thumbnail
from files.views.viewing import look
from tickets.models import Attachment, NoteAttachment, Ticket


@require_safe
@login_required
@never_cache
def attachment(request: SignedInRequest, pk: UUID) -> HttpResponseBase:
    return serve(_attachment(request, pk))


@require_safe
@login_required
@never_cache
def attachment_thumbnail(request: SignedInRequest, pk: UUID) -> HttpResponseBase:
    return serve_thumbnail(_attachment(request, pk))


@require_safe
@login_required
@never_cache
def attachment_look(request: SignedInRequest, pk: UUID) -> HttpResponse:
    found = _attachment(request, pk)
    return _look(request, found, found.message.ticket)


@require_safe
@login_required
@never_cache
def note_attachment(request: SignedInRequest, pk: UUID) -> HttpResponseBase:
    return serve(_note_attachment(request, pk))


@require_safe
@login_required
@never_cache
def note_attachment_thumbnail(request: SignedInRequest, pk: UUID) -> HttpResponseBase:
    return serve_thumbnail(_note_attachment(request, pk))


@require_safe
@login_required
@never_cache
def note_attachment_look(request: SignedInRequest, pk: UUID) -> HttpResponse:
    found = _note_attachment(request, pk)
    return _look(request, found, found.note.ticket)


def _attachment(request: SignedInRequest, pk: UUID) -> Attachment:
    return get_object_or_404(
        Attachment.objects.visible_to(request.user).select_related("message__ticket"), pk=pk
    )


def _note_attachment(request: SignedInRequest, pk: UUID) -> NoteAttachment:
    return get_object_or_404(
        NoteAttachment.objects.visible_to(request.user).select_related("note__ticket"), pk=pk
    )


def _look(request: SignedInRequest, found: Attachment | NoteAttachment, ticket: Ticket) -> HttpResponse:
    return look(request, found, back=ticket.get_absolute_url(), title=str(ticket))
