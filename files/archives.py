"""What is in an archive, by its own table of contents: nothing is unpacked, nothing of it becomes a path."""

from __future__ import annotations

import bz2
import gzip
import lzma
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import IO

from files.names import shown_path

MOST_ENTRIES = 1000
# Of a compressed tar the contents have to be run through to find the next name: so many bytes and no more.
MOST_UNPACKED = 64 * 1024 * 1024
LONGEST_PATH = 300


@dataclass(frozen=True)
class Entry:
    """A path is text for the eye. `size` is what the archive claims."""

    path: str
    size: int
    is_folder: bool = False
    is_encrypted: bool = False
    leads_out: bool = False


@dataclass(frozen=True)
class Listing:
    """`is_complete` is false where there is more than is shown; `problem` where the archive cannot be
    read."""

    entries: tuple[Entry, ...] = ()
    is_complete: bool = True
    is_readable: bool = True

    @property
    def size(self) -> int:
        return sum(entry.size for entry in self.entries)

    @property
    def is_encrypted(self) -> bool:
        return any(entry.is_encrypted for entry in self.entries)

    @property
    def leads_out(self) -> bool:
        return any(entry.leads_out for entry in self.entries)


_BROKEN = (
    *(zipfile.BadZipFile, tarfile.TarError, zlib.error, lzma.LZMAError),
    *(OSError, EOFError, ValueError, RuntimeError, OverflowError, NotImplementedError),
)


class _TooMuch(Exception):
    """More would have to be unpacked than is allowed."""


class _Limited:
    """A stream that gives so many bytes and then ends with an exception."""

    def __init__(self, stream: IO[bytes], limit: int) -> None:
        self._stream = stream
        self._left = limit

    def read(self, size: int = -1) -> bytes:
        if self._left <= 0:
            raise _TooMuch
        data = self._stream.read(min(size, self._left) if size >= 0 else self._left)
        self._left -= len(data)
        return data


def listing(file: IO[bytes], content_type: str) -> Listing:
    """The contents of an archive of this type. Whatever is wrong with it, there is an answer."""
    reader = _READERS.get(content_type)
    if reader is None:
        return Listing(is_readable=False)
    entries: list[Entry] = []
    try:
        found = reader(file)
        entries.extend(islice(found, MOST_ENTRIES))
        return Listing(tuple(entries), is_complete=next(found, None) is None)
    except _TooMuch:
        return Listing(tuple(entries), is_complete=False)
    except _BROKEN:
        return Listing(tuple(entries), is_complete=False, is_readable=bool(entries))


def _zip(file: IO[bytes]) -> Iterator[Entry]:
    with zipfile.ZipFile(file) as archive:
        for info in archive.infolist():
            encrypted = bool(info.flag_bits & 1)
            yield _entry(info.filename, info.file_size, is_folder=info.is_dir(), is_encrypted=encrypted)


def _tar(file: IO[bytes]) -> Iterator[Entry]:
    return _tar_stream(file)


def _compressed(opener: Callable[[IO[bytes]], IO[bytes]]) -> Callable[[IO[bytes]], Iterator[Entry]]:
    def read(file: IO[bytes]) -> Iterator[Entry]:
        return _tar_stream(opener(file))

    return read


def _tar_stream(stream: IO[bytes]) -> Iterator[Entry]:
    with tarfile.open(fileobj=_Limited(stream, MOST_UNPACKED), mode="r|", errorlevel=1) as archive:  # type: ignore[call-overload]
        for info in archive:
            yield _entry(info.name, info.size, is_folder=info.isdir())
            archive.members = []  # only the present one is held


def _entry(path: str, size: int, *, is_folder: bool = False, is_encrypted: bool = False) -> Entry:
    parts = path.replace("\\", "/").split("/")
    leads_out = path.startswith(("/", "\\")) or ".." in parts or path[1:3] in (":\\", ":/")
    return Entry(shown_path(path)[:LONGEST_PATH] or "·", max(0, size), is_folder, is_encrypted, leads_out)


def _gzip(file: IO[bytes]) -> IO[bytes]:
    return gzip.GzipFile(fileobj=file)  # type: ignore[return-value]


def _bzip2(file: IO[bytes]) -> IO[bytes]:
    return bz2.BZ2File(file)


def _xz(file: IO[bytes]) -> IO[bytes]:
    return lzma.LZMAFile(file)


_READERS: dict[str, Callable[[IO[bytes]], Iterator[Entry]]] = {
    "application/zip": _zip,
    "application/x-tar": _tar,
    "application/gzip": _compressed(_gzip),
    "application/x-bzip2": _compressed(_bzip2),
    "application/x-xz": _compressed(_xz),
}
