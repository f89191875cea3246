"""The report's CSV against PostgreSQL's own COPY of the same columns: `python -m bench.export`.

Two rows a ticket. The budget: at least half the speed of COPY, memory flat.
"""

from __future__ import annotations

import argparse
import os
import resource
import time
from datetime import UTC, datetime, timedelta

from bench import desk


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--tickets", type=int, nargs="+", default=[10_000, 100_000])
    sizes = parser.parse_args().tickets
    desk.use_scratch_database()
    print(f"{'rows':>10}{'COPY s':>9}{'export s':>10}{'x COPY':>8}{'rows/s':>10}{'memory grew MB':>16}")
    for tickets in sizes:
        desk.filled(tickets)
        measure()


def measure() -> None:
    from django.db import connection

    from sla.export import columns, lines
    from sla.reports import Question, clocks

    now = datetime.now(UTC)
    question = Question(start=now - timedelta(days=3650), end=now + timedelta(days=3650), zone=UTC)
    chosen = clocks(question, now).order_by("promised_at", "pk").values_list(*columns(now).values())
    sql, params = chosen.query.sql_with_params()
    with connection.cursor() as cursor, open(os.devnull, "wb") as nowhere:
        copy = cursor.mogrify(sql, params).decode()
        started = time.perf_counter()
        cursor.copy_expert(f"copy ({copy}) to stdout with csv", nowhere)
        by_copy = time.perf_counter() - started

    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    started, rows = time.perf_counter(), -1
    for chunk in lines(question, now):
        rows += chunk.count(b"\n")
    by_us = time.perf_counter() - started
    grew = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    print(
        f"{rows:>10,}{by_copy:>9.2f}{by_us:>10.2f}{by_us / by_copy:>8.2f}{rows / by_us:>10,.0f}{grew:>16.1f}"
    )


if __name__ == "__main__":
    main()
