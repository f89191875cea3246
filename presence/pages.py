"""What each open page of the desk is at: which ticket it shows, and whether something is written there.

A hash holds one entry for each page, a sorted set when the page was last known to be open. An entry whose
page was not heard of for a while counts no more and is swept by whoever reads.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Collection, Iterable
from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from typing import Any

import redis

from helpdesk.together import Together
from presence import connection

ALIVE_SECONDS = 45
# Who stops in the middle of a sentence for so long is looking again, not writing.
WRITES_SECONDS = 120


# Page -> its entry, and page -> when it was last known to be open.
Read = tuple[dict[str, str], dict[str, float]]


class Doing(StrEnum):
    VIEW = "view"
    NOTE = "note"
    REPLY = "reply"


@dataclass(frozen=True)
class Entry:
    """One page of one person on one ticket. Times are seconds since 1970."""

    user: int
    name: str
    initials: str
    tone: int
    ticket: int
    doing: Doing
    since: float
    writes_until: float = 0.0
    knows: bool = False
    """Writes a reply although somebody else was at it already."""

    def now(self, at: float) -> Entry:
        """As it is after the writing has expired by itself."""
        if self.doing != Doing.VIEW and at > self.writes_until:
            return replace(self, doing=Doing.VIEW, knows=False)
        return self


def put(page: str, entry: Entry) -> None:
    """Say what a page is at now."""

    def write(client: redis.Redis) -> None:
        with client.pipeline() as pipe:
            pipe.hset(connection.key("pages"), page, json.dumps(asdict(entry)))
            _touch(pipe, [page])
            pipe.execute()

    connection.ask(write, None)


def remove(page: str) -> None:
    """The page is closed, or shows no ticket any more."""

    def write(client: redis.Redis) -> None:
        client.hdel(connection.key("pages"), page)

    connection.ask(write, None)


def keep(pages: Collection[str]) -> None:
    """These pages are still open."""

    def touch(client: redis.Redis) -> None:
        with client.pipeline() as pipe:
            _touch(pipe, pages)
            pipe.execute()

    if pages:
        connection.ask(touch, None)


def on_tickets(numbers: Collection[int]) -> dict[int, list[Entry]]:
    """Who is on these tickets: each person once, with the most that a page of theirs is doing there.

    Who writes comes first, in the order in which they began.
    """
    now = time.time()
    found: dict[int, dict[int, Entry]] = {number: {} for number in numbers}
    for entry in _alive(now):
        people = found.get(entry.ticket)
        if people is not None:
            other = people.get(entry.user)
            people[entry.user] = entry if other is None else min(entry, other, key=_order)
    return {number: sorted(people.values(), key=_order) for number, people in found.items()}


_ORDER = {Doing.REPLY: 0, Doing.NOTE: 1, Doing.VIEW: 2}


def _order(entry: Entry) -> tuple[int, float, int]:
    return _ORDER[entry.doing], entry.since, entry.user


async def _together(questions: list[frozenset[int]]) -> list[dict[int, list[Entry]]]:
    found = await asyncio.to_thread(on_tickets, frozenset[int]().union(*questions))
    return [{number: found[number] for number in numbers} for numbers in questions]


# One change concerns everybody's queue: all pages that ask at the same time share what is read.
shared_on_tickets: Together[frozenset[int], dict[int, list[Entry]]] = Together(_together)


def _alive(now: float) -> Iterable[Entry]:
    nobody: Read = ({}, {})
    pages, seen = connection.ask(_read, nobody)
    dead = [page for page in pages if seen.get(page, 0.0) < now - ALIVE_SECONDS]
    if dead:
        connection.ask(lambda client: client.hdel(connection.key("pages"), *dead), 0)
    for page in pages.keys() - dead:
        fields = json.loads(pages[page])
        yield Entry(**{**fields, "doing": Doing(fields["doing"])}).now(now)


def _read(client: redis.Redis) -> Read:
    with client.pipeline() as pipe:
        pipe.hgetall(connection.key("pages"))
        pipe.zrange(connection.key("alive"), 0, -1, withscores=True)
        pages, seen = pipe.execute()
    return pages, dict(seen)


def _touch(pipe: Any, pages: Collection[str]) -> None:
    now = time.time()
    pipe.zadd(connection.key("alive"), dict.fromkeys(pages, now))
    pipe.zremrangebyscore(connection.key("alive"), "-inf", now - ALIVE_SECONDS)
    for name in ("alive", "pages"):
        pipe.expire(connection.key(name), ALIVE_SECONDS)
