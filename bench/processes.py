"""The product's own processes on the scratch database: started for a measurement, killed after it."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
from urllib.parse import urlsplit

from bench import desk

Process = subprocess.Popen[bytes]


def start(*arguments: str, **settings: str) -> Process:
    """`python -m ...` at the head of a process group of its own; settings from the environment by name."""
    address = urlsplit(os.environ["DATABASE_URL"])
    scratch = address._replace(path=f"/{desk.SCRATCH}").geturl()
    return subprocess.Popen(
        [sys.executable, "-m", *arguments],
        env={**os.environ, "DATABASE_URL": scratch, **settings},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )


def end(process: Process) -> None:
    """Without a warning, with its children."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
