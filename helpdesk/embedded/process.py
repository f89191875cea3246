"""One child process: started so that it cannot outlive us, its output in lines, stopped with patience."""

import contextlib
import ctypes
import logging
import logging.handlers
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

LOG_BYTES = 5 * 1024**2
PR_SET_PDEATHSIG = 1

_libc = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


class LogFile(logging.handlers.RotatingFileHandler):
    """A log that does not end what it cannot log: the disk may be full."""

    def handleError(self, record: logging.LogRecord) -> None:
        """Leave the line out."""


class Process:
    """A command that runs until it is stopped. Not started until start() is called; may be started again."""

    def __init__(
        self,
        name: str,
        command: Sequence[str],
        *,
        environment: Mapping[str, str],
        folder: Path,
        log: Path,
        stdin: str = "",
        stop_signal: signal.Signals = signal.SIGTERM,
        stop_seconds: float = 10,
        shows: Callable[[str], bool] = bool,
    ) -> None:
        """`shows` says which lines go to the terminal; all of them go to the log file."""
        self.name = name
        self.command = list(command)
        self.environment = dict(environment)
        self.folder = folder
        self.stdin = stdin
        self.stop_signal = stop_signal
        self.stop_seconds = stop_seconds
        self.shows = shows
        self.started_at = 0.0
        self.popen: subprocess.Popen[bytes] | None = None
        self._unfinished = b""
        self.log_file = log
        self._log = LogFile(log, maxBytes=LOG_BYTES, backupCount=2, delay=True)

    def start(self) -> None:
        self.started_at = time.monotonic()
        self._unfinished = b""
        self.popen = subprocess.Popen(
            self.command,
            env=self.environment,
            cwd=self.folder,
            stdin=subprocess.PIPE if self.stdin else subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            # Its own session: Ctrl-C in the terminal reaches only us, and we stop the children in order.
            start_new_session=True,
            preexec_fn=dies_with_parent(self.stop_signal),  # safe: this program has a single thread
        )
        assert self.popen.stdout
        os.set_blocking(self.popen.stdout.fileno(), False)
        if self.stdin and self.popen.stdin:
            self.popen.stdin.write(self.stdin.encode())
            self.popen.stdin.close()

    @property
    def is_running(self) -> bool:
        return self.popen is not None and self.popen.poll() is None

    @property
    def output(self) -> int | None:
        """The file descriptor to read from, while there may be more to read."""
        stdout = self.popen.stdout if self.popen else None
        return stdout.fileno() if stdout and not stdout.closed else None

    def read_lines(self) -> list[str]:
        """The whole lines written since the last call, also kept in the log. Never waits."""
        if self.popen is None or self.popen.stdout is None or self.popen.stdout.closed:
            return []
        data = self.popen.stdout.read()
        if data == b"":
            self.popen.stdout.close()
            data, self._unfinished = self._unfinished and self._unfinished + b"\n", b""
        *lines, self._unfinished = (self._unfinished + (data or b"")).split(b"\n")
        texts = [line.decode(errors="replace").rstrip() for line in lines]
        for text in texts:
            self._log.emit(logging.makeLogRecord({"msg": text}))
        return [text for text in texts if self.shows(text)]

    def ask_to_stop(self) -> None:
        if self.popen and self.is_running:
            self.popen.send_signal(self.stop_signal)

    def kill(self) -> None:
        """End it and whatever it started at once."""
        if self.popen is None:
            return
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.popen.pid, signal.SIGKILL)
        self.popen.wait()

    def describe_end(self) -> str:
        """How it ended, for a person: "with exit code 1", "by SIGKILL"."""
        code = self.popen.returncode if self.popen else None
        if code is None:
            return "not at all"
        return f"with exit code {code}" if code >= 0 else f"by {signal.Signals(-code).name}"


def dies_with_parent(number: signal.Signals) -> Callable[[], None]:
    """For preexec_fn: the child gets this signal when we are gone, even by SIGKILL. Nothing where Linux is
    not.
    """

    def arrange() -> None:
        if _libc:
            _libc.prctl(PR_SET_PDEATHSIG, number)

    return arrange
