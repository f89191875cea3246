"""A held reply leaves: exactly once, with everything that follows from it in one transaction."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import structlog
from django.db import transaction
from django.utils import translation

from composing.deeds import perform
from composing.meanwhile import answered_after
from composing.models import Outgoing
from drafts import actions as drafts
from events.models import Event
from events.recording import record
from files import uploads
from helpdesk.errors import Refused
from macros import running
from tickets.actions.changing import locked
from tickets.models import Ticket

logger = structlog.get_logger(__name__)

BATCH = 100


def release(pk: int, *, at: datetime) -> bool:
    """Send what is due. Returns whether it left now.

    Any number of processes may try: the row is locked, who meets the lock passes by, and who comes later
    finds it sent. One that dies on the way leaves everything as it was, for the sweep.
    """
    with transaction.atomic():
        waiting = Outgoing.objects.due(at).select_for_update(skip_locked=True, of=("self",))
        held = waiting.select_related("ticket", "author", "run__by", "run__macro").filter(pk=pk).first()
        return held is not None and _leave(held, at)


def release_due(at: datetime) -> int:
    """Send everything that is due; one that fails holds up no other. Returns how many left."""
    left = 0
    for pk in list(Outgoing.objects.due(at).values_list("pk", flat=True)[:BATCH]):
        try:
            left += release(pk, at=at)
        except Exception:
            logger.exception("outgoing_failed", outgoing=pk)
    return left


def withhold_answered(ticket: Ticket, *, at: datetime) -> None:
    """The customer was faster than what was to be sent later: its text goes back to its author.

    `release` looks too: whatever comes first, nothing leaves that was overtaken.
    """
    with transaction.atomic():
        scheduled = Outgoing.objects.waiting().filter(ticket=ticket, is_scheduled=True)
        # Who meets the lock of a release passes by: that one asks the same question under the ticket's lock.
        for held in scheduled.select_for_update(skip_locked=True, of=("self",)).select_related("author"):
            if answered_after(ticket, held.seen):
                _withhold(held, locked(ticket), "answered", at)


def _leave(held: Outgoing, at: datetime) -> bool:
    ticket = locked(held.ticket)
    if because := _reason_to_stay(held, ticket):
        _withhold(held, ticket, because, at)
        return False
    before = ticket.chain_length
    try:
        with transaction.atomic(), translation.override(held.author.language):
            _perform(held, ticket, at)
    except Refused as refusal:
        _withhold(held, ticket, "refused", at, why=str(refusal))
        return False
    held.event = Event.objects.get(ticket=ticket, sequence=before + 1)
    _end(held, Outgoing.State.SENT, at)
    return True


def _perform(held: Outgoing, ticket: Ticket, at: datetime) -> None:
    if held.run is not None:
        running.perform(held.run, ticket)
        return
    said = {"body": held.body, "files": held.files, "details": held.details}
    perform(held.then, ticket, by=held.author, at=at, **said)


def _reason_to_stay(held: Outgoing, ticket: Ticket) -> str:
    """Why it must not leave any more: "" where it may. Asked under the ticket's lock.

    A reply that only waits for a change of mind crosses with the customer's words, as letters do. A
    resolution does not: nothing is finished over words that nobody of the desk has read.
    """
    if not held.author.is_staff_member:
        return "left_the_desk"
    finishes = held.finishes and ticket.is_active
    if (held.is_scheduled or finishes) and answered_after(ticket, held.seen):
        return "answered"
    return "finished" if held.is_scheduled and not ticket.is_active else ""


def _withhold(held: Outgoing, ticket: Ticket, because: str, at: datetime, *, why: str = "") -> None:
    give_back(held, state=Outgoing.State.WITHHELD, at=at)
    who: dict[str, Any] = {"tell": [held.author_id], "author": held.author_id}
    if held.run is not None:
        who["macro"] = str(held.run)
    else:
        who["of"] = held.what
    record("ticket.reply_withheld", ticket, by=None, at=at, cause=because, why=why, **who)


def give_back(held: Outgoing, *, state: str, at: datetime, to_draft: bool = True) -> None:
    """Text and files return to the composer of who wrote it, before whatever stands there now.

    The text of a macro does not: it is kept where it was. Nor what a form of its own asks again (`to_draft`).
    """
    place = f"reply-{held.ticket_id}"
    uploads.move(held.files, to=place)
    if to_draft and held.body and held.run is None:
        drafts.add_to(held.author, place, held.body)
    _end(held, state, at)


def _end(held: Outgoing, state: str, at: datetime) -> None:
    held.state, held.ended_at = state, at
    held.save(update_fields=["state", "ended_at", "event"])
