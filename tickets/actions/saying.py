"""Put words on a ticket: the message or note row, its files, its place in the search index."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.contrib.postgres.search import SearchVector, SearchVectorField
from django.db.models import F, Func, Value
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from accounts.models import User
from helpdesk.errors import InvalidInput
from helpdesk.text import segmented
from tickets import files as ticket_files
from tickets.files import AnyFile
from tickets.models import DeskWords, Message, Note, Ticket

MAX_CHARACTERS = 100_000


def say(
    ticket: Ticket, *, by: User | None, body: str, files: Sequence[AnyFile], at: datetime
) -> dict[str, Any]:
    """Add a public message. Returns what its event tells of it.

    The digest makes the text part of the event chain: a text changed behind the product's back is found.
    """
    body = _checked(body, files)
    kind = author_kind(ticket, by)
    message = Message.objects.create(ticket=ticket, author=by, author_kind=kind, body=body, created_at=at)
    attachments = ticket_files.attach(message, files)
    index(ticket, body)
    if kind == Message.Author.AGENT and ticket.first_replied_at is None:
        ticket.first_replied_at = at
        ticket.save(update_fields=["first_replied_at"])
    return {
        "message": message.pk,
        "author_kind": kind.value,
        "digest": digest(body),
        "files": [attachment.name for attachment in attachments],
    }


def jot(
    ticket: Ticket, *, by: User | None, body: str, files: Sequence[AnyFile], at: datetime
) -> dict[str, Any]:
    """Add an internal note. Returns what its event tells of it; never the text."""
    body = _checked(body, files)
    note = Note.objects.create(ticket=ticket, author=by, body=body, created_at=at)
    attachments = ticket_files.attach_to_note(note, files)
    words = _words(body, "C")
    DeskWords.objects.filter(ticket=ticket).update(
        notes=_joined(F("notes"), words), search=_joined(F("search"), words)
    )
    return {"note": note.pk, "digest": digest(body), "files": [attachment.name for attachment in attachments]}


def author_kind(ticket: Ticket, by: User | None) -> Message.Author:
    if by is None:
        return Message.Author.SYSTEM
    if by.is_staff_member:
        return Message.Author.AGENT
    return Message.Author.REQUESTER if by.pk == ticket.requester_id else Message.Author.COLLEAGUE


def digest(body: str) -> str:
    return hashlib.sha256(body.encode()).hexdigest()


def index(ticket: Ticket, text: str, *, weight: str = "C") -> None:
    """Add words to the ticket's search vector. PostgreSQL takes at most 1 MB of them; the start is enough."""
    so_far = Coalesce(F("search"), Value("", output_field=SearchVectorField()))
    Ticket.objects.filter(pk=ticket.pk).update(search=_joined(so_far, _words(text, weight)))


def vector(subject: str, body: str) -> Func:
    """The search vector of a new ticket, for many inserted at once."""
    return _joined(_words(subject, "A"), _words(body, "C"))


def _words(text: str, weight: str) -> SearchVector:
    return SearchVector(Value(segmented(text[:20_000])), weight=weight, config="english")


def _joined(*vectors: Any) -> Func:
    return Func(*vectors, template="(%(expressions)s)", arg_joiner=" || ", output_field=SearchVectorField())


def _checked(body: str, files: Sequence[AnyFile]) -> str:
    body = body.replace("\0", "").strip()
    if not body and files:
        body = _("(files only)")
    if not body:
        raise InvalidInput(_("Please write something first."))
    if len(body) > MAX_CHARACTERS:
        raise InvalidInput(
            _("The text has %(count)d characters; at most %(limit)d fit. Please attach the rest as a file.")
            % {"count": len(body), "limit": MAX_CHARACTERS}
        )
    ticket_files.check(files)
    return body
