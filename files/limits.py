"""How many files one person may send in a minute: enough for anybody, too few to fill a disk in secret."""

from __future__ import annotations

from django.core.cache import cache
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User

FILES_PER_MINUTE = 60


def admits(user: User, count: int) -> bool:
    """Count so many files; false if they are too many for this minute. Without a cache nobody is refused."""
    if not count:
        return True
    key = f"uploads:{user.pk}:{timezone.now():%Y%m%d%H%M}"
    cache.add(key, 0, timeout=120)
    try:
        return cache.incr(key, count) <= FILES_PER_MINUTE
    except ValueError:
        return True


def refusal() -> str:
    return _(
        "You sent more than %(limit)d files within a minute. Please wait a moment and send them again."
    ) % {"limit": FILES_PER_MINUTE}
