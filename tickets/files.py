"""Check and store files that come with a message. Every door (browser, API, mail) stores through here."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from typing import TypeVar

import puremagic
from django.conf import settings
from django.core.files.base import File
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _

from helpdesk.errors import InvalidInput
from tickets.models import Attachment, Message, Note, NoteAttachment, StoredFile

Stored = TypeVar("Stored", bound=StoredFile)


def check(files: Sequence[File[bytes]]) -> None:
    """Raise InvalidInput, naming file and limit, before anything is stored."""
    if len(files) > settings.ATTACHMENTS_PER_MESSAGE:
        raise InvalidInput(
            _("At most %(limit)d files go with one message; you chose %(count)d.")
            % {"limit": settings.ATTACHMENTS_PER_MESSAGE, "count": len(files)}
        )
    for file in files:
        if file.size > settings.ATTACHMENT_MAX_BYTES:
            raise InvalidInput(
                _("“%(name)s” is %(size)s; a file may have at most %(limit)s.")
                % {
                    "name": clean_name(file.name),
                    "size": filesizeformat(file.size),
                    "limit": filesizeformat(settings.ATTACHMENT_MAX_BYTES),
                }
            )
        if not file.size:
            raise InvalidInput(_("“%(name)s” is empty.") % {"name": clean_name(file.name)})


def attach(message: Message, files: Sequence[File[bytes]]) -> list[Attachment]:
    return [_store(Attachment(message=message, created_at=message.created_at), file) for file in files]


def attach_to_note(note: Note, files: Sequence[File[bytes]]) -> list[NoteAttachment]:
    return [_store(NoteAttachment(note=note, created_at=note.created_at), file) for file in files]


def _store(row: Stored, file: File[bytes]) -> Stored:
    row.name = clean_name(file.name)
    row.size = file.size
    row.content_type = sniff(file)
    row.file.save(row.name, file, save=False)
    row.save(force_insert=True)
    return row


def clean_name(name: str | None) -> str:
    """The last part of a file name without control, format and separator characters; never empty.

    Direction marks and zero-width characters are how names lie (threats, rows 11 and 15).
    """
    last = (name or "").replace("\\", "/").rsplit("/", 1)[-1]
    visible = "".join(
        char for char in last if unicodedata.category(char) not in {"Cc", "Cf", "Cs", "Zl", "Zp"}
    )
    visible = " ".join(unicodedata.normalize("NFC", visible).split()).strip(" .")
    return visible[-200:] or "file"


def sniff(file: File[bytes]) -> str:
    """The media type as the first bytes tell it; what sender and name claim does not count."""
    file.seek(0)
    head = file.read(8192)
    file.seek(0)
    try:
        matches = puremagic.magic_string(head)
    except puremagic.PureError:
        matches = []
    for match in matches:
        if match.mime_type in StoredFile.INLINE_TYPES:
            return str(match.mime_type)
    try:
        head.decode("utf-8", errors="strict" if len(head) < 8192 else "ignore")
    except UnicodeDecodeError:
        return str(matches[0].mime_type) if matches and matches[0].mime_type else "application/octet-stream"
    return "text/plain" if b"\0" not in head else "application/octet-stream"
