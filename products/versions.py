"""Compare versions of SDKs, by the rules of PEP 440: 4.3.10 follows 4.3.9, and 4.3.0-rc1 comes before 4.3.0.

What people type is read with patience ("v4.3.2", "SDK 4.3.2 (build 117)"); what is no version is None and
compares with nothing.
"""

from __future__ import annotations

import re

from packaging.version import InvalidVersion, Version

MAX_CHARACTERS = 60
_VERSION = re.compile(
    r"(?<![\w.])v?(?P<release>\d{1,6}(?:\.\d{1,6}){0,4})"
    r"(?P<pre>[-._]?(?:a|b|c|rc|alpha|beta|pre|preview)[-._]?\d{0,4})?(?![\w])",
    re.IGNORECASE | re.ASCII,
)


def parse(text: str) -> Version | None:
    """The first version in `text`, None where there is none. A build or commit after it is left out."""
    match = _VERSION.search(text[:MAX_CHARACTERS])
    if match is None:
        return None
    try:
        return Version(match["release"] + (match["pre"] or ""))
    except InvalidVersion:
        return None


def within(text: str, *, first: str = "", last: str = "") -> bool | None:
    """Whether a version lies in a range, both ends included. None where `text` is no version.

    An end that is empty or no version is open. A short end takes in all that it begins: up to "4.3" includes
    every 4.3.x.
    """
    version, since, until = parse(text), parse(first), parse(last)
    if version is None:
        return None
    if since is not None and version < since and not is_part_of(version, since):
        return False
    return until is None or version <= until or is_part_of(version, until)


def reaches(text: str, target: str) -> bool | None:
    """Whether a version is `target` or later: "has it the fix?". None where one of them is no version."""
    version, wanted = parse(text), parse(target)
    if version is None or wanted is None:
        return None
    return version >= wanted


def is_part_of(version: Version, line: Version) -> bool:
    """Whether 4.3.2 is one of the 4.3; a line that names a candidate (4.3rc1) is only itself."""
    if line.is_prerelease:
        return version == line
    return version.release[: len(line.release)] == line.release
