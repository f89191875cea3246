"""Who is on the desk now, as far as anybody knows."""

from __future__ import annotations

from collections.abc import Collection

import redis

from presence import connection
from presence.here import who_is_here


def here(user_ids: Collection[int]) -> Collection[int] | None:
    """Those of these people who are on the desk now. None while Redis is away: no rule then asks for it."""
    found = who_is_here(user_ids)
    if not found and not connection.ask(_is_there, False):
        return None
    return found


def _is_there(client: redis.Redis) -> bool:
    return bool(client.ping())
