"""What can happen to an upload: it begins, grows part by part, is whole, goes with a message, or is swept
away.

It belongs to who began it. Nobody else can add to it, read it, or send it.
"""

from __future__ import annotations

import hashlib
import hmac
import shutil
import uuid
from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.core.files.base import File
from django.db import transaction
from django.db.models import Sum
from django.template.defaultfilters import filesizeformat
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from files import limits, storing
from files.errors import NoRoom, TooLarge, TooManyNow, WrongOffset, no_room
from files.intake import Intake
from files.masking import Masked
from files.models import Upload
from files.names import clean_name
from helpdesk.errors import InvalidInput

# Free space that stays free for the database and the rest.
RESERVED_BYTES = 64 * 1024 * 1024


def begin(owner: User, *, place: str, name: str, size: int, keeps_original: bool = False) -> Upload:
    """Announce a file of `size` bytes. Everything that can be refused is refused here, before a byte of it
    came.

    Raises TooLarge, TooManyNow, NoRoom, or InvalidInput for an empty file.
    """
    name = clean_name(name)
    if place.startswith(Upload.HELD):
        raise InvalidInput(_("There is no such form."))
    check_size(name, size)
    _check_place(owner, place, size)
    if not limits.admits(owner, 1):
        raise TooManyNow(limits.refusal())
    storing.part_path(uuid.uuid4())
    if shutil.disk_usage(settings.UPLOAD_ROOT).free < size + RESERVED_BYTES:
        raise NoRoom(no_room())
    return Upload.objects.create(
        owner=owner, place=place, name=name, size=size, declared=size, is_original=keeps_original
    )


def check_size(name: str, size: int) -> None:
    """Raise TooLarge or InvalidInput, naming file and limit."""
    if size > settings.ATTACHMENT_MAX_BYTES:
        raise TooLarge(
            _("“%(name)s” is %(size)s; a file may have at most %(limit)s.")
            % {
                "name": name,
                "size": filesizeformat(size),
                "limit": filesizeformat(settings.ATTACHMENT_MAX_BYTES),
            }
        )
    if size <= 0:
        raise InvalidInput(_("“%(name)s” is empty.") % {"name": name})


def _check_place(owner: User, place: str, size: int) -> None:
    waiting = Upload.objects.filter(owner=owner)
    if waiting.at(place).count() >= settings.ATTACHMENTS_PER_MESSAGE:
        raise TooManyNow(
            _("At most %(limit)d files go with one message.") % {"limit": settings.ATTACHMENTS_PER_MESSAGE}
        )
    total = waiting.aggregate(total=Sum("declared"))["total"] or 0
    if total + size > settings.UPLOADS_WAITING_MAX_BYTES:
        raise TooManyNow(
            _(
                "Files that wait for their message may have %(limit)s together; yours have %(total)s. "
                "Send or remove some first."
            )
            % {
                "limit": filesizeformat(settings.UPLOADS_WAITING_MAX_BYTES),
                "total": filesizeformat(total),
            }
        )


def receive(upload: Upload, *, offset: int, part: bytes) -> Upload:
    """Add the next bytes. With the last ones the file is masked to its end, read and stored.

    Raises WrongOffset if they do not follow what is there, NoRoom if the disk is full; then nothing changed.
    """
    if _is_lost(upload):
        # The disk with the parts was changed or cleaned: from the beginning.
        Upload.objects.filter(pk=upload.pk).update(received=0, progress={})
    with transaction.atomic():
        upload = Upload.objects.select_for_update().get(pk=upload.pk)
        if offset != upload.received or upload.is_ready:
            raise WrongOffset(upload.received)
        if offset + len(part) > upload.declared:
            raise TooLarge(_("“%(name)s” has more bytes than were announced.") % {"name": upload.name})
        _add(upload, part)
        upload.updated_at = timezone.now()
        upload.save()
    return upload


def _is_lost(upload: Upload) -> bool:
    progress = Upload.objects.filter(pk=upload.pk, state=Upload.State.ARRIVING).values_list(
        "progress", flat=True
    )
    written = next((one.get("written", 0) for one in progress), 0)
    path = storing.part_path(upload.pk)
    return bool(written) and (not path.exists() or path.stat().st_size < written)


