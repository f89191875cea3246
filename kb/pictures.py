"""Store the pictures of articles: each once, by its content, after a look at what it really is."""

from __future__ import annotations

import hashlib
from pathlib import Path

import puremagic
from django.core.files.base import ContentFile

from accounts.models import User
from files import pictures
from kb.models import Picture

MAX_PICTURE_BYTES = 10_000_000


def type_of(content: bytes) -> str | None:
    """The media type of a picture that we show, as its first bytes tell it; None for everything else."""
    head = content[:8192]
    try:
        matches = [match.mime_type for match in puremagic.magic_string(head)]
    except (puremagic.PureError, ValueError):
        matches = []
    for found in matches:
        if found in Picture.TYPES and found != "image/svg+xml":
            return str(found)
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    is_svg = start.startswith((b"<svg", b"<?xml", b"<!doctype svg", b"<!--")) and b"<svg" in head.lower()
    return "image/svg+xml" if is_svg and b"\0" not in head else None


def store(content: bytes, *, name: str, by: User | None, keep_file: bool = True) -> Picture:
    """The picture of this content, stored if it is new. `type_of` must have named its type."""
    digest = hashlib.sha256(content).hexdigest()
    found = Picture.objects.filter(digest=digest).first()
    if found is not None:
        return found
    content_type = type_of(content)
    assert content_type is not None
    picture = Picture(
        digest=digest, name=name[-200:], size=len(content), content_type=content_type, added_by=by
    )
    if keep_file:
        picture.file.save(digest, ContentFile(content), save=False)
    picture.save(force_insert=True)
    return picture


def store_anew(path: str, *, name: str, by: User | None) -> Picture | None:
    """The picture of a file that somebody sent, written anew by our own encoder: nothing that a camera or a
    script put beside the pixels is kept. None for what is broken, too large or no picture."""
    found = pictures.read(Path(path))
    if found is None or found.data is None or type_of(found.data) is None:
        return None
    return store(found.data, name=name, by=by)
