"""The connection to Redis that presence uses: the one of the live updates, with keys of its own.

Presence is a courtesy. Whoever asks gets an answer at once: after a failure Redis is left alone for a while.
"""

from __future__ import annotations

import functools
import time
from collections.abc import Callable
from typing import Any, TypeVar, cast

import redis
import structlog
from django.conf import settings
from redis.exceptions import RedisError

logger = structlog.get_logger(__name__)

PATIENCE_SECONDS = 1.0
PAUSE_SECONDS = 5.0

Answer = TypeVar("Answer")
_paused_until: dict[str, float] = {}


def key(name: str) -> str:
    return f"{_config()['prefix']}:presence:{name}"


def ask(question: Callable[[redis.Redis], Answer], otherwise: Answer) -> Answer:
    """What `question` finds in Redis; `otherwise` while Redis is away."""
    address = _config()["hosts"][0]["address"]
    if time.monotonic() < _paused_until.get(address, 0.0):
        return otherwise
    try:
        return question(_client(address))
    except (RedisError, OSError) as error:
        _paused_until[address] = time.monotonic() + PAUSE_SECONDS
        logger.warning("presence_without_redis", error=str(error) or type(error).__name__)
        return otherwise


def _config() -> dict[str, Any]:
    return cast(dict[str, Any], settings.CHANNEL_LAYERS["default"]["CONFIG"])


@functools.cache
def _client(address: str) -> redis.Redis:
    return redis.Redis.from_url(
        address,
        decode_responses=True,
        socket_timeout=PATIENCE_SECONDS,
        socket_connect_timeout=PATIENCE_SECONDS,
    )
