"""`record()`: write one event, run the projections in the same transaction, announce after the commit."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING, Any

import structlog
from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import transaction
from django.utils import timezone
from django.utils.module_loading import import_string

from events.models import GENESIS, Event

if TYPE_CHECKING:
    from accounts.models import User
    from tickets.models import Ticket

logger = structlog.get_logger(__name__)

Projection = Callable[[Event, "Ticket"], None]

_silent: ContextVar[bool] = ContextVar("events_silent", default=False)


def record(kind: str, ticket: Ticket, *, by: User | None, at: datetime, **data: Any) -> Event:
    """Write an event of a ticket that the caller has locked, and run the projections.

    Must be called inside the transaction that makes the change. `data` may hold anything JSON can;
    it is stored as JSON reads it back, so that the hash of the row can be computed again later.
    """
    event = Event(
        ticket=ticket,
        sequence=ticket.chain_length + 1,
        kind=kind,
        at=at,
        recorded_at=timezone.now(),
        actor=by,
        data=json.loads(json.dumps(data, cls=DjangoJSONEncoder)),
        previous_hash=ticket.chain_head or GENESIS,
    )
    if _silent.get():
        event.announced_at = event.recorded_at
    event.hash = event.expected_hash()
    event.save(force_insert=True)

    ticket.chain_length, ticket.chain_head = event.sequence, event.hash
    ticket.save(update_fields=["chain_length", "chain_head"])

    for project in _projections():
        project(event, ticket)

    if event.announced_at is None:
        # Only a hint: with the broker away the change is saved all the same, and the sweep announces it.
        transaction.on_commit(lambda: _hint(event.pk), robust=True)
    return event


@contextmanager
def silently() -> Iterator[None]:
    """Record without announcing: imported history and the demo's past send no mail and page nobody."""
    token = _silent.set(True)
    try:
        yield
    finally:
        _silent.reset(token)


def _hint(event_id: int) -> None:
    from events.tasks import announce

    try:
        announce.delay(event_id)
    except Exception as error:
        logger.warning("announcement_left_to_the_sweep", event_id=event_id, error=str(error))


@cache
def _projections() -> tuple[Projection, ...]:
    return tuple(import_string(name) for name in settings.EVENT_PROJECTIONS)
