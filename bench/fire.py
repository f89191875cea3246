"""Exactly once under fire: `python -m bench.fire [--due 10000] [--kills 10]`.

So many clocks due at one moment, four scanners that are real workers, two beats, and SIGKILL for a worker in
the middle of its work at random moments, with another one started in its place. Afterwards each breach
stands in the log once and each message in the outbox once. Seconds are said; what is judged is the count.
"""

from __future__ import annotations

import argparse
import os
import random
import time
from pathlib import Path

from bench import desk, processes

CELERY = ["celery", "--quiet", "-A", "helpdesk"]
WORKER = [
    *CELERY,
    *("worker", "--loglevel", "ERROR", "--concurrency", "1", "--without-mingle", "--without-gossip"),
]
SETTINGS = {
    "SLA_SCAN_PERIOD_SECONDS": "2",
    "OUTBOX_SWEEP_PERIOD_SECONDS": "2",
    "EMAIL_BACKEND": "django.core.mail.backends.dummy.EmailBackend",
}
SCANNERS = 4
BEATS = 2


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--due", type=int, default=10_000)
    parser.add_argument("--kills", type=int, default=10)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10_000))
    asked = parser.parse_args()
    desk.use_scratch_database()
    desk.fill(100, due_now=asked.due)
    _add_people()
    with _Processes() as running:
        _fire(running, asked.due, asked.kills, random.Random(asked.seed))
        started = time.monotonic()
        _wait(lambda: not _pending(), "everything is announced", every=0.5)
        print(f"  everything announced {time.monotonic() - started:.1f} s later")
    _judge(asked.due)
    print(f"  (seed {asked.seed})")


def _fire(running: _Processes, due: int, kills: int, dice: random.Random) -> None:
    for _ in range(BEATS):
        running.start_beat()
    for _ in range(SCANNERS):
        running.start_worker()
    _wait(lambda: _escalated() > 0, "the first are escalated")
    started, killed = time.monotonic(), 0
    for moment in sorted(dice.sample(range(1, max(due * 3 // 4, kills + 1)), kills)):
        _wait(lambda moment=moment: _escalated() >= moment, f"{moment} are escalated")
        if _escalated() < due:
            killed += 1
        running.kill(dice)
        running.start_worker()
    _wait(lambda: _escalated() == due, "all are escalated")
    seconds = time.monotonic() - started
    print(
        f"  {due:,} escalated in {seconds:.1f} s beside the announcements;"
        f" {killed} workers killed at their work"
    )


class _Processes:
    """Workers and beats on the scratch database."""

    def __init__(self) -> None:
        self.workers: list[processes.Process] = []
        self.beats: list[processes.Process] = []
        self.count = 0

    def __enter__(self) -> _Processes:
        return self

    def __exit__(self, *error: object) -> None:
        for process in [*self.beats, *self.workers]:
            processes.end(process)

    def start_worker(self) -> None:
        self.count += 1
        name = f"fire{self.count}@localhost"
        self.workers.append(processes.start(*WORKER, "--hostname", name, **SETTINGS))

    def start_beat(self) -> None:
        folder = Path(os.environ.get("DATA_DIR", ".data"))
        folder.mkdir(parents=True, exist_ok=True)
        schedule = folder / f"fire-schedule-{os.getpid()}-{len(self.beats)}"
        beat = [*CELERY, "beat", "--schedule", str(schedule), "--pidfile", ""]
        self.beats.append(processes.start(*beat, **SETTINGS))

    def kill(self, dice: random.Random) -> None:
        processes.end(self.workers.pop(dice.randrange(len(self.workers))))


def _add_people() -> None:
    """A lead of L1, one of L2 and a manager: each hears of every breach."""
    from accounts.models import User

    for name, role, tier in (("lead1", "agent", "L1"), ("lead2", "agent", "L2"), ("manager", "manager", "")):
        User.objects.update_or_create(
            email=f"{name}@bench.example",
            defaults={"id": 1000 + len(name) + len(tier) + ord(name[-1]), "name": name, "role": role}
            | {"tier": tier, "is_lead": role == "agent", "password": "!"},
        )


def _wait(is_true: object, what: str, every: float = 0.02) -> None:
    until = time.monotonic() + 1800
    while not is_true():  # type: ignore[operator]
        if time.monotonic() > until:
            raise SystemExit(f"not within half an hour: {what}")
        time.sleep(every)


def _escalated() -> int:
    from events.models import Event

    return Event.objects.filter(kind="ticket.escalated").count()


def _pending() -> bool:
    from events.models import Event

    return Event.objects.pending().exists()


def _judge(due: int) -> None:
    from django.db.models import Count

    from events.models import Event
    from notifications.models import Mail
    from sla.models import ClockRecord

    breaches = Event.objects.filter(kind="sla.breached")
    mails = Mail.objects.filter(event__in=breaches)
    twice = [
        breaches.values("ticket", "data__target").annotate(times=Count("pk")).filter(times__gt=1).count(),
        mails.values("user", "ticket").annotate(times=Count("pk")).filter(times__gt=1).count(),
    ]
    records = ClockRecord.objects.filter(level="breach").count()
    print(
        f"  {breaches.count():,} breaches in the log, {records:,} records, {_escalated():,} escalations,"
        f" {mails.count():,} mails to three people; {sum(twice)} of them twice"
    )
    assert breaches.count() == records == _escalated() == due
    assert mails.count() == 3 * due
    assert twice == [0, 0]


if __name__ == "__main__":
    main()
