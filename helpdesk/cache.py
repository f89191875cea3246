"""The cache holds only what can be computed again, so a Redis that is away costs time and nothing else."""

from typing import Any

import structlog
from django.core.cache.backends.redis import RedisCache
from redis.exceptions import RedisError

logger = structlog.get_logger(__name__)


class ForgivingRedisCache(RedisCache):
    """Django's Redis cache; a miss where Redis does not answer within the socket timeout."""

    def get(self, key: Any, default: Any = None, version: int | None = None) -> Any:
        try:
            return super().get(key, default, version)
        except (RedisError, OSError) as error:
            logger.warning("cache_unavailable", operation="get", error=str(error))
            return default

    def set(self, key: Any, value: Any, timeout: Any = 300, version: int | None = None) -> None:
        try:
            super().set(key, value, timeout, version)
        except (RedisError, OSError) as error:
            logger.warning("cache_unavailable", operation="set", error=str(error))

    def add(self, key: Any, value: Any, timeout: Any = 300, version: int | None = None) -> bool:
        try:
            return super().add(key, value, timeout, version)
        except (RedisError, OSError) as error:
            logger.warning("cache_unavailable", operation="add", error=str(error))
            return True

    def delete(self, key: Any, version: int | None = None) -> bool:
        try:
            return super().delete(key, version)
        except (RedisError, OSError) as error:
            logger.warning("cache_unavailable", operation="delete", error=str(error))
            return False

    def incr(self, key: Any, delta: int = 1, version: int | None = None) -> int:
        try:
            return super().incr(key, delta, version)
        except (RedisError, OSError) as error:
            logger.warning("cache_unavailable", operation="incr", error=str(error))
            raise ValueError("the cache is away") from error

    def get_many(self, keys: Any, version: int | None = None) -> dict[Any, Any]:
        try:
            return super().get_many(keys, version)
        except (RedisError, OSError) as error:
            logger.warning("cache_unavailable", operation="get_many", error=str(error))
            return {}

    def set_many(self, data: Any, timeout: Any = 300, version: int | None = None) -> list[Any]:
        try:
            return super().set_many(data, timeout, version)
        except (RedisError, OSError) as error:
            logger.warning("cache_unavailable", operation="set_many", error=str(error))
            return list(data)
