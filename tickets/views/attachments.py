"""The files of messages and notes: as downloads, as small pictures, and to look at."""

from __future__ import annotations

from uuid import UUID

from django.shortcuts import get_object_or_404

from accounts.requests import SignedInRequest
from files.views.doors import doors
from tickets.models import Attachment, NoteAttachment, Ticket


def _of_a_message(request: SignedInRequest, pk: UUID) -> Attachment:
    found = Attachment.objects.visible_to(request.user).select_related("message__ticket")
    return get_object_or_404(found, pk=pk)


def _of_a_note(request: SignedInRequest, pk: UUID) -> NoteAttachment:
    found = NoteAttachment.objects.visible_to(request.user).select_related("note__ticket")
    return get_object_or_404(found, pk=pk)


def _page(ticket: Ticket) -> tuple[str, str]:
    return ticket.get_absolute_url(), str(ticket)


urlpatterns = [
    *doors(
        "files/<uuid:pk>/",
        Attachment.url_name,
        _of_a_message,
        hangs_at=lambda found: _page(found.message.ticket),
    ),
    *doors(
        "note-files/<uuid:pk>/",
        NoteAttachment.url_name,
        _of_a_note,
        hangs_at=lambda found: _page(found.note.ticket),
    ),
]
