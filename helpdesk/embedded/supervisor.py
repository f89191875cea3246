"""Keeps a handful of child processes running: one loop, one thread, no state but the processes themselves."""

import contextlib
import os
import selectors
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from types import FrameType

from helpdesk.embedded.errors import CannotStart, StopRequested
from helpdesk.embedded.process import Process, dies_with_parent

TICK_SECONDS = 0.1
LONGEST_DELAY_SECONDS = 30
SECONDS_THAT_FORGIVE = 60
COLOURS = {"postgres": 36, "redis": 35, "worker": 33, "beat": 34, "web": 32}


class Supervisor:
    """Starts processes in the order given, restarts what crashes, stops in the opposite order."""

    def __init__(self) -> None:
        self._running: list[Process] = []  # in the order of their start
        self._keep_alive = False
        self._restart_at: dict[Process, float] = {}
        self._crashes: dict[Process, int] = {}
        self._signals: list[int] = []
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            # nohup asks for SIGHUP to be ignored, and it stays so.
            if number != signal.SIGHUP or signal.getsignal(number) != signal.SIG_IGN:
                signal.signal(number, self._note_signal)

    def _note_signal(self, number: int, _frame: FrameType | None) -> None:
        self._signals.append(number)

    def say(self, text: str) -> None:
        self._print(text)

    def start(self, process: Process) -> None:
        """Start a process that is to run until the end. Raises CannotStart if its program is not there."""
        try:
            process.start()
        except OSError as error:
            raise CannotStart(f"{process.command[0]} could not be started ({error.strerror}).") from error
        self._running.append(process)

    def wait_until(self, is_ready: Callable[[], bool], process: Process, *, seconds: float) -> None:
        """Wait for a started process to be of use. Raises CannotStart if it ends or takes too long."""
        until = time.monotonic() + seconds
        while not is_ready():
            self._turn()
            if not process.is_running:
                self._turn()
                raise CannotStart(
                    f"{process.name} ended {process.describe_end()}: the reason is in {process.log_file}."
                )
            if time.monotonic() > until:
                raise CannotStart(
                    f"{process.name} is not ready after {seconds:.0f} s: see {process.log_file}."
                )

    def run(self, process: Process) -> None:
        """Run a process to its end. Raises CannotStart if it fails."""
        self.start(process)
        self.finish(process)

    def finish(self, process: Process) -> None:
        """Wait for the end of a started process. Raises CannotStart if it failed."""
        while process.is_running or process.output is not None:
            self._turn()
        self._running.remove(process)
        if process.popen and process.popen.returncode != 0:
            raise CannotStart(
                f"{process.name} ended {process.describe_end()}: the reason is in {process.log_file}."
            )

    def attend(self, command: Sequence[str], environment: Mapping[str, str]) -> int:
        """Run a command in this terminal to its end, while the processes go on. Returns its exit code.

        Ctrl-C reaches the command by itself; the other signals are handed on to it.
        """
        with subprocess.Popen(command, env=environment, preexec_fn=dies_with_parent(signal.SIGTERM)) as child:
            while child.poll() is None:
                self._read(TICK_SECONDS)
                while self._signals:
                    number = self._signals.pop()
                    if number != signal.SIGINT:
                        child.send_signal(number)
        return child.returncode

    def keep_running(self) -> None:
        """Restart whatever ends, until a signal asks to stop."""
        self._keep_alive = True
        while True:
            self._turn()

    def stop(self) -> None:
        """Stop everything, the last started first. A second signal meanwhile ends the patience."""
        self._keep_alive = False
        self._signals.clear()
        for process in reversed(self._running):
            process.ask_to_stop()
            until = time.monotonic() + process.stop_seconds
            while process.is_running and time.monotonic() < until and not self._signals:
                self._read(TICK_SECONDS)
            if process.is_running:
                self.say(f"{process.name} did not stop in time and is ended.")
            process.kill()  # what it started and left behind, too
            self._read(0)
        self._running.clear()

    def _turn(self) -> None:
        self._read(TICK_SECONDS)
        if self._signals:
            raise StopRequested
        if self._keep_alive:
            for process in self._running:
                self._revive(process)

    def _revive(self, process: Process) -> None:
        if process.is_running:
            return
        now = time.monotonic()
        if process not in self._restart_at:
            if now - process.started_at > SECONDS_THAT_FORGIVE:
                self._crashes[process] = 0
            delay = min(2 ** self._crashes.get(process, 0), LONGEST_DELAY_SECONDS)
            self._crashes[process] = self._crashes.get(process, 0) + 1
            self._restart_at[process] = now + delay
            self.say(f"{process.name} ended {process.describe_end()}; it is started again in {delay} s.")
            process.kill()
        elif now >= self._restart_at[process]:
            del self._restart_at[process]
            process.start()

    def _read(self, seconds: float) -> None:
        """Show what the processes print; return at the latest after `seconds`."""
        with selectors.DefaultSelector() as selector:
            for process in self._running:
                if process.output is not None:
                    selector.register(process.output, selectors.EVENT_READ, process)
            if not selector.get_map():
                time.sleep(seconds)
            for key, _events in selector.select(seconds):
                for line in key.data.read_lines():
                    self._print(line, key.data.name)

    def _print(self, text: str, name: str = "") -> None:
        label = f"{name:>8} │ " if name else ""
        if label and sys.stdout.isatty():
            label = f"\033[{COLOURS.get(name, 37)}m{label}\033[0m"
        try:
            print(f"{label}{text}", flush=True)  # noqa: T201
        except OSError:
            # Nobody reads any more ("script/server | head"): go on to the end quietly.
            self._signals.append(signal.SIGHUP)
            with contextlib.suppress(OSError), open(os.devnull, "w") as nowhere:
                os.dup2(nowhere.fileno(), sys.stdout.fileno())


def child_environment(variables: Mapping[str, str]) -> dict[str, str]:
    """Our environment with these variables, and output that comes line by line."""
    return {**os.environ, "PYTHONUNBUFFERED": "1", **variables}
