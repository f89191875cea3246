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
import time
from collections.abc import Callable, Iterable, Iterator
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
    for process in wait_for_the_end(left, seconds=SECONDS_TO_STOP):
        _signal(process, signal.SIGKILL)
    wait_for_the_end(left, seconds=SECONDS_TO_STOP)


def end_postmaster(pid_file: Path) -> None:
    """End the PostgreSQL that wrote this postmaster.pid, and remove the file once that one is gone.

    PostgreSQL removes a stale file by itself, unless the id in it lives again as another process of the
    same account (in a container ids start at 1 each time) or ended and was never collected. The start time
    in the file tells its writer from anybody else.
    """
    try:
        pid, _data, started, *_rest = pid_file.read_text().splitlines()
        process = psutil.Process(int(pid))
        is_writer = -5 < float(started) - process.create_time() < 30
    except (FileNotFoundError, psutil.NoSuchProcess, ValueError):
        is_writer = False
    if is_writer:
        _signal(process, signal.SIGINT)
        if wait_for_the_end([process], seconds=SECONDS_TO_STOP):
            return  # and the new one refuses to start beside it
    pid_file.unlink(missing_ok=True)


def wait_for_the_end(processes: Iterable[psutil.Process], *, seconds: float) -> list[psutil.Process]:
    """Wait until these processes have ended, whosever children they are. Returns those that run on.

    One that ended and was never collected (many containers have no init for that) has ended.
    """
    until = time.monotonic() + seconds
    alive = list(processes)
    while alive := [process for process in alive if _runs(process)]:
        if time.monotonic() > until:
            break
        time.sleep(0.05)
    return alive


def _runs(process: psutil.Process) -> bool:
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


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
