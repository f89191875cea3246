"""Files that come inside a form (a browser without scripts, a call of the API): never more than may be kept.

The text of the form is read to its end whatever becomes of its files.
"""

from __future__ import annotations

import tempfile
from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler


class CarefulUploadHandler(FileUploadHandler):
    """Writes to a temporary file that has no name: what is not masked yet goes with the request, even where
    the process is killed. What exceeds the limit, and what the disk does not take, is counted and dropped.

    The file then says so: `is_refused` where the disk was full; its `size` is what was sent in any case.
    """

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        super().new_file(*args, **kwargs)
        self.sent = 0
        self.is_refused = False
        self.file: Any = None
        try:
            self.file = tempfile.TemporaryFile(dir=settings.FILE_UPLOAD_TEMP_DIR)  # noqa: SIM115  # closed with the upload
        except OSError:
            self.is_refused = True

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        self.sent += len(raw_data)
        if self.is_refused or self.sent > settings.ATTACHMENT_MAX_BYTES:
            return
        try:
            self.file.write(raw_data)
        except OSError:
            self.is_refused = True

    def file_complete(self, file_size: int) -> UploadedFile:
        if self.file is None:
            return RefusedFile(self.file_name, file_size)
        self.file.seek(0)
        name, kind = self.file_name, self.content_type
        received = UploadedFile(self.file, name, kind, file_size, self.charset, self.content_type_extra)
        received.is_refused = self.is_refused  # type: ignore[attr-defined]
        return received

    def upload_interrupted(self) -> None:
        if getattr(self, "file", None) is not None:
            self.file.close()


class RefusedFile(UploadedFile):
    """Not even an empty temporary file could be made."""

    is_refused = True

    def __init__(self, name: str | None, size: int) -> None:
        self._name = name or "file"
        self.size = size
        self.file = None

    @property
    def name(self) -> str:  # type: ignore[override]
        return self._name

    def close(self) -> None:
        """There is nothing to close."""
