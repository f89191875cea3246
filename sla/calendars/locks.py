"""A calendar version comes into force between tickets, never in the middle of one that is being filed.

Without this a ticket could read the old version, wait, and be committed after the job that moves open tickets
to the new one has looked for them (rule C2).
"""

from __future__ import annotations

from django.db import connection

KEY = 0x5C_A1_E2_DA


def hold_versions() -> None:
    """Let no version come into force until this transaction ends. Many may hold at once."""
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock_shared(%s)", [KEY])


def change_versions() -> None:
    """Wait until nobody holds the versions, and keep others from it until this transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(%s)", [KEY])
