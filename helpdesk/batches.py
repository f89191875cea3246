"""Many pieces of work in one transaction: what is asked for each is asked once, what is written for each is
written together, and none locks a ticket.

Who locked one ticket after the other until the end of a batch would keep people waiting, and would sooner or
later wait for somebody who waits for it.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import wraps
from typing import Any, ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")


@dataclass
class _Batch:
    answers: dict[Hashable, Any] = field(default_factory=dict)
    gathered: dict[Callable[[Sequence[Any]], None], list[Any]] = field(default_factory=dict)


_batch: ContextVar[_Batch | None] = ContextVar("batch", default=None)


class NotInABatch(Exception):
    """This piece of work is to be done in a transaction of its own."""


def must_be_alone() -> None:
    """Raise NotInABatch within a batch; called before a lock is taken that others wait for."""
    if _batch.get() is not None:
        raise NotInABatch


@contextmanager
def one_batch() -> Iterator[None]:
    """Remember within this block, and nowhere else; write at its end what was gathered, unless it failed.

    Keep it within a transaction, and as short.
    """
    batch = _Batch()
    token = _batch.set(batch)
    try:
        yield
    finally:
        _batch.reset(token)
    for write, items in batch.gathered.items():
        write(items)


def asked_once(ask: Callable[P, T]) -> Callable[P, T]:
    """The answer is kept within a batch; outside of one it is asked for each time."""

    @wraps(ask)
    def remember(*args: P.args, **kwargs: P.kwargs) -> T:
        batch = _batch.get()
        if batch is None:
            return ask(*args, **kwargs)
        question = (ask, args, tuple(kwargs.items()))
        if question not in batch.answers:
            batch.answers[question] = ask(*args, **kwargs)
        answer: T = batch.answers[question]
        return answer

    return remember


def done_together(do: Callable[[Sequence[T]], None]) -> Callable[[Sequence[T]], None]:
    """Within a batch it is done once, at the end, with all that was given; outside of one each time."""

    @wraps(do)
    def gather(items: Sequence[T]) -> None:
        batch = _batch.get()
        if not items:
            return
        if batch is None:
            do(items)
        else:
            batch.gathered.setdefault(do, []).extend(items)

    return gather
