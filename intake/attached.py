"""Which files answer which question, by their names: what a name says is enough to stop asking."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import PurePath

from intake.definition import Accepts

_PICTURES = frozenset("png jpg jpeg gif webp bmp heic mp4 mov webm mkv avi".split())  # noqa: SIM905
_LOGS = frozenset(
    "log txt json xlog mmap zip gz tgz tar 7z rar csv har html dmp ips crash logcat pcap pcapng".split()  # noqa: SIM905
)


def answers_with(accepts: str, names: Sequence[str]) -> bool:
    """Whether one of the files is of the kind asked for."""
    return any(is_accepted(accepts, name) for name in names)


def is_accepted(accepts: str, name: str) -> bool:
    if accepts == Accepts.ANY:
        return True
    endings = {ending.lstrip(".").lower() for ending in PurePath(name).suffixes[-2:]}
    # A log turned over at midnight is called sdk.log.1.
    numbered = any(ending.isdecimal() for ending in endings)
    is_picture = bool(endings & _PICTURES)
    if accepts == Accepts.PICTURE:
        return is_picture
    return bool(endings & _LOGS) or (numbered and not is_picture)
