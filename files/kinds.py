"""What a file is, told by its first bytes; what sender and name claim does not count."""

from __future__ import annotations

import codecs

import puremagic

HEAD_BYTES = 8192
UNKNOWN = "application/octet-stream"
TEXT = "text/plain"
# Only these are ever shown inside a page, and only as our own encoder wrote them (threats, rows 8-9).
PICTURES = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp"})
ARCHIVES = {
    "application/zip": (b"PK\x03\x04", b"PK\x05\x06"),
    "application/gzip": (b"\x1f\x8b",),
    "application/x-7z-compressed": (b"7z\xbc\xaf\x27\x1c",),
    "application/x-bzip2": (b"BZh",),
    "application/x-xz": (b"\xfd7zXZ\0",),
}
_UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_TAR_MARK = b"ustar"
# In a text, beside tabulators, line breaks, form feeds, backspaces and the escapes of colours.
_CONTROLS = frozenset(range(32)) - {0, 8, 9, 10, 12, 13, 27}
# A log that a crashing device left has stretches of zeros; a program has more.
_MOST_CONTROLS = 0.05
_MOST_ZEROS = 0.3


def sniff(head: bytes) -> str:
    """The media type that the first HEAD_BYTES tell."""
    for kind, marks in ARCHIVES.items():
        if head.startswith(marks):
            return kind
    if head[257:262] == _TAR_MARK:
        return "application/x-tar"
    try:
        matches = puremagic.magic_string(head)
    except (puremagic.PureError, ValueError):
        matches = []
    for match in matches:
        if match.mime_type in PICTURES:
            return str(match.mime_type)
    if is_text(head):
        return TEXT
    return str(matches[0].mime_type) if matches and matches[0].mime_type else UNKNOWN


def is_text(head: bytes) -> bool:
    """Whether this is the beginning of a text, in any encoding that has ASCII in it, or of UTF-16 with its
    mark."""
    if head.startswith(_UTF_16):
        return True
    if head.startswith(
        (*(mark for marks in ARCHIVES.values() for mark in marks), b"\x89PNG", b"\xff\xd8\xff", b"%PDF")
    ):
        return False
    if not head:
        return True
    controls = sum(byte in _CONTROLS for byte in head)
    if controls > len(head) * _MOST_CONTROLS or head.count(0) > len(head) * _MOST_ZEROS:
        return False
    beginning = head.rstrip(b"\0")
    if b"\0" not in beginning:
        return True
    return _decodes(beginning)


def utf_16(head: bytes) -> str:
    """The codec of a text in UTF-16, or nothing."""
    if head.startswith(codecs.BOM_UTF16_LE):
        return "utf-16-le"
    return "utf-16-be" if head.startswith(codecs.BOM_UTF16_BE) else ""


def _decodes(head: bytes) -> bool:
    try:
        codecs.getincrementaldecoder("utf-8")().decode(head)
    except UnicodeDecodeError:
        return False
    return True
