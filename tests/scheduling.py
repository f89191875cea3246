"""Which tests may run side by side, and which get a second try: those that fill the machine by themselves."""

import re
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from xdist.scheduler import LoadScopeScheduling

PROJECT = Path(__file__).resolve().parents[1]
ONE_AT_A_TIME = re.compile(r"\bmark\.(browser|processes)\b")


class Scheduling(LoadScopeScheduling):
    """Deals out single tests, and the files with tests marked `browser` or `processes` one after the other.

    xdist's own groups (`--dist loadgroup`, 3.8) are silently none under pytest 9.2.
    """

    def _split_scope(self, nodeid: str) -> str:
        return mark_in(nodeid.partition("::")[0]) or nodeid


@cache
def mark_in(file: str) -> str:
    """The first of the two marks in a test file, or nothing."""
    found = ONE_AT_A_TIME.search((PROJECT / file).read_text())
    return found[1] if found else ""


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the processes that need no database: the other worker is making it meanwhile.

    What drives a browser or real processes is at the mercy of a busy machine: after a failure it is run once
    more, and the summary names it (RERUN). Such a test is still to be mended.
    """
    for item in items:
        if any(item.iter_markers("browser")) or any(item.iter_markers("processes")):
            item.add_marker(pytest.mark.flaky(reruns=1))
    items.sort(key=lambda item: not item.get_closest_marker("processes") or needs_database(item))


def needs_database(item: pytest.Item) -> bool:
    return "_django_db_helper" in getattr(item, "fixturenames", ()) or bool(
        item.get_closest_marker("django_db")
    )


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Scheduling:
    return Scheduling(config, log)
