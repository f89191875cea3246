"""Who stands behind a session now, and what they may see.

Rights are asked again before anything is relayed. One change concerns every open page at once, so the
questions of all sockets of a process that wait at the same time are answered together: two queries for fifty
people.
"""

from __future__ import annotations

from collections.abc import Collection

from channels.db import database_sync_to_async
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.models import Session
from django.core.exceptions import EmptyResultSet
from django.utils import timezone
from django.utils.crypto import constant_time_compare

from accounts.models import User
from helpdesk.together import Together
from tickets.models import Ticket


async def person(session_key: str | None) -> User | None:
    """Whose session this is. None after signing out, a new password elsewhere, or deactivation."""
    return await _people(session_key) if session_key else None


async def visible(user: User, numbers: Collection[int]) -> set[int]:
    """Those of these tickets that this person may see."""
    if not numbers:
        return set()
    return await _tickets((user, frozenset(numbers)))


def _people_of(keys: list[str]) -> list[User | None]:
    """What `django.contrib.auth.get_user` finds for each of these sessions."""
    sessions = Session.objects.filter(session_key__in=set(keys), expire_date__gt=timezone.now())
    contents = {session.session_key: session.get_decoded() for session in sessions}
    ids = {content[SESSION_KEY] for content in contents.values() if SESSION_KEY in content}
    users = {str(user.pk): user for user in User.objects.active().filter(pk__in=ids)}
    return [_proved(contents.get(key, {}), users) for key in keys]


def _proved(content: dict[str, str], users: dict[str, User]) -> User | None:
    user = users.get(content.get(SESSION_KEY, ""))
    if user is None or content.get(BACKEND_SESSION_KEY) not in settings.AUTHENTICATION_BACKENDS:
        return None
    signature = content.get(HASH_SESSION_KEY, "")
    hashes = [user.get_session_auth_hash(), *user.get_session_auth_fallback_hash()]
    return user if any(constant_time_compare(signature, one) for one in hashes) else None


def _query_of(user: User) -> str:
    try:
        return str(Ticket.objects.visible_to(user).order_by().values("pk").query)
    except EmptyResultSet:
        return ""


def _visible(questions: list[tuple[User, frozenset[int]]]) -> list[set[int]]:
    """Whom the same query serves, the whole desk for one, shares its answer."""
    shared: dict[str, tuple[User, set[int]]] = {}
    keys = []
    for user, numbers in questions:
        key = _query_of(user)
        shared.setdefault(key, (user, set()))[1].update(numbers)
        keys.append(key)
    seen = {
        key: set(Ticket.objects.visible_to(user).filter(number__in=numbers).values_list("number", flat=True))
        for key, (user, numbers) in shared.items()
    }
    return [seen[key] & numbers for key, (_, numbers) in zip(keys, questions, strict=True)]


_people: Together[str, User | None] = Together(database_sync_to_async(_people_of))
_tickets: Together[tuple[User, frozenset[int]], set[int]] = Together(database_sync_to_async(_visible))
