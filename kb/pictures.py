"""Store the pictures of articles: each once, by its content, after a look at what it really is."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

import puremagic
from django.core.files.base import ContentFile
from django.db import models, transaction
from django.db.models.functions import Cast
from django.utils import timezone

from accounts.models import User
from drafts.models import Draft
from files import pictures
from kb.models import Picture, Revision
from kb.rendering import our_pictures

MAX_PICTURE_BYTES = 10_000_000
# A picture that was pasted and never saved in an article is kept so long: a text may lie for a while.
UNUSED_KEPT = timedelta(days=30)


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
        # Pasted again, it is as fresh as a new one: `prune` leaves it alone.
        Picture.objects.filter(pk=found.pk).update(added_at=timezone.now())
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


def prune(now: datetime) -> int:
    """Remove the pictures that are in no article, past or present, no file of a tree and nobody's draft,
    UNUSED_KEPT after they came. Returns how many."""
    unused = Picture.objects.filter(articles=None, files=None, added_at__lt=now - UNUSED_KEPT)
    if not unused.exists():
        return 0
    named = _named_somewhere()
    removed = 0
    for pk, digest in unused.values_list("pk", "digest"):
        if digest not in named:
            removed += _remove(pk, before=now - UNUSED_KEPT)
    return removed


@transaction.atomic
def _remove(pk: int, *, before: datetime) -> bool:
    """Looked at once more under its lock: it may have been pasted again meanwhile."""
    unused = Picture.objects.filter(pk=pk, articles=None, files=None, added_at__lt=before)
    picture = unused.select_for_update(of=("self",)).first()
    if picture is None:
        return False
    picture.delete()
    if picture.file:
        transaction.on_commit(partial(picture.file.storage.delete, picture.file.name), robust=True)
    return True


def _named_somewhere() -> set[str]:
    """The digests that stand in a revision, which may be restored, or in what somebody has not saved yet."""
    revisions = Revision.objects.filter(body__contains="/docs/pictures/").values_list("body", flat=True)
    typed = Draft.objects.annotate(said=Cast("content", models.TextField()))
    drafts = typed.filter(said__contains="/docs/pictures/").values_list("said", flat=True)
    return {
        digest
        for texts in (revisions.iterator(), drafts.iterator())
        for text in texts
        for digest in our_pictures(text)
    }
