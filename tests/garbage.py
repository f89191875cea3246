"""The garbage collector nearly at rest: a fifth of the time of the ordinary tests.

What is imported and collected stays to the end, a million objects. To look through all of them again and
again finds nothing; what a single test leaves behind in circles is found while it is young.
"""

import gc

import pytest


def pytest_configure() -> None:
    gc.set_threshold(100_000, 50, 100)


@pytest.hookimpl(trylast=True)
def pytest_collection_finish() -> None:
    gc.collect()
    gc.freeze()
