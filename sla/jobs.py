"""Work on many tickets, batch by batch: a little at once, the rest by a worker.

A step does one batch in a transaction that locks the job's row, so two workers with the same job take turns
and a worker that dies loses at most its batch. Celery carries hints; a sweep finds jobs that stand still.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from helpdesk import hints

Step = Callable[[int], bool]
"""Do one batch of the job with this key. Returns whether there is more to do."""

AT_ONCE_SECONDS = 1.0
STRETCH_SECONDS = 60.0
STANDS_STILL_AFTER = timedelta(minutes=2)


def start(task: Any, step: Step, job_id: int) -> None:
    """Do what a second allows, so that small work is done when the page comes; hand on the rest."""
    if work(step, job_id, AT_ONCE_SECONDS):
        hints.give(task, job_id)


def go_on(task: Any, step: Step, job_id: int) -> None:
    """A worker's turn: well below the time limit of tasks, then the next one's."""
    if work(step, job_id, STRETCH_SECONDS):
        hints.give(task, job_id)


def work(step: Step, job_id: int, seconds: float) -> bool:
    """Step until the job is done or the time is up. Returns whether there is more to do."""
    until = time.monotonic() + seconds
    while step(job_id):
        if time.monotonic() >= until:
            return True
    return False
