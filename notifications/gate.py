"""Who stands behind a session now, and what they may see.

Rights are asked again before anything is relayed. One change concerns every open page at once, so the
questions of all sockets of a process that wait at the same time are answered together: two queries for fifty
people.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection
from typing import Generic, TypeVar
from weakref import WeakKeyDictionary

from channels.db import database_sync_to_async
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.models import Session
from django.core.exceptions import EmptyResultSet
from django.utils import timezone
from django.utils.crypto import constant_time_compare

from accounts.models import User
from tickets.models import Ticket

Question = TypeVar("Question")
Answer = TypeVar("Answer")


async def person(session_key: str | None) -> User | None:
    """Whose session this is. None after signing out, a new password elsewhere, or deactivation."""
    return await _together(_people, _people_of)(session_key) if session_key else None


async def visible(user: User, numbers: Collection[int]) -> set[int]:
    """Those of these tickets that this person may see."""
    if not numbers:
        return set()
    return await _together(_tickets, _visible)((user, frozenset(numbers)))


class _Together(Generic[Question, Answer]):
    """Gathers what is asked while an answer is on its way, and asks it at once."""

    def __init__(self, answer_all: Callable[[list[Question]], list[Answer]]) -> None:
        self._answer_all: Callable[..., Awaitable[list[Answer]]] = database_sync_to_async(answer_all)
        self._waiting: list[tuple[Question, asyncio.Future[Answer]]] = []
        self._running: asyncio.Task[None] | None = None

    async def __call__(self, question: Question) -> Answer:
        answer: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        self._waiting.append((question, answer))
        if self._running is None:
            self._running = asyncio.create_task(self._run())
        return await answer

    async def _run(self) -> None:
        while self._waiting:
            await asyncio.sleep(0)  # whoever was woken by the same message asks too
            asked, self._waiting = self._waiting, []
            try:
                answers = await self._answer_all([question for question, _ in asked])
            except Exception as error:
                for _, future in asked:
                    if not future.done():
                        future.set_exception(error)
                continue
            for (_, future), answer in zip(asked, answers, strict=True):
                if not future.done():
                    future.set_result(answer)
        self._running = None


# One for each event loop: a server has one, each test its own.
_People = _Together[str, User | None]
_Tickets = _Together[tuple[User, frozenset[int]], set[int]]
_people: WeakKeyDictionary[asyncio.AbstractEventLoop, _People] = WeakKeyDictionary()
_tickets: WeakKeyDictionary[asyncio.AbstractEventLoop, _Tickets] = WeakKeyDictionary()


def _together(
    loops: WeakKeyDictionary[asyncio.AbstractEventLoop, _Together[Question, Answer]],
    answer_all: Callable[[list[Question]], list[Answer]],
) -> _Together[Question, Answer]:
    loop = asyncio.get_running_loop()
    if loop not in loops:
        loops[loop] = _Together(answer_all)
    return loops[loop]


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
        return str(Ticket.objects.visible_to(user).order_by().query)
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
