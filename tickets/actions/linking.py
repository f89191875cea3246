"""Tickets that have to do with each other: links, and a ticket split off another."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from events.recording import record
from helpdesk.errors import InvalidInput, InvalidTransition
from tickets import facts
from tickets.actions.changing import change, locked
from tickets.actions.joining import both
from tickets.actions.saying import digest, index
from tickets.models import Attachment, Link, Message, Priority, Ticket

FROM_CUSTOMER = (Message.Author.REQUESTER, Message.Author.COLLEAGUE)


@transaction.atomic
def link(
    ticket: Ticket,
    *,
    to: Ticket,
    kind: str,
    by: User,
    backwards: bool = False,
    at: datetime | None = None,
) -> Link:
    """Say how two tickets belong together; the desk sees it on both, customers on neither.

    `backwards` reads the kind from the other side: linking "blocks" backwards says that this one is blocked.
    """
    if kind not in Link.Kind.values:
        raise InvalidInput(_("There is no such link."))
    ticket, other = both(ticket, to, by)
    one, two = (other, ticket) if backwards else (ticket, other)
    if kind == Link.Kind.RELATED and one.pk > two.pk:
        one, two = two, one  # it reads the same from both sides and stands once
    now = at or timezone.now()
    made, is_new = Link.objects.get_or_create(
        ticket=one, other=two, kind=kind, defaults={"created_by": by, "created_at": now}
    )
    if not is_new:
        raise InvalidTransition(_("These tickets are linked so already."))
    _tell(made, "ticket.linked", by=by, at=now)
    return made


@transaction.atomic
def unlink(ticket: Ticket, *, pk: int, by: User, at: datetime | None = None) -> Ticket:
    """Take a link away. Raises InvalidTransition where there is none."""
    found = Link.objects.filter(pk=pk).select_related("ticket", "other").first()
    if found is None or ticket.pk not in (found.ticket_id, found.other_id):
        raise InvalidTransition(_("This link is gone already."))
    found.ticket, found.other = both(found.ticket, found.other, by)
    _tell(found, "ticket.unlinked", by=by, at=at or timezone.now())
    found.delete()
    return Ticket.objects.get(pk=ticket.pk)


def _tell(link: Link, kind: str, *, by: User | None, at: datetime) -> None:
    """One event on each of the two locked tickets."""
    for ticket, other, backwards in ((link.ticket, link.other, False), (link.other, link.ticket, True)):
        change(ticket, at)
        record(kind, ticket, by=by, at=at, other=other.pk, link=link.kind, backwards=backwards)


@transaction.atomic
def split(
    ticket: Ticket,
    *,
    messages: Sequence[Message],
    subject: str,
    priority: str,
    by: User,
    at: datetime | None = None,
) -> Ticket:
    """Make a ticket of its own of some messages. Returns the new one; its clocks start now (rule B14).

    What was said is never moved or edited: the new ticket has the messages again, with their files, authors
    and times, and each of the two tells of the other. Raises InvalidInput unless at least one message is the
    customer's, all are of this ticket and one stays behind.
    """
    ticket = locked(ticket)
    if ticket.merged_into_id:
        raise InvalidTransition(
            _("This ticket was merged into #%(number)d.") % {"number": ticket.merged_into_id}
        )
    subject = " ".join(subject.split())
    if not subject:
        raise InvalidInput(_("Please say in one line what is going wrong."))
    if priority not in Priority.values:
        raise InvalidInput(_("There is no priority “%(priority)s”.") % {"priority": priority})
    chosen = _chosen(ticket, messages)
    now = at or timezone.now()
    new = Ticket.objects.create(
        subject=subject[:200],
        requester=ticket.requester,
        **facts.carried_over(ticket),
        channel=ticket.channel,
        priority=priority,
        tier=ticket.tier,
        created_at=now,
        updated_at=now,
    )
    copies = [_copy(message, new) for message in chosen]
    index(new, new.subject, weight="A")
    if words := facts.words(new):
        index(new, words, weight="B")
    for message in chosen:
        index(new, message.body)
    first, *rest = copies
    record(
        "ticket.created",
        new,
        by=by,
        at=now,
        subject=new.subject,
        priority=new.priority,
        tier=new.tier,
        channel=new.channel,
        origin="customer",
        requester=new.requester_id,
        organization=new.organization_id,
        follows=None,
        split_from=ticket.pk,
        **facts.told(new),
        **_said(first),
    )
    for copy in rest:
        record("ticket.carried", new, by=by, at=now, **_said(copy))
    made = Link.objects.create(ticket=ticket, other=new, kind=Link.Kind.SPLIT, created_by=by, created_at=now)
    change(ticket, now)
    record(
        "ticket.split",
        ticket,
        by=by,
        at=now,
        other=new.pk,
        link=made.kind,
        messages=[message.pk for message in chosen],
    )
    return new


def _chosen(ticket: Ticket, messages: Sequence[Message]) -> list[Message]:
    """The messages in the order in which they were said, the customer's first one before all others."""
    wanted = {message.pk for message in messages}
    own = list(ticket.messages.prefetch_related("attachments"))
    chosen = [message for message in own if message.pk in wanted]
    if len(chosen) < len(wanted):
        raise InvalidInput(_("Choose messages of this ticket."))
    asked = next((message for message in chosen if message.author_kind in FROM_CUSTOMER), None)
    if asked is None:
        raise InvalidInput(_("Choose at least one message of the customer: it is what the new ticket asks."))
    if len(chosen) == len(own):
        raise InvalidInput(_("Leave at least one message here; else there is nothing to split."))
    return [asked, *(message for message in chosen if message.pk != asked.pk)]


def _copy(message: Message, new: Ticket) -> Message:
    """The same words, files, author and moment on the new ticket. The files are stored once."""
    attachments = list(message.attachments.all())
    copy = Message.objects.create(
        ticket=new,
        author=message.author,
        author_kind=message.author_kind,
        body=message.body,
        created_at=message.created_at,
    )
    fields = [field.attname for field in Attachment._meta.concrete_fields]
    for attachment in attachments:
        kept = {name: getattr(attachment, name) for name in fields if name not in ("id", "message_id")}
        Attachment.objects.create(message=copy, **kept)
    return copy


def _said(message: Message) -> dict[str, object]:
    return {
        "message": message.pk,
        "author_kind": message.author_kind,
        "digest": digest(message.body),
        "files": [attachment.name for attachment in message.attachments.all()],
    }
