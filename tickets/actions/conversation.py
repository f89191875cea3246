"""What is said on a ticket."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from accounts.models import User
from events.recording import record
from helpdesk.errors import InvalidTransition
from intake.models import RequestTypeVersion
from tickets.actions.changing import change, locked, require_active
from tickets.actions.facts import asked_for
from tickets.actions.filing import create
from tickets.actions.joining import survivor_of
from tickets.actions.saying import jot, say
from tickets.facts import carried_over
from tickets.files import AnyFile
from tickets.mentions import mentioned
from tickets.models import Ticket, Watcher

Status = Ticket.Status


@transaction.atomic
def reply(
    ticket: Ticket,
    *,
    by: User | None,
    body: str,
    files: Sequence[AnyFile] = (),
    at: datetime | None = None,
) -> Ticket:
    """Add a public reply.

    An agent's reply opens a new ticket. The customer's word opens one that waited for it (rule B4) and
    reopens one that was resolved (rule B8); on a closed one it files a linked new ticket, which is
    returned (rule B15), and on one that was merged into another it is said there (rule B14). Raises
    InvalidTransition for an agent's reply to a closed ticket.
    """
    from_customer = by is not None and not by.is_staff_member
    ticket = locked(survivor_of(ticket) if from_customer else ticket)
    now = at or timezone.now()
    if from_customer and ticket.merged_into_id:  # meanwhile
        return reply(ticket, by=by, body=body, files=files, at=at)
    if ticket.status == Status.CLOSED:
        if not from_customer:
            if ticket.merged_into_id:
                raise InvalidTransition(
                    _("This ticket was merged into #%(number)d. Answer there.")
                    % {"number": ticket.merged_into_id}
                )
            raise InvalidTransition(_("This ticket is closed. File a new one that follows it."))
        return _follow_up(ticket, by=by, body=body, files=files, at=now)

    message = say(ticket, by=by, body=body, files=files, at=now)
    fields: dict[str, object] = {}
    if from_customer and ticket.status == Status.RESOLVED:
        fields = {"status": Status.OPEN, "resolved_at": None, "reopen_count": ticket.reopen_count + 1}
    elif ticket.status == (Status.PENDING if from_customer else Status.NEW) and by is not None:
        fields = {"status": Status.OPEN}
    changes = change(ticket, now, **fields)
    record("ticket.replied", ticket, by=by, at=now, changes=changes, **message)
    return ticket


def _follow_up(
    ticket: Ticket, *, by: User | None, body: str, files: Sequence[AnyFile], at: datetime
) -> Ticket:
    return create(
        requester=by if by is not None else ticket.requester,
        subject=ticket.subject,
        body=body,
        priority=ticket.priority,
        by=by,
        **carried_over(ticket),
        follows=ticket,
        files=files,
        at=at,
    )


@transaction.atomic
def note(
    ticket: Ticket,
    *,
    by: User | None,
    body: str,
    files: Sequence[AnyFile] = (),
    at: datetime | None = None,
) -> Ticket:
    """Add an internal note: no customer ever sees it and no clock takes notice (rule B3).

    Colleagues whom it names by @ are told, and follow the ticket from now on.
    """
    ticket = locked(ticket)
    now = at or timezone.now()
    jotted = jot(ticket, by=by, body=body, files=files, at=now)
    change(ticket, now)
    colleagues = mentioned(body, but=by)
    # Without an event of its own, which its requester would read: the note's event names them.
    watchers = [Watcher(ticket=ticket, user=colleague, since=now) for colleague in colleagues]
    Watcher.objects.bulk_create(watchers, ignore_conflicts=True)
    named = {"mentions": [colleague.pk for colleague in colleagues]} if colleagues else {}
    record("ticket.noted", ticket, by=by, at=now, **named, **jotted)
    return ticket


@transaction.atomic
def ask_requester(
    ticket: Ticket,
    *,
    by: User | None,
    body: str,
    files: Sequence[AnyFile] = (),
    facts: Sequence[Mapping[str, Any]] = (),
    request_type: RequestTypeVersion | None = None,
    at: datetime | None = None,
) -> Ticket:
    """Ask the customer something and wait: the resolution clock pauses (rules B4, B5).

    `facts` are questions of the ticket's request type, `{"key", "required"}`: they become a checklist for the
    customer. With them the words may be left out. `request_type` serves a ticket that has none.
    """
    ticket = locked(ticket)
    require_active(ticket)
    now = at or timezone.now()
    asked, told = asked_for(ticket, facts, request_type) if facts else (ticket.asked_facts, [])
    if facts and not body.strip():
        with translation.override(ticket.requester.language):
            body = _("To go on we need a few facts. You can fill them in on the ticket's page.")
    message = say(ticket, by=by, body=body, files=files, at=now)
    changes = change(ticket, now, status=Status.PENDING, hold_reason="", asked_facts=asked)
    changes.pop("asked_facts", None)
    named = {"facts": told} if told else {}
    record("ticket.asked", ticket, by=by, at=now, changes=changes, **named, **message)
    return ticket
