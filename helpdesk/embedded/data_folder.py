"""The folder with everything a run leaves behind: the services' data, logs, the secret key, and who holds
it.
"""

import contextlib
import fcntl
import os
import re
import secrets
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import IO

from helpdesk.embedded.errors import CannotStart

# A fresh PostgreSQL cluster with its first write-ahead segments, Redis' file and the logs.
FREE_BYTES_FOR_A_FIRST_START = 250 * 1024**2
FREE_BYTES_FOR_A_LATER_START = 50 * 1024**2

# sockaddr_un.sun_path has 108 bytes with its closing zero on Linux, 104 on macOS.
LONGEST_SOCKET_PATH = 103
LONGEST_SOCKET_NAME = "postgres/.s.PGSQL.5432"


class DataFolder:
    """The data folder of one run, locked while the context is open.

    Raises CannotStart when it cannot be used: it cannot be made or written, belongs to another account, the
    disk is full, or another run holds it.
    """

    def __init__(self, path: Path) -> None:
        # Absolute, but with the person's own links kept: messages then name the path they typed.
        self.path = Path(os.path.abspath(path))
        self.logs = self.path / "log"
        self._sockets: Path | None = None
        self._lock: IO[str] | None = None

    def __enter__(self) -> "DataFolder":
        try:
            with private_files():  # for the parents that are missing, too
                self.path.mkdir(parents=True, exist_ok=True)
                self.logs.mkdir(exist_ok=True)
                self._lock = (self.path / "lock").open("a")
        except OSError as error:
            raise CannotStart(
                f"The data folder {self.path} cannot be written ({error.strerror}): "
                "mend that, or choose another folder with DATA_DIR."
            ) from error
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise CannotStart(
                f"Another run uses the data folder {self.path}: stop that one, "
                "or choose another folder with DATA_DIR and another PORT."
            ) from error
        self._refuse_a_full_disk()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._remove_sockets()
        if self._lock:
            self._lock.close()

    def _refuse_a_full_disk(self) -> None:
        is_first = not (self.path / "postgres").exists()
        needed = FREE_BYTES_FOR_A_FIRST_START if is_first else FREE_BYTES_FOR_A_LATER_START
        free = shutil.disk_usage(self.path).free
        if free < needed:
            raise CannotStart(
                f"The disk of {self.path} has {free // 1024**2} MB left, {needed // 1024**2} MB are needed: "
                "free some space, or choose a folder on another disk with DATA_DIR."
            )

    @property
    def sockets(self) -> Path:
        """A folder that only this account may enter, with a path short enough for a Unix socket.

        Inside the data folder where its path is short, else a new folder with a random name in the
        account's runtime folder or in /tmp: mkdtemp neither follows a link nor takes over what somebody put
        there before.
        """
        if self._sockets is None:
            self._remove_sockets()
            self._sockets = self._make_sockets()
        return self._sockets

    def _make_sockets(self) -> Path:
        inside = self.path / "sockets"
        if is_fit_for_sockets(str(inside)):
            inside.mkdir(mode=0o700)
            return inside
        for parent in (os.environ.get("XDG_RUNTIME_DIR", ""), "/tmp"):  # nosec B108
            is_fit = parent and is_fit_for_sockets(f"{parent}/helpdesk-12345678")
            if is_fit and os.access(parent, os.W_OK | os.X_OK):
                folder = Path(tempfile.mkdtemp(prefix="helpdesk-", dir=parent))
                inside.symlink_to(folder)
                return folder
        raise CannotStart(
            "A folder for sockets is needed and /tmp is not writable: make it so, or set XDG_RUNTIME_DIR."
        )

    def _remove_sockets(self) -> None:
        """Remove the sockets of this run, or those that a killed run left behind."""
        inside = self.path / "sockets"
        if inside.is_symlink():
            folder = inside.readlink()
            if folder.name.startswith("helpdesk-") and folder.is_dir() and not folder.is_symlink():
                shutil.rmtree(folder, ignore_errors=True)
            inside.unlink()
        elif inside.exists():
            shutil.rmtree(inside, ignore_errors=True)

    def secret_key(self) -> str:
        """The key that signs sessions and links, made once and kept for this folder."""
        file = self.path / "secret_key"
        if not file.exists():
            write_private(file, secrets.token_urlsafe(64))
        return file.read_text()


def is_fit_for_sockets(folder: str) -> bool:
    """Whether sockets may lie in a folder: PostgreSQL and libpq read a comma as the start of another
    folder.
    """
    longest = f"{folder}/{LONGEST_SOCKET_NAME}"
    return len(longest) <= LONGEST_SOCKET_PATH and re.fullmatch(r"[\w./+-]+", longest, re.ASCII) is not None


@contextlib.contextmanager
def private_files() -> Iterator[None]:
    """What is made meanwhile is for its owner only."""
    before = os.umask(0o077)
    try:
        yield
    finally:
        os.umask(before)


def write_private(file: Path, text: str) -> None:
    """Write a file that only its owner may read; a reader sees the old text or the new one, never a part."""
    descriptor, temporary = tempfile.mkstemp(dir=file.parent, prefix=file.name)
    with os.fdopen(descriptor, "w") as stream:
        stream.write(text)
    os.replace(temporary, file)
