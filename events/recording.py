"""`record()`: write one event, run the projections in the same transaction, announce after the commit."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import transaction
from django.utils import timezone
from django.utils.module_loading import import_string

from events.models import GENESIS, Event, canonical, chained_hash
from helpdesk import bulk, hints

if TYPE_CHECKING:
    from accounts.models import User
    from tickets.models import Ticket

Projection = Callable[[Sequence[Event]], None]

_ENCODER = DjangoJSONEncoder()
_COLUMNS = [field.attname for field in Event._meta.concrete_fields]
# More than that at once: open screens hear of them when they are announced.
MOST_ECHOED = 20
_silent: ContextVar[bool] = ContextVar("events_silent", default=False)


class Entry(NamedTuple):
    """An event to be written: what, to which locked ticket, by whom, when, and its facts."""

    kind: str
    ticket: Ticket
    by: User | None
    at: datetime
    data: dict[str, Any]


def record(kind: str, ticket: Ticket, *, by: User | None, at: datetime, **data: Any) -> Event:
    """Write an event of a ticket that the caller has locked, and run the projections.

    Must be called inside the transaction that makes the change. `data` may hold anything JSON can;
    it is stored as JSON reads it back, so that the hash of the row can be computed again later.
    """
    return record_all([Entry(kind, ticket, by, at, data)])[0]


def record_all(entries: Sequence[Entry], *, saving: Collection[str] = ()) -> list[Event]:
    """Write several events, of one locked ticket or of many, with a few statements for all of them.

    `saving` names fields of the tickets that the caller has changed and not saved: they are written together
    with the ends of the chains, so that each ticket is written once.
    """
    if not entries:
        return []
    recorded_at = timezone.now()
    chained = [_chained(entry, recorded_at) for entry in entries]
    events = [event for event, _data in chained]
    bulk.insert(events, instead={"data": [data for _event, data in chained]})
    tickets = {entry.ticket.pk: entry.ticket for entry in entries}
    bulk.update(tickets.values(), ["chain_length", "chain_head", *saving])

    for project in _projections():
        project(events)

    if not _silent.get():
        # Only a hint: with the broker away the change is saved all the same, and the sweep announces it.
        transaction.on_commit(lambda: _hint([event.pk for event in events]), robust=True)
        if len(events) <= MOST_ECHOED:
            transaction.on_commit(lambda: _echo(events), robust=True)
    return events


def _chained(entry: Entry, recorded_at: datetime) -> tuple[Event, bulk.Json]:
    """The row that follows the ticket's last one, and its data as text; the ticket's head moves on to it."""
    ticket = entry.ticket
    data = json.loads(_ENCODER.encode(entry.data))
    text = canonical(data)
    values = {
        "id": None,
        "ticket_id": ticket.pk,
        "sequence": ticket.chain_length + 1,
        "kind": entry.kind,
        "at": entry.at,
        "recorded_at": recorded_at,
        "actor_id": entry.by.pk if entry.by else None,
        "data": data,
        "previous_hash": ticket.chain_head or GENESIS,
        "announced_at": recorded_at if _silent.get() else None,
    }
    values["hash"] = chained_hash(
        values["previous_hash"],
        ticket=ticket.pk,
        sequence=values["sequence"],
        kind=entry.kind,
        at=entry.at,
        recorded_at=recorded_at,
        actor=values["actor_id"],
        data=text,
    )
    # By position: the scan makes thousands of these, and naming each field took half of the time.
    event = Event(*[values[name] for name in _COLUMNS])
    event.ticket = ticket
    if entry.by:
        event.actor = entry.by
    ticket.chain_length, ticket.chain_head = event.sequence, event.hash
    return event, bulk.Json(text)


@contextmanager
def silently() -> Iterator[None]:
    """Record without announcing: imported history and the demo's past send no mail and page nobody."""
    token = _silent.set(True)
    try:
        yield
    finally:
        _silent.reset(token)


def _hint(event_ids: list[int]) -> None:
    from events.tasks import announce, announce_pending

    if len(event_ids) == 1:
        hints.give(announce, event_ids[0])
    else:
        hints.give(announce_pending)


def _echo(events: Sequence[Event]) -> None:
    for echo in _echoes():
        for event in events:
            echo(event)


@cache
def _echoes() -> tuple[Callable[[Event], None], ...]:
    return tuple(import_string(name) for name in settings.EVENT_ECHOES)


@cache
def _projections() -> tuple[Projection, ...]:
    return tuple(import_string(name) for name in settings.EVENT_PROJECTIONS)
