"""Put a file that has arrived into the storage, with everything that is told about it."""

from __future__ import annotations

import errno
import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from django.conf import settings
from django.core.files.base import ContentFile, File

from files import kinds, pictures, reading
from files.errors import NoRoom, no_room
from files.intake import Intake
from files.lines import mark
from files.masking import Masked
from files.models import StoredFile
from files.names import clean_name

if TYPE_CHECKING:
    BytesFile = File[bytes]
else:
    BytesFile = File

PIECE_BYTES = 1024 * 1024
_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


class _Part(BytesFile):
    """A file that the storage may move instead of copying it."""

    def __init__(self, path: Path) -> None:
        super().__init__(path.open("rb"), name=path.name)
        self._path = path

    def temporary_file_path(self) -> str:
        return str(self._path)


@contextmanager
def full_disk_told() -> Iterator[None]:
    """A full disk becomes a sentence for the person."""
    try:
        yield
    except OSError as error:
        if error.errno not in _FULL:
            raise
        raise NoRoom(no_room()) from error


def part_path(key: uuid.UUID) -> Path:
    """Where the part of this upload lies until it is whole; for no eyes but the product's."""
    root = Path(settings.UPLOAD_ROOT)
    root.mkdir(mode=0o700, parents=True, exist_ok=True)
    return root / f"{key.hex}.part"


def open_part(path: Path, written: int) -> File[bytes]:
    """The part, ready to go on behind what is known to be good: a crash may have left more."""
    handle = os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT, 0o600), "r+b")
    handle.truncate(written)
    handle.seek(written)
    return File(handle)


def store_whole(row: StoredFile, file: File[bytes], *, keeps_original: bool = False) -> None:
    """Take a file that is all there: mask it, and fill this row. The row is not saved."""
    row.name = clean_name(file.name)
    row.is_original = keeps_original
    intake = Intake(uuid.uuid4().bytes, keeps_original=keeps_original)
    path = part_path(uuid.uuid4())
    try:
        with full_disk_told():
            with open_part(path, 0) as part:
                file.seek(0)
                while piece := file.read(PIECE_BYTES):
                    part.write(intake.feed(piece))
                part.write(intake.finish())
            fill(row, path, intake.masked)
    finally:
        path.unlink(missing_ok=True)


def fill(row: StoredFile, path: Path, masked: Masked) -> None:
    """Move the finished part into the storage and say in the row what it is. The row is not saved."""
    with full_disk_told(), _all_or_nothing(row):
        with path.open("rb") as part:
            row.content_type = kinds.sniff(part.read(kinds.HEAD_BYTES))
        row.masked = masked.as_json()
        if row.content_type in kinds.PICTURES:
            _take_picture(row, path)
        elif row.is_text:
            row.lines = mark(path)
            row.findings = reading.read(path)
        row.size = path.stat().st_size
        with _Part(path) as part:
            row.file.save(row.name, part, save=False)


@contextmanager
def _all_or_nothing(row: StoredFile) -> Iterator[None]:
    """What was stored of a file that could not be stored whole is taken out again."""
    try:
        yield
    except Exception:
        remove(row)
        raise


def _take_picture(row: StoredFile, path: Path) -> None:
    """Anything that our decoder does not read is a download and nothing else."""
    picture = pictures.read(path)
    if picture is None:
        row.content_type = kinds.UNKNOWN
        return
    row.thumbnail.save(row.name, ContentFile(picture.thumbnail), save=False)
    if picture.data is not None and not row.is_original:
        path.write_bytes(picture.data)
        row.is_reencoded = True


def remove(row: StoredFile) -> None:
    """Take the bytes of a row out of the storage. The row is the caller's."""
    for stored in (row.file, row.thumbnail):
        if stored:
            stored.delete(save=False)
