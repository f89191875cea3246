"""Says which strings lack a translation, have a doubtful one, or are no longer in the source.

The strings are collected anew by gettext in a copy of the source, so that nothing here is changed.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po

PROJECT = Path(__file__).resolve().parents[1]
SHOWN = 40


def main() -> int:
    if not ensure_gettext():
        return 1
    kept = {path.parts[-3]: read(path) for path in PROJECT.glob("locale/*/LC_MESSAGES/django.po")}
    if not kept:
        print("There is no locale/*/LC_MESSAGES/django.po.")
        return 1
    problems: list[str] = []
    with tempfile.TemporaryDirectory() as copy:
        copy_source(Path(copy))
        for language, catalog in kept.items():
            collected = collect(Path(copy), language)
            problems += [f"{language}: {problem}" for problem in compare(catalog, collected)]
    for problem in problems[:SHOWN]:
        print(problem)
    if problems:
        print(f"{len(problems)} problems. script/messages collects the strings into the .po files.")
    return bool(problems)


def ensure_gettext() -> bool:
    """Whether gettext is there; root installs it where apt can."""
    if shutil.which("xgettext") and shutil.which("msgmerge"):
        return True
    if os.geteuid() == 0 and shutil.which("apt-get"):
        environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        for command in (["update"], ["install", "-y", "--no-install-recommends", "gettext"]):
            result = subprocess.run(["apt-get", *command], env=environment, capture_output=True, check=False)
            if result.returncode != 0:
                print(f"apt-get could not install gettext: {result.stderr.decode().strip()}")
                return False
        return True
    print('gettext is needed to collect the strings: run "sudo apt-get install gettext".')
    return False


def copy_source(target: Path) -> None:
    """Copy what git tracks or would track."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=True).stdout
    for name in filter(None, names.split("\0")):
        if (PROJECT / name).is_file():
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(PROJECT / name, target / name)


def collect(copy: Path, language: str) -> Catalog:
    """The strings of the source in the copy, merged by gettext with the translations that are there."""
    command = [sys.executable, "manage.py", "makemessages", "--locale", language, "--verbosity", "0"]
    result = subprocess.run(command, cwd=copy, capture_output=True, text=True, check=False)
    if result.returncode != 0:
        sys.exit(f"makemessages failed:\n{result.stdout}{result.stderr}")
    return read(copy / f"locale/{language}/LC_MESSAGES/django.po")


def read(path: Path) -> Catalog:
    with path.open("rb") as stream:
        return read_po(stream)


def compare(kept: Catalog, collected: Catalog) -> list[str]:
    """What is wrong with the kept catalog, given the one collected from the source."""
    problems = []
    for message in collected:
        if not message.id:
            continue
        mine = kept.get(message.id if isinstance(message.id, str) else message.id[0], message.context)
        where = ", ".join(f"{file}:{line}" for file, line in message.locations[:2])
        text = repr(message.id if isinstance(message.id, str) else message.id[0])
        strings = (
            [] if mine is None else [mine.string] if isinstance(mine.string, str) else list(mine.string or ())
        )
        if mine is None:
            problems.append(f"not in the .po: {text} ({where})")
        elif not strings or not all(strings):
            problems.append(f"not translated: {text} ({where})")
        elif mine.fuzzy:
            problems.append(f"marked fuzzy: {text} ({where})")
        else:
            problems += [f"{error}: {text} ({where})" for error in mine.check(kept)]
    used = {key(message.id, message.context) for message in collected if message.id}
    for message in kept:
        if message.id and key(message.id, message.context) not in used:
            problems.append(f"no longer in the source: {message.id!r}")
    return problems


def key(identifier: str | tuple[str, ...] | list[str], context: str | None) -> tuple[str, str | None]:
    return (identifier if isinstance(identifier, str) else identifier[0], context)


if __name__ == "__main__":
    sys.exit(main())
