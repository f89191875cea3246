"""The ticket search and one ticket's page against a bare view of 25 rows: `python -m bench.search`.

The words: every ticket has "black", one in fifty "kirin", one alone its number.
"""

from __future__ import annotations

import argparse

from bench import desk
from bench.queue import print_times

PAGES = {
    "a word of all": "/queue/search/?q=black",
    "of one in fifty": "/queue/search/?q=kirin",
    "of one": '/queue/search/?q="room 777"',
    "of none": "/queue/search/?q=nowhere",
    "with filters": "/queue/search/?q=kirin tier:L2 status:closed",
    "views and counts": "/queue/counts/",
    "ticket": "/tickets/10777/",
    "floor": "/floor/",
}


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--tickets", type=int, nargs="+", default=[10_000, 100_000])
    sizes = parser.parse_args().tickets
    desk.use_scratch_database()
    from django.conf import settings

    settings.ROOT_URLCONF = "bench.queue_urls"
    settings.ALLOWED_HOSTS = ["testserver"]
    # What is kept for some seconds is measured as if it were not.
    dummy = {"BACKEND": "django.core.cache.backends.dummy.DummyCache"}
    settings.CACHES = {**settings.CACHES, "default": dummy}
    for tickets in sizes:
        desk.filled(tickets)
        print_times(tickets, PAGES)


if __name__ == "__main__":
    main()
