"""How often somebody unknown may do a thing: counted under a digest of the address for a minute."""

from __future__ import annotations

from allauth.account.adapter import get_adapter
from django.core.cache import cache
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.utils import timezone
from django.utils.crypto import salted_hmac


def admits(request: HttpRequest, what: str, *, per_minute: int) -> bool:
    """Whether this person, or this address of somebody not signed in, may do it once more this minute.

    The address itself is written nowhere. A cache that is away lets everybody in.
    """
    key = f"throttle:{what}:{_who(request)}:{timezone.now():%Y%m%d%H%M}"
    cache.add(key, 0, timeout=120)
    try:
        return bool(cache.incr(key) <= per_minute)
    except ValueError:
        return True


def _who(request: HttpRequest) -> str:
    if request.user.is_authenticated:
        return str(request.user.pk)
    try:
        address = get_adapter().get_client_ip(request)
    except PermissionDenied:
        address = ""
    return salted_hmac("throttle", address, algorithm="sha256").hexdigest()[:32]
