"""What an open page may say on its socket. Anything else ends the page.

    {"type": "ping"}                                answered by a pong, through Redis
    {"type": "resume", "after": 1234}               the last event heard of, before a connection was lost
    {"type": "resume", "since": "2026-07-13T09:00:00+00:00"}    when the page was made, where it heard of none

Of the desk only (presence/):

    {"type": "watch", "tickets": [10001, 10002]}    whose presence the page shows
    {"type": "view", "ticket": 10001}               the ticket that is looked at; null: none
    {"type": "compose", "doing": "reply", "knows": false}       "reply", "note" or "view": nothing is written
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.dateparse import parse_datetime

from presence.pages import Doing

MAX_CHARACTERS = 1024
MOST_WATCHED = 100


class NotUnderstood(Exception):
    """The page sent something that no page of ours sends."""


@dataclass(frozen=True)
class Ping:
    pass


@dataclass(frozen=True)
class Resume:
    after: int | None = None
    since: datetime | None = None


@dataclass(frozen=True)
class Watch:
    tickets: frozenset[int]


@dataclass(frozen=True)
class View:
    ticket: int | None


@dataclass(frozen=True)
class Compose:
    doing: Doing
    knows: bool


Frame = Ping | Resume | Watch | View | Compose


def read(text: str) -> Frame:
    """The frame. Raises NotUnderstood."""
    try:
        said = json.loads(text)
        return _READERS[said.pop("type")](**said)
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise NotUnderstood from error


def _resume(after: Any = None, since: Any = None) -> Resume:
    at = parse_datetime(since) if since is not None else None
    if at is not None and at.tzinfo is not None:
        return Resume(since=at)
    return Resume(after=_number(after))


def _watch(tickets: list[Any]) -> Watch:
    if len(tickets) > MOST_WATCHED:
        raise ValueError
    return Watch(frozenset(_number(number) for number in tickets))


def _view(ticket: Any) -> View:
    return View(None if ticket is None else _number(ticket))


def _compose(doing: Any, knows: Any = False) -> Compose:
    return Compose(Doing(doing), bool(knows))


def _number(value: Any) -> int:
    if type(value) is not int or not 0 <= value < 2**53:
        raise ValueError
    return value


_READERS: dict[str, Callable[..., Frame]] = {
    "ping": Ping,
    "resume": _resume,
    "watch": _watch,
    "view": _view,
    "compose": _compose,
}
