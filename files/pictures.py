"""Pictures: written anew by our own encoder, without what a camera or a script put beside the pixels."""

from __future__ import annotations

import io
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from PIL import Image, ImageOps, ImageSequence

# 40 million pixels are 160 MB while they are worked on; a screen of 8K has 33 million (threats, row 22).
MOST_PIXELS = 40_000_000
MOST_FRAME_PIXELS = 60_000_000
THUMBNAIL_PIXELS = (480, 360)
FORMATS = ("PNG", "JPEG", "GIF", "WEBP")


@dataclass(frozen=True)
class Picture:
    """`data` is None where only the thumbnail may be shown (an animation too large to be written anew)."""

    data: bytes | None
    thumbnail: bytes


def read(path: Path) -> Picture | None:
    """The picture in this file, written anew; None for what is broken, too large or no picture.

    The size is read from the header before any pixel is decoded.
    """
    with suppress(Exception), Image.open(path, formats=FORMATS) as picture:
        width, height = picture.size
        if 0 < width * height <= MOST_PIXELS:
            return Picture(data=_written_anew(picture), thumbnail=_thumbnail(path))
    return None


def _written_anew(picture: Image.Image) -> bytes | None:
    kind = picture.format or "PNG"
    out = io.BytesIO()
    if getattr(picture, "is_animated", False):
        return _animation(picture, kind)
    upright = ImageOps.exif_transpose(picture)
    upright.load()
    transparency = upright.info.get("transparency")
    upright.info = {} if transparency is None else {"transparency": transparency}
    if kind == "JPEG":
        upright.convert("RGB" if upright.mode not in ("L", "RGB") else upright.mode).save(
            out, kind, quality=90
        )
    elif kind == "WEBP":
        upright.save(out, kind, quality=90)
    else:
        upright.save(out, kind)
    return out.getvalue()


def _animation(picture: Image.Image, kind: str) -> bytes | None:
    count = getattr(picture, "n_frames", 1)
    if count * picture.width * picture.height > MOST_FRAME_PIXELS:
        return None
    durations = []
    frames = []
    for frame in ImageSequence.Iterator(picture):
        durations.append(frame.info.get("duration", 100))
        frames.append(frame.convert("RGBA"))
    out = io.BytesIO()
    frames[0].save(out, kind, save_all=True, append_images=frames[1:], duration=durations, loop=0)
    return out.getvalue()


def _thumbnail(path: Path) -> bytes:
    with Image.open(path, formats=FORMATS) as picture:
        # A large JPEG is decoded at a fraction of its size.
        picture.draft("RGB", (THUMBNAIL_PIXELS[0] * 2, THUMBNAIL_PIXELS[1] * 2))
        small = ImageOps.exif_transpose(picture).convert("RGBA")
        small.thumbnail(THUMBNAIL_PIXELS)
        small.info = {}
        out = io.BytesIO()
        small.save(out, "PNG")
        return out.getvalue()
