"""How long a vendor's tree takes to import, and how much memory: `script/bench docs`.

A database of its own gets 1,300 Markdown files in two languages (tests/kb/vendor_tree.py). The floor is
reading and rendering the same files without storing anything.
"""

from __future__ import annotations

import argparse
import resource
import tempfile
import time
from pathlib import Path

import django

django.setup()

from django.conf import settings  # noqa: E402
from django.core.cache import cache  # noqa: E402
from django.db import connection  # noqa: E402

from helpdesk.markdown import render_article  # noqa: E402
from kb.models import Article  # noqa: E402
from kb.rendering import rendered  # noqa: E402
from kb.shelves import put_up  # noqa: E402
from kb.trees.importing import Report, import_tree  # noqa: E402
from kb.trees.reading import Unreadable, read  # noqa: E402
from tests.kb.vendor_tree import grow  # noqa: E402


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pages", type=int, default=1_300)
    options = parser.parse_args()
    connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    try:
        with tempfile.TemporaryDirectory() as folder:
            settings.MEDIA_ROOT = f"{folder}/media"
            put_up("default")
            measure(Path(folder) / "tree", options.pages)
    finally:
        connection.creation.destroy_test_db(connection.settings_dict["NAME"], verbosity=0)


def measure(tree: Path, pages: int) -> None:
    number = grow(tree, pages)
    started = time.perf_counter()
    for path in sorted(tree.rglob("*.md")):
        if path.is_file() and not path.is_symlink():
            try:
                render_article(read(path.read_bytes(), path.name).body)
            except Unreadable:
                continue
    floor = time.perf_counter() - started
    before = megabytes()
    first, seconds = timed(tree)
    grown = megabytes() - before
    again, seconds_again = timed(tree)
    print(f"{number} Markdown files")
    print(f"read and rendered only (floor)   {floor:7.1f} s")
    print(f"first import                     {seconds:7.1f} s  ({seconds / floor:.1f} times the floor)")
    print(f"second import, nothing changed   {seconds_again:7.1f} s, {again.revisions} revisions")
    print(f"memory added by the first import {grown:7.0f} MB")
    print(f"{first.created} created, {len(first.skipped)} skipped, {len(first.notes)} notes")
    print(f"{len(first.broken_links)} broken links, {len(first.missing_pictures)} missing pictures")
    cache.clear()
    times = []
    for article in Article.objects.order_by("pk"):
        started = time.perf_counter()
        rendered(article)
        times.append((time.perf_counter() - started, article.slug))
    slowest = max(times)
    median = sorted(times)[len(times) // 2][0]
    print(f"a page the first time: median {median * 1000:.0f} ms")
    print(f"the slowest: {slowest[0] * 1000:.0f} ms, {slowest[1]}")


def timed(tree: Path) -> tuple[Report, float]:
    started = time.perf_counter()
    report = import_tree(tree, name="vendor")
    return report, time.perf_counter() - started


def megabytes() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    main()
