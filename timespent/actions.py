"""Log time, correct it, void it; and the stopwatch. The ticket's history keeps what stood there before."""

from __future__ import annotations

from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from events.recording import record
from helpdesk.errors import InvalidInput, InvalidTransition
from tickets.actions.changing import locked
from tickets.models import Ticket
from timespent import entering
from timespent.models import TimeEntry, Timer


@transaction.atomic
def log(ticket: Ticket, *, by: User, typed: str, at: datetime | None = None) -> TimeEntry:
    """Log what was typed in one line ("15m read the log"), on any ticket, a closed one too."""
    minutes, note = entering.read(typed)
    return _log(ticket, by, minutes, note, at or timezone.now())


@transaction.atomic
def edit(entry: TimeEntry, *, by: User, typed: str, at: datetime | None = None) -> TimeEntry:
    """Correct one's own entry. Raises PermissionDenied for another's, InvalidTransition for a voided one."""
    ticket = locked(Ticket(pk=entry.ticket_id))
    entry = _own(entry, by)
    minutes, note = entering.read(typed)
    note = note[:300]
    changes = {
        name: [old, new]
        for name, old, new in (("minutes", entry.minutes, minutes), ("note", entry.note, note))
        if old != new
    }
    if changes:
        entry.minutes, entry.note = minutes, note
        entry.save(update_fields=["minutes", "note"])
        record("ticket.time_changed", ticket, by=by, at=at or timezone.now(), entry=entry.pk, changes=changes)
    return entry


@transaction.atomic
def void(entry: TimeEntry, *, by: User, reason: str, at: datetime | None = None) -> TimeEntry:
    """Take one's own entry out of every sum; it stays to be read, with the reason."""
    ticket = locked(Ticket(pk=entry.ticket_id))
    entry = _own(entry, by)
    reason = reason.strip()[:200]
    if not reason:
        raise InvalidInput(_("Say why it does not count."))
    now = at or timezone.now()
    entry.voided_at, entry.void_reason = now, reason
    entry.save(update_fields=["voided_at", "void_reason"])
    record("ticket.time_voided", ticket, by=by, at=now, entry=entry.pk, minutes=entry.minutes, reason=reason)
    return entry


@transaction.atomic
def start_timer(ticket: Ticket, *, by: User, at: datetime | None = None) -> Timer:
    """Raises InvalidTransition while one runs already: nobody works on two tickets at once."""
    timer, is_new = Timer.objects.get_or_create(
        person=by, defaults={"ticket": ticket, "started_at": at or timezone.now()}
    )
    if not is_new and timer.ticket_id != ticket.pk:
        raise InvalidTransition(
            _("Your timer runs on #%(number)d. Stop it there first.") % {"number": timer.ticket_id}
        )
    return timer


@transaction.atomic
def stop_timer(ticket: Ticket, *, by: User, typed: str = "", at: datetime | None = None) -> TimeEntry:
    """Stop it and log what it shows. `typed` is a note; a duration in front of it counts instead.

    The row is deleted and the entry written in one transaction: pressed twice, it is logged once.
    """
    now = at or timezone.now()
    ticket = locked(ticket)
    timer = Timer.objects.select_for_update().filter(person=by, ticket=ticket).first()
    if timer is None:
        raise InvalidTransition(_("No timer of yours runs on this ticket."))
    minutes, note = entering.split(typed) or (timer.minutes(now), typed.strip())
    timer.delete()
    return _log(ticket, by, minutes, note, now)


def discard_timer(ticket: Ticket, *, by: User) -> None:
    Timer.objects.filter(person=by, ticket=ticket).delete()


def _log(ticket: Ticket, by: User, minutes: int, note: str, now: datetime) -> TimeEntry:
    ticket = locked(ticket)
    entry = TimeEntry.objects.create(
        ticket=ticket,
        person=by,
        minutes=minutes,
        note=note[:300],
        worked_on=now.astimezone(by.zone).date(),
        created_at=now,
    )
    record("ticket.time_logged", ticket, by=by, at=now, entry=entry.pk, minutes=minutes, words=entry.note)
    return entry


def _own(entry: TimeEntry, by: User) -> TimeEntry:
    entry = TimeEntry.objects.select_for_update(of=("self",)).get(pk=entry.pk)
    if entry.person_id != by.pk:
        raise PermissionDenied
    if entry.voided_at:
        raise InvalidTransition(_("This entry is void already."))
    return entry
