"""A calendar version comes into force between tickets, never in the middle of one that is being filed.

Without this a ticket could read the old version, wait, and be committed after the job that moves open tickets
to the new one has looked for them (rule C2).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection

KEY = 0x5C_A1_E2_DA
KEY_OF_THE_JOB = KEY + 1


def hold_versions() -> None:
    """Let no version come into force until this transaction ends. Many may hold at once."""
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock_shared(%s)", [KEY])


def change_versions() -> None:
    """Wait until nobody holds the versions, and keep others from it until this transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(%s)", [KEY])


@contextmanager
def only_one_applies() -> Iterator[bool]:
    """Whether this process is the one that moves tickets now. A process that dies gives it up."""
    with connection.cursor() as cursor:
        cursor.execute("select pg_try_advisory_lock(%s)", [KEY_OF_THE_JOB])
        is_the_one: bool = cursor.fetchone()[0]
    try:
        yield is_the_one
    finally:
        if is_the_one:
            with connection.cursor() as cursor:
                cursor.execute("select pg_advisory_unlock(%s)", [KEY_OF_THE_JOB])
