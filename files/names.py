"""Names of files: as people are shown them, and as they lie on the disk."""

from __future__ import annotations

import unicodedata
import uuid
from typing import Any


def stored_name(instance: Any = None, filename: str = "") -> str:
    """A random name: nothing that a person chose becomes a path on the disk."""
    return f"{uuid.uuid4().hex[:2]}/{uuid.uuid4().hex}"


def clean_name(name: str | None) -> str:
    """The last part of a file name without control, format and separator characters; never empty.

    Direction marks and zero-width characters are how names lie (threats, rows 11 and 15).
    """
    last = (name or "").replace("\\", "/").rsplit("/", 1)[-1]
    return shown_path(last).strip(" .")[-200:] or "file"


def shown_path(path: str) -> str:
    """A path for the eye only, as an archive names it: what cannot be seen is taken out."""
    visible = "".join(
        char for char in path if unicodedata.category(char) not in {"Cc", "Cf", "Cs", "Zl", "Zp"}
    )
    return " ".join(unicodedata.normalize("NFC", visible).split())
