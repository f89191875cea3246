"""Give an event to every listener, at least once. The event row is the outbox."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import structlog
from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.module_loading import import_string

from events.models import Event

logger = structlog.get_logger(__name__)

Listener = Callable[[Event], None]


def announce(event_id: int) -> bool:
    """Call every listener for one event. Returns whether the event is announced now.

    The row is locked while the listeners run, so that two workers never announce it at once.
    Listeners may be called again after a failure of one of them or of the machine, so each must do
    its work once however often it is called.
    """
    with transaction.atomic():
        event = (
            Event.objects.select_for_update(of=("self",), skip_locked=True, no_key=True)
            .select_related(
                "ticket", "ticket__organization", "ticket__assignee", "ticket__requester", "actor"
            )
            .filter(pk=event_id, announced_at=None)
            .first()
        )
        if event is None:
            return False
        for listen in _listeners():
            try:
                with transaction.atomic():
                    listen(event)
            except Exception:
                logger.exception("listener_failed", event_id=event_id, listener=listen.__module__)
                return False
        Event.objects.filter(pk=event_id).update(announced_at=timezone.now())
        return True


@cache
def _listeners() -> tuple[Listener, ...]:
    return tuple(import_string(name) for name in settings.EVENT_LISTENERS)
