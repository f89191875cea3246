"""Which files of a tree there are to read."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

IGNORED_FOLDERS = {"node_modules", "__pycache__"}
LONGEST_PATH = 900


def files_in(folder: Path, skip: Callable[[str, str], None]) -> Iterator[str]:
    """Paths within the tree, with slashes. `skip` hears of each that is left out, and why.

    Symbolic links are never followed: they may lead out of the tree, or in circles.
    """

    def within(above: str, name: str) -> str:
        return os.path.relpath(os.path.join(above, name), folder).replace(os.sep, "/")

    for above, folders, names in os.walk(folder, followlinks=False):
        for link in [one for one in folders if os.path.islink(os.path.join(above, one))]:
            skip(within(above, link), "a symbolic link")
        folders[:] = sorted(
            one
            for one in folders
            if not one.startswith(".")
            and one not in IGNORED_FOLDERS
            and not os.path.islink(os.path.join(above, one))
        )
        for name in names:
            path, full = within(above, name), os.path.join(above, name)
            if name.startswith("."):
                continue
            if os.path.islink(full):
                skip(path, "a symbolic link")
            elif not os.path.isfile(full):
                skip(path, "not a file")
            elif not _is_text(path) or len(path) > LONGEST_PATH:
                skip(path, "its name cannot be kept")
            else:
                yield path


def _is_text(path: str) -> bool:
    try:
        path.encode()
    except UnicodeEncodeError:
        return False
    return path.isprintable()
