"""How the installation is: what a monitor asks, and what a person looks at first in trouble."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import redis
from django.conf import settings
from django.db import connection
from django.db.models import Min
from redis.backoff import NoBackoff
from redis.retry import Retry

from events.models import Event
from notifications.models import Mail
from sla import heartbeat

# Each event is announced, and each mail gone, within these times, or something is wrong.
ANNOUNCED_WITHIN = timedelta(minutes=5)
MAILED_WITHIN = timedelta(minutes=15)
REDIS_SECONDS = 1

Part = dict[str, Any]


def report(now: datetime) -> dict[str, Any]:
    """Each part with its status; "degraded" as soon as one is not "ok". Raises if the database is away."""
    with connection.cursor() as cursor:
        cursor.execute("select 1")
    parts = {
        "database": {"status": "ok"},
        "redis": _redis(),
        "scan": _scan(now),
        "events": _backlog(now, Event.objects.pending().order_by(), "recorded_at", ANNOUNCED_WITHIN),
        "mail": _backlog(now, Mail.objects.waiting(), "created_at", MAILED_WITHIN),
    }
    is_well = all(part["status"] == "ok" for part in parts.values())
    return {"status": "ok" if is_well else "degraded", **parts}


def _redis() -> Part:
    client = redis.Redis.from_url(
        settings.REDIS_URL,
        socket_timeout=REDIS_SECONDS,
        socket_connect_timeout=REDIS_SECONDS,
        retry=Retry(NoBackoff(), 0),
    )
    try:
        client.ping()
    except (redis.RedisError, OSError):
        return {"status": "away"}
    finally:
        client.close()
    return {"status": "ok"}


def _scan(now: datetime) -> Part:
    at = heartbeat.last()
    if at is None:
        return {"status": "never", "seconds_ago": None}
    return {"status": "ok" if now - at <= heartbeat.SILENCE else "late", "seconds_ago": _seconds(now - at)}


def _backlog(now: datetime, waiting: Any, since: str, within: timedelta) -> Part:
    """The age of the oldest row that waits; 0 if nothing does."""
    oldest = waiting.aggregate(oldest=Min(since))["oldest"]
    age = now - oldest if oldest else timedelta()
    return {"status": "ok" if age <= within else "late", "oldest_seconds": _seconds(age)}


def _seconds(age: timedelta) -> int:
    return max(0, round(age.total_seconds()))
