"""Many pieces of work in one transaction: what is asked for each is asked once, and none locks a ticket.

Who locked one ticket after the other until the end of a batch would keep people waiting, and would sooner or
later wait for somebody who waits for it.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import wraps
from typing import Any, ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")

_memory: ContextVar[dict[Hashable, Any] | None] = ContextVar("batch_memory", default=None)


class NotInABatch(Exception):
    """This piece of work is to be done in a transaction of its own."""


def must_be_alone() -> None:
    """Raise NotInABatch within a batch; called before a lock is taken that others wait for."""
    if _memory.get() is not None:
        raise NotInABatch


@contextmanager
def one_batch() -> Iterator[None]:
    """Remember within this block, and nowhere else. Keep it as short as a transaction."""
    token = _memory.set({})
    try:
        yield
    finally:
        _memory.reset(token)


def asked_once(ask: Callable[P, T]) -> Callable[P, T]:
    """The answer is kept within a batch; outside of one it is asked for each time."""

    @wraps(ask)
    def remember(*args: P.args, **kwargs: P.kwargs) -> T:
        memory = _memory.get()
        if memory is None:
            return ask(*args, **kwargs)
        question = (ask, args, tuple(kwargs.items()))
        if question not in memory:
            memory[question] = ask(*args, **kwargs)
        answer: T = memory[question]
        return answer

    return remember
