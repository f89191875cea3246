"""Give an event to every listener, at least once. The event row is the outbox."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache

import structlog
from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.module_loading import import_string

from events.models import Event
from helpdesk.batches import NotInABatch, one_batch

logger = structlog.get_logger(__name__)

Listener = Callable[[Event], None]


def announce(event_id: int) -> bool:
    """Call every listener for one event. Returns whether the event is announced now.

    Listeners may be called again after a failure of one of them or of the machine, so each must do
    its work once however often it is called. Those that did theirs keep it when another one fails.
    """
    try:
        with transaction.atomic():
            events = _locked([event_id])
            for event in events:
                _tell(event)
            _mark(events)
            return bool(events)
    except Exception:
        return _announce_step_by_step(event_id)


def announce_oldest(most: int, *, after: int = 0) -> int | None:
    """Announce what has waited longest, up to so many events, of those after this one.

    Returns the last event that was looked at when there may be more. The scan finds thousands at once, and
    most of them only tell somebody: they are announced in one transaction. An event for which a listener
    wants the lock of a ticket is announced after them, alone: no ticket stays locked for others' sake.
    """
    waiting = list(Event.objects.pending().filter(pk__gt=after).values_list("pk", flat=True)[:most])
    try:
        alone = _announce_together(waiting)
    except Exception:
        logger.exception("announcing_together_failed", events=len(waiting))
        alone = waiting
    for event_id in alone:
        announce(event_id)
    return waiting[-1] if len(waiting) == most else None


@transaction.atomic
def _announce_together(event_ids: Sequence[int]) -> list[int]:
    """All of them or, when a listener fails, none. Returns those that are to be announced alone."""
    told, alone = [], []
    with one_batch():
        for event in _locked(event_ids):
            try:
                _tell(event)
            except NotInABatch:
                alone.append(event.pk)
            else:
                told.append(event)
    _mark(told)
    return alone


def _tell(event: Event) -> None:
    for listen in _listeners():
        listen(event)


@transaction.atomic
def _announce_step_by_step(event_id: int) -> bool:
    """Each listener with a savepoint of its own, up to the one that fails."""
    for event in _locked([event_id]):
        for listen in _listeners():
            try:
                with transaction.atomic():
                    listen(event)
            except Exception:
                logger.exception("listener_failed", event_id=event_id, listener=listen.__module__)
                return False
        _mark([event])
        return True
    return False


def _locked(event_ids: Sequence[int]) -> list[Event]:
    """Those of the events that wait and are in nobody's hands, oldest first, with what listeners read.

    They are locked, so that two workers never announce one at once.
    """
    waiting = Event.objects.pending().filter(pk__in=event_ids)
    taken = list(waiting.select_for_update(skip_locked=True, no_key=True).values_list("pk", flat=True))
    related = ("ticket", "ticket__organization", "ticket__assignee", "ticket__requester", "actor")
    return list(Event.objects.filter(pk__in=taken).select_related(*related)) if taken else []


def _mark(events: Sequence[Event]) -> None:
    if events:
        Event.objects.filter(pk__in=[event.pk for event in events]).update(announced_at=timezone.now())


@cache
def _listeners() -> tuple[Listener, ...]:
    return tuple(import_string(name) for name in settings.EVENT_LISTENERS)
