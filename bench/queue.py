"""The queue page against a bare view that runs the same SQL: `python -m bench.queue`.

Both go through the same middleware with the same signed-in agent; the floor renders a list of 25 lines. The
budget: at most 1.5 times the floor, and the same at every size within 1.3.
"""

from __future__ import annotations

import argparse
import statistics
import time

from bench import desk

ROUNDS = 60


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--tickets", type=int, nargs="+", default=[10_000, 100_000])
    sizes = parser.parse_args().tickets
    desk.use_scratch_database()
    from django.conf import settings

    settings.ROOT_URLCONF = "bench.queue_urls"
    settings.ALLOWED_HOSTS = ["testserver"]
    pages = {
        "queue, all open": "/queue/?q=",
        "queue, tier L2": "/queue/?q=tier:L2",
        "queue, my next": "/queue/?q=for:me",
        "queue, four filters": "/queue/?q=tier:L1 priority:P1,P2 product:live unassigned",
        "queue, by tier": "/queue/?q=&group=tier",
        "queue, by organisation": "/queue/?q=&group=org",
        "queue, waiting": "/queue/?q=status:pending",
        "floor": "/floor/",
    }
    for tickets in sizes:
        desk.filled(tickets)
        print_times(tickets, pages)


def print_times(tickets: int, pages: dict[str, str]) -> None:
    """In milliseconds, and the medians as multiples of the floor's."""
    print(f"{'tickets':>10}  {'page':<26}{'median ms':>10}{'p95 ms':>9}{'x floor':>9}{'statements':>12}")
    measured = measure(pages)
    for name in pages:
        median, slow, statements = measured[name]
        times = f"{median * 1000:>10.1f}{slow * 1000:>9.1f}{median / measured['floor'][0]:>9.2f}"
        print(f"{tickets:>10,}  {name:<26}{times}{statements:>12}")


def measure(pages: dict[str, str]) -> dict[str, tuple[float, float, int]]:
    """Of each page the median seconds, those of the slowest in twenty, its statements. Pages take turns."""
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    from accounts.models import User

    client = Client()
    client.force_login(User.objects.filter(role="agent").first())
    seconds: dict[str, list[float]] = {name: [] for name in pages}
    statements = {}
    for round_ in range(ROUNDS + 5):
        for name, path in pages.items():
            started = time.perf_counter()
            response = client.get(path)
            if round_ >= 5:
                seconds[name].append(time.perf_counter() - started)
            assert response.status_code == 200, (path, response.status_code)
    for name, path in pages.items():
        with CaptureQueriesContext(connection) as captured:
            client.get(path)
        statements[name] = len(captured)
    return {
        name: (statistics.median(times), statistics.quantiles(times, n=20)[-1], statements[name])
        for name, times in seconds.items()
    }


if __name__ == "__main__":
    main()
