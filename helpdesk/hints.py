"""Ask a worker to do something now. Only a hint: what must be done stands in PostgreSQL and a sweep finds it.

A hint goes to Redis from a thread of its own: publishing to a Redis that hangs takes seconds, and nobody's
page may wait for that. What cannot be delivered is forgotten.
"""

from __future__ import annotations

import atexit
import os
import queue
import threading
import time
from dataclasses import dataclass, field
from typing import Any

import structlog

logger = structlog.get_logger(__name__)

MOST_WAITING = 1000
# A hint that no worker took in this time is dropped: the sweeps have come by meanwhile.
LIVES_SECONDS = 60
# After a failure hints are thrown away for a while instead of trying each.
PAUSE_SECONDS = 5.0
GOODBYE_SECONDS = 1.0


@dataclass
class _Messenger:
    """The thread of this process, started with the first hint."""

    hints: queue.Queue[tuple[Any, tuple[Any, ...], float]] = field(
        default_factory=lambda: queue.Queue(maxsize=MOST_WAITING)
    )
    thread: threading.Thread | None = None
    lock: threading.Lock = field(default_factory=threading.Lock)
    waiting: set[tuple[str, tuple[Any, ...]]] = field(default_factory=set)

    def give(self, task: Any, args: tuple[Any, ...], seconds: float) -> None:
        with self.lock:
            if self.thread is None:
                self.thread = threading.Thread(target=self._run, name="hints", daemon=True)
                self.thread.start()
            if (task.name, args) in self.waiting and not seconds:
                return  # the same one is about to leave: a batch of events asks for the mail as often
            try:
                self.hints.put_nowait((task, args, seconds))
            except queue.Full:
                logger.warning("hint_lost", task=task.name, reason="too many are waiting")
                return
            if not seconds:
                self.waiting.add((task.name, args))

    def wait(self, seconds: float) -> bool:
        """Wait until all hints given so far are gone. Returns whether they are."""
        until = time.monotonic() + seconds
        while self.hints.unfinished_tasks and time.monotonic() < until:
            time.sleep(0.005)
        return not self.hints.unfinished_tasks

    def _run(self) -> None:
        paused_until = 0.0
        while True:
            task, args, seconds = self.hints.get()
            with self.lock:
                self.waiting.discard((task.name, args))
            if time.monotonic() >= paused_until:
                try:
                    when = {"countdown": seconds} if seconds else {}
                    task.apply_async(args, expires=seconds + LIVES_SECONDS, **when)
                except Exception as error:
                    paused_until = time.monotonic() + PAUSE_SECONDS
                    logger.warning("hint_lost", task=task.name, reason=str(error))
            self.hints.task_done()


_messenger = _Messenger()


def give(task: Any, *args: Any) -> None:
    """Have a Celery task run soon, if Redis and a worker are there. Never blocks, never raises."""
    _messenger.give(task, args, 0.0)


def give_in(seconds: float, task: Any, *args: Any) -> None:
    """The same, in so many seconds: at most a minute, for a worker keeps it in memory."""
    _messenger.give(task, args, seconds)


def wait_until_given(seconds: float = GOODBYE_SECONDS) -> bool:
    """For the end of a command and for tests. Returns whether every hint is on its way."""
    return _messenger.wait(seconds)


def _start_anew() -> None:
    """Threads do not survive a fork; the child gets its own."""
    global _messenger
    _messenger = _Messenger()


atexit.register(wait_until_given)
os.register_at_fork(after_in_child=_start_anew)
