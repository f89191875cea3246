"""The scan: `python -m bench.scan [--tickets 10000 100000] [--due 10000]`.

With nothing due: one look, its SQL time and plan. With 10,000 clocks due at once: two scanner processes until
all are escalated, against a bare UPDATE of as many clocks and tickets as the floor.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import time

from bench import desk


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--tickets", type=int, nargs="+", default=[10_000, 100_000])
    parser.add_argument("--due", type=int, default=10_000)
    parser.add_argument("--scan-only", action="store_true", help="be one of the two scanners")
    asked = parser.parse_args()
    desk.use_scratch_database()
    if asked.scan_only:
        scan_until_done()
        return
    for tickets in asked.tickets:
        print(f"{tickets:,} tickets")
        desk.fill(tickets)
        nothing_due()
        desk.fill(tickets, due_now=asked.due)
        everything_due(asked.due)


def nothing_due() -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext
    from django.utils import timezone

    from sla import scanning

    seconds = []
    for _round in range(20):
        with CaptureQueriesContext(connection) as captured:
            scanning.scan(timezone.now())
        looks = [query for query in captured.captured_queries if "next_threshold_at" in query["sql"]]
        assert len(looks) == 1, "one look"
        seconds.append(float(looks[0]["time"]))
    print(f"  nothing due: one look, median {statistics.median(seconds) * 1000:.1f} ms of SQL (budget 5)")
    with connection.cursor() as cursor:
        cursor.execute("explain (analyze, costs off, timing off, summary off) " + looks[0]["sql"])
        for (line,) in cursor.fetchall():
            print("    " + line)


def everything_due(due: int) -> None:
    from tickets.models import Ticket

    base = floor()
    started = time.perf_counter()
    scanners = [
        subprocess.Popen(
            [sys.executable, "-m", "bench.scan", "--scan-only"],
            env=os.environ,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(2)
    ]
    busy = [float(scanner.communicate()[0].split()[-1]) for scanner in scanners]
    wall = time.perf_counter() - started
    escalated = Ticket.objects.filter(number__gt=90_000_000, tier="L2").count()
    assert escalated == due, f"{escalated} of {due} escalated"
    assert all(scanner.returncode == 0 for scanner in scanners)
    print(
        f"  {due:,} due: all escalated once in {max(busy):.1f} s ({due / max(busy):,.0f} a second; "
        f"{wall:.1f} s with the start of both processes), {max(busy) / base:.0f} times the floor"
        f" (a bare UPDATE of the rows: {base:.2f} s)"
    )
    exactly_once(due)


def exactly_once(due: int) -> None:
    from events.models import Event

    kinds = Event.objects.filter(ticket__gt=90_000_000)
    for kind in ("sla.breached", "ticket.escalated"):
        assert kinds.filter(kind=kind).count() == due, kind
        assert kinds.filter(kind=kind).values("ticket").distinct().count() == due, kind


def floor() -> float:
    """Seconds that PostgreSQL needs to touch the same rows without asking anything. Rolled back."""
    from django.db import connection, transaction

    with transaction.atomic(), connection.cursor() as cursor:
        started = time.perf_counter()
        cursor.execute("update tickets_ticket set tier = 'L2', updated_at = now() where number > 90000000")
        cursor.execute("update sla_clock set breached_at = due_at where ticket_id > 90000000")
        seconds = time.perf_counter() - started
        transaction.set_rollback(True)
    return seconds


def scan_until_done() -> None:
    from django.utils import timezone

    from sla import scanning
    from sla.models import Clock

    started, now = time.perf_counter(), timezone.now()
    while Clock.objects.due_for_scan(now).exists():
        scanning.scan(now)
    print(time.perf_counter() - started)


if __name__ == "__main__":
    main()
