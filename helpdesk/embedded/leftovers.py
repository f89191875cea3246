"""Processes that a killed run left behind: found without guessing, ended before the next run starts.

Whoever holds the lock of a data folder is its only user. So a process that was started for this folder and
is not a child of ours is a leftover. That a process was started for this folder shows in what only its own
run can have given it: a variable in its environment, or a current directory inside the folder (PostgreSQL
writes over its environment to show a title, and works in its data directory). Names and recorded process
ids are not trusted: ids are reused.
"""

import contextlib
import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil

MARKER = "HELPDESK_DATA_FOLDER"
SECONDS_TO_STOP = 20


def end_leftovers(data: Path, say: Callable[[str], None]) -> None:
    """End what an earlier run on this data folder left running, politely first. Its lock must be held."""
    left = list(_leftovers(data))
    if left:
        say(f"Ending {len(left)} processes that a killed run left behind ...")
    for process in left:
        # To PostgreSQL, SIGINT means: end all sessions and shut down. SIGTERM would wait for the sessions.
        _signal(
            process,
            signal.SIGINT if _works_in(process).startswith(_home(data, "postgres")) else signal.SIGTERM,
        )
    _gone, alive = psutil.wait_procs(left, timeout=SECONDS_TO_STOP)
    for process in alive:
        _signal(process, signal.SIGKILL)
    psutil.wait_procs(alive, timeout=SECONDS_TO_STOP)


def end_postmaster(pid_file: Path) -> None:
    """End the PostgreSQL that wrote this postmaster.pid, and remove the file if that one is gone already.

    PostgreSQL removes a stale file by itself, unless the id in it lives again as another process of the
    same account: common in a container, where ids start at 1 each time. The start time in the file tells
    the two apart.
    """
    try:
        pid, _data, started, *_rest = pid_file.read_text().splitlines()
        process = psutil.Process(int(pid))
        is_postmaster = -5 < float(started) - process.create_time() < 30
    except (FileNotFoundError, psutil.NoSuchProcess, ValueError):
        is_postmaster = False
    if is_postmaster:
        _signal(process, signal.SIGINT)
        psutil.wait_procs([process], timeout=SECONDS_TO_STOP)
    else:
        pid_file.unlink(missing_ok=True)


def _leftovers(data: Path) -> Iterator[psutil.Process]:
    ours = {process.pid for process in [psutil.Process(), *psutil.Process().parents()]}
    homes = _home(data, "postgres"), _home(data, "redis")
    marker = os.path.realpath(data)
    for process in psutil.process_iter():
        try:
            if process.pid not in ours and (
                process.environ().get(MARKER) == marker or _works_in(process).startswith(homes)
            ):
                yield process
        except (psutil.Error, OSError):
            continue  # gone meanwhile, or another account's


def _home(data: Path, service: str) -> str:
    return os.path.join(os.path.realpath(data), service, "")


def _works_in(process: psutil.Process) -> str:
    try:
        return os.path.join(process.cwd(), "")
    except (psutil.Error, OSError):
        return ""


def _signal(process: psutil.Process, number: signal.Signals) -> None:
    with contextlib.suppress(psutil.NoSuchProcess):
        process.send_signal(number)