def _add(upload: Upload, part: bytes) -> None:
    intake = Intake(_key(upload), keeps_original=upload.is_original, state=upload.progress.get("intake"))
    written = upload.progress.get("written", 0)
    path = storing.part_path(upload.pk)
    upload.received += len(part)
    is_whole = upload.received == upload.declared
    with storing.full_disk_told(), storing.open_part(path, written) as file:
        written += file.write(intake.feed(part))
        if is_whole:
            file.write(intake.finish())
    if is_whole:
        _complete(upload, path, intake.masked)
    else:
        upload.progress = {"intake": intake.state(), "written": written}


def _complete(upload: Upload, path: Path, masked: Masked) -> None:
    storing.fill(upload, path, masked)
    upload.state = Upload.State.READY
    upload.progress = {}
    path.unlink(missing_ok=True)


def store(owner: User, *, place: str, file: File[bytes], keeps_original: bool = False) -> Upload:
    """Take a file that came whole, with a form or a call of the API. It stays although the rest may be
    refused."""
    upload = begin(owner, place=place, name=file.name or "", size=file.size, keeps_original=keeps_original)
    try:
        storing.store_whole(upload, file, keeps_original=keeps_original)
        upload.state, upload.received = Upload.State.READY, upload.declared
        upload.save()
    except BaseException:
        Upload.objects.filter(pk=upload.pk).delete()
        raise
    return upload


def chosen(owner: User, ids: Iterable[object]) -> list[Upload]:
    """Of these ids those that are this person's and ready, in their order; whatever else was sent is
    ignored."""
    known: dict[uuid.UUID, None] = {}
    for one in list(ids)[:200]:
        try:
            known[uuid.UUID(str(one))] = None
        except ValueError:
            continue
    return list(Upload.objects.visible_to(owner).ready().filter(pk__in=known))


def waiting(owner: User, place: str) -> list[Upload]:
    """What this person chose in a form and has not sent yet, also what broke off."""
    return list(Upload.objects.visible_to(owner).at(place).defer("progress"))


def move(uploads: Iterable[Upload], *, to: str) -> None:
    """They wait for another form now, or for none at all (`Upload.HELD`)."""
    Upload.objects.filter(pk__in=[one.pk for one in uploads]).update(place=to, updated_at=timezone.now())


def give(uploads: Sequence[Upload], *, to: User, place: str) -> None:
    """They wait in somebody else's form now. Raises TooManyNow where that has no room for them all."""
    there = Upload.objects.filter(owner=to).at(place).count()
    if there + len(uploads) > settings.ATTACHMENTS_PER_MESSAGE:
        limit = settings.ATTACHMENTS_PER_MESSAGE
        raise TooManyNow(_("At most %(limit)d files go with one message.") % {"limit": limit})
    rows = Upload.objects.filter(pk__in=[one.pk for one in uploads])
    rows.update(owner=to, place=place, updated_at=timezone.now())


def taken(uploads: Sequence[Upload]) -> None:
    """The bytes have gone over to a message: only the rows end. Raises InvalidInput if one has gone
    already."""
    locked = set(
        Upload.objects.select_for_update()
        .filter(pk__in=[one.pk for one in uploads])
        .values_list("pk", flat=True)
    )
    for upload in uploads:
        if upload.pk not in locked:
            raise InvalidInput(_("“%(name)s” has been sent already.") % {"name": upload.name})
    Upload.objects.filter(pk__in=locked).delete()


def remove(upload: Upload) -> None:
    """End an upload and its bytes."""
    storing.part_path(upload.pk).unlink(missing_ok=True)
    storing.remove(upload)
    Upload.objects.filter(pk=upload.pk).delete()


def discard(owner: User, place: str) -> None:
    """Nothing will be sent from this form: its files go."""
    for upload in waiting(owner, place):
        remove(upload)


def sweep(now: datetime) -> int:
    """Remove what waited for longer than UPLOAD_KEPT_HOURS, and parts whose upload is gone. Returns how
    many rows."""
    swept = 0
    for upload in Upload.objects.outdated(now).order_by("updated_at")[:1000]:
        with transaction.atomic():
            if Upload.objects.select_for_update(skip_locked=True).outdated(now).filter(pk=upload.pk).exists():
                remove(upload)
                swept += 1
    root = Path(settings.UPLOAD_ROOT)
    oldest = now.timestamp() - settings.UPLOAD_KEPT_HOURS * 3600
    for part in root.glob("*.part") if root.is_dir() else []:
        if part.stat().st_mtime < oldest:
            part.unlink(missing_ok=True)
    return swept


def _key(upload: Upload) -> bytes:
    """Makes the digests of what was masked worthless to who reads only the database."""
    return hmac.digest(settings.SECRET_KEY.encode(), upload.pk.bytes, hashlib.sha256)
