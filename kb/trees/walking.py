"""Which files of a tree there are to read."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

from kb.trees.naming import PAGES

IGNORED_FOLDERS = {"node_modules", "__pycache__"}
# Of programs, where nobody looks for pages.
UNSAID_FOLDERS = {".git", ".github", ".svn", ".hg", ".idea", ".vscode", "__pycache__"}
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
        for one in folders:
            if _is_left_alone(one) and one not in UNSAID_FOLDERS:
                skip(within(above, one), "a hidden folder" if one[0] == "." else "a folder of packages")
        folders[:] = sorted(
            one for one in folders if not _is_left_alone(one) and not os.path.islink(os.path.join(above, one))
        )
        for name in names:
            path, full = within(above, name), os.path.join(above, name)
            if name.startswith("."):
                if name.lower().endswith(PAGES):
                    skip(path, "a hidden file")
                continue
            if os.path.islink(full):
                skip(path, "a symbolic link")
            elif not os.path.isfile(full):
                skip(path, "not a file")
            elif not _is_text(path):
                skip(path, "its name holds letters that cannot be kept")
            elif len(path) > LONGEST_PATH:
                skip(path, f"its path is longer than {LONGEST_PATH} characters")
            else:
                yield path


def _is_left_alone(folder: str) -> bool:
    return folder.startswith(".") or folder in IGNORED_FOLDERS


def _is_text(path: str) -> bool:
    try:
        path.encode()
    except UnicodeEncodeError:
        return False
    return path.isprintable()
