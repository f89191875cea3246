"""Who is connected: a page of theirs is open, on any server."""

from __future__ import annotations

import time
from collections.abc import Collection

import redis

from presence import connection

HERE_SECONDS = 60
_KEY = "here"


def who_is_here(user_ids: Collection[int]) -> set[int]:
    """Those of these people who had a page of the desk open within the last minute.

    Nobody while Redis is away: then it is not known, and who asks should do without.
    """
    wanted = [str(user_id) for user_id in user_ids]
    if not wanted:
        return set()

    def scores(client: redis.Redis) -> list[float | None]:
        return client.zmscore(connection.key(_KEY), wanted)

    oldest = time.time() - HERE_SECONDS
    nobody: list[float | None] = []
    seen = connection.ask(scores, nobody)
    return {int(user_id) for user_id, at in zip(wanted, seen, strict=False) if at and at >= oldest}


def note_here(user_ids: Collection[int]) -> None:
    """Remember that these people are connected now."""
    now = time.time()

    def touch(client: redis.Redis) -> None:
        with client.pipeline() as pipe:
            pipe.zadd(connection.key(_KEY), {str(user_id): now for user_id in user_ids})
            pipe.zremrangebyscore(connection.key(_KEY), "-inf", now - HERE_SECONDS)
            pipe.expire(connection.key(_KEY), HERE_SECONDS)
            pipe.execute()

    if user_ids:
        connection.ask(touch, None)
