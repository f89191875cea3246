"""Check files that come with a message and put them there. Every door (browser, API, mail) comes through
here.

A file is an upload (files.Upload), which was checked, masked and stored when it arrived and only changes
hands, or an open file, to which all that happens now.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar, Union

from django.conf import settings
from django.core.files.base import File
from django.utils.translation import gettext as _

from files import storing, uploads
from files.errors import NoRoom, no_room
from files.models import StoredFile, Upload
from files.names import clean_name
from helpdesk.errors import InvalidInput
from tickets.models import Attachment, Message, Note, NoteAttachment

AnyFile = Union["File[bytes]", Upload]
Stored = TypeVar("Stored", bound=StoredFile)

_TAKEN_OVER = [
    *(
        "file",
        "name",
        "size",
        "content_type",
        "is_original",
        "is_reencoded",
        "thumbnail",
        "masked",
        "findings",
        "lines",
    ),
]


def check(files: Sequence[AnyFile]) -> None:
    """Raise InvalidInput, naming file and limit, before anything is stored."""
    if len(files) > settings.ATTACHMENTS_PER_MESSAGE:
        raise InvalidInput(
            _("At most %(limit)d files go with one message; you chose %(count)d.")
            % {"limit": settings.ATTACHMENTS_PER_MESSAGE, "count": len(files)}
        )
    for file in files:
        if not isinstance(file, Upload):
            check_one(file)


def check_one(file: File[bytes]) -> None:
    if getattr(file, "is_refused", False):
        raise NoRoom(no_room())
    uploads.check_size(clean_name(file.name), file.size)


def attach(message: Message, files: Sequence[AnyFile]) -> list[Attachment]:
    uploads.taken([file for file in files if isinstance(file, Upload)])
    return [_store(Attachment(message=message, created_at=message.created_at), file) for file in files]


def attach_to_note(note: Note, files: Sequence[AnyFile]) -> list[NoteAttachment]:
    uploads.taken([file for file in files if isinstance(file, Upload)])
    return [_store(NoteAttachment(note=note, created_at=note.created_at), file) for file in files]


def _store(row: Stored, file: AnyFile) -> Stored:
    if isinstance(file, Upload):
        for name in _TAKEN_OVER:
            setattr(row, name, getattr(file, name))
    else:
        storing.store_whole(row, file, keeps_original=getattr(file, "keeps_original", False))
    row.save(force_insert=True)
    return row
