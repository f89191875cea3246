"""Two tickets about one thing become one, and how that is taken back (rule B14)."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from events.models import Event
from events.recording import record
from helpdesk.errors import InvalidInput, InvalidTransition
from tickets.actions.changing import change, locked
from tickets.models import Ticket

Status = Ticket.Status

UNDO_WITHIN = timedelta(days=1)
"""How long a merge, or a closing as spam or duplicate, can be taken back."""


@transaction.atomic
def merge(
    source: Ticket,
    *,
    into: Ticket,
    by: User,
    earlier_start: bool = False,
    share: bool = False,
    at: datetime | None = None,
) -> Ticket:
    """Close `source` with a pointer to the surviving ticket, which is returned.

    The source keeps its messages and is read beside the survivor; what its customer writes from now on goes
    to the survivor. Its open clocks are cancelled. The survivor's clocks start with the source only if
    `earlier_start` confirms it and the source is the older one. Where two colleagues filed them, `share`
    confirms that each may read the other's. Raises InvalidInput for tickets of different customers,
    InvalidTransition for tickets that are over.
    """
    source, survivor = both(source, into, by)
    check_merge(source, survivor, share=share)
    now = at or timezone.now()
    start = source.created_at if earlier_start and source.created_at < survivor.created_at else None

    # What was merged into the source before goes along, so that one look finds the survivor of each.
    carried = list(source.merged.order_by("pk").values_list("pk", flat=True))
    Ticket.objects.filter(pk__in=carried).update(merged_into=survivor)
    changes = change(
        source,
        now,
        status=Status.CLOSED,
        resolved_at=source.resolved_at or now,
        closed_at=now,
        hold_reason="",
        merged_into=survivor,
    )
    record("ticket.merged", source, by=by, at=now, changes=changes, into=survivor.pk, carried=carried)
    change(survivor, now)
    record(
        "ticket.absorbed",
        survivor,
        by=by,
        at=now,
        source=source.pk,
        start=start,
        requester=source.requester_id,
        shared=source.requester_id != survivor.requester_id,
    )
    return survivor


@transaction.atomic
def dismiss(
    ticket: Ticket, *, by: User, why: str, of: Ticket | None = None, at: datetime | None = None
) -> Ticket:
    """Close what asks for no work: "spam", or a "duplicate" of what is answered elsewhere.

    Its open clocks are cancelled (rule B14). `of` names the ticket that is answered; only the desk sees it.
    Raises InvalidTransition for a closed ticket.
    """
    ticket = locked(ticket)
    if ticket.status == Status.CLOSED:
        raise InvalidTransition(_("This ticket is already closed."))
    if why not in ("spam", "duplicate"):
        raise InvalidInput(_("A ticket is dismissed as spam or as a duplicate."))
    now = at or timezone.now()
    changes = change(
        ticket,
        now,
        status=Status.CLOSED,
        resolved_at=ticket.resolved_at or now,
        closed_at=now,
        hold_reason="",
    )
    record("ticket.dismissed", ticket, by=by, at=now, changes=changes, why=why, of=of.pk if of else None)
    return ticket


@transaction.atomic
def restore(ticket: Ticket, *, by: User, at: datetime | None = None) -> Ticket:
    """Take back a merge or a dismissal within a day: the ticket is as it was, and its clocks go on.

    What was said on the survivor meanwhile stays there. Raises InvalidTransition when there is nothing to
    take back, or no longer.
    """
    now = at or timezone.now()
    ticket, survivor = _with_survivor(ticket)
    closing = closing_to_undo(ticket, now)
    if closing is None:
        raise InvalidTransition(
            _("A merge or dismissal can be taken back within a day; here there is none to take back.")
        )
    before = {name: old for name, (old, new) in closing.changes.items()}
    changes = change(
        ticket,
        now,
        status=before["status"],
        resolved_at=_moment(before, "resolved_at", ticket.resolved_at),
        closed_at=None,
        hold_reason=before.get("hold_reason", ticket.hold_reason),
        merged_into=None,
    )
    record("ticket.restored", ticket, by=by, at=now, changes=changes)
    if survivor is not None:
        Ticket.objects.filter(pk__in=closing.data["carried"], merged_into=survivor).update(merged_into=ticket)
        change(survivor, now)
        record("ticket.merge_undone", survivor, by=by, at=now, source=ticket.pk)
    return ticket


def closing_to_undo(ticket: Ticket, now: datetime) -> Event | None:
    """The merge or dismissal that closed the ticket, while it can still be taken back."""
    if ticket.status != Status.CLOSED or ticket.closed_at is None or ticket.closed_at + UNDO_WITHIN < now:
        return None
    last = ticket.events.filter(data__changes__has_key="status").order_by("sequence").last()
    return last if last is not None and last.kind in ("ticket.merged", "ticket.dismissed") else None


def survivor_of(ticket: Ticket) -> Ticket:
    """The ticket that goes on for this one: itself, or the one it was merged into."""
    survivor_id = Ticket.objects.values_list("merged_into", flat=True).get(pk=ticket.pk)
    return Ticket.objects.get(pk=survivor_id) if survivor_id else ticket


def _with_survivor(ticket: Ticket) -> tuple[Ticket, Ticket | None]:
    """The ticket and what it was merged into, locked in the order of their numbers."""
    ids = [ticket.pk, survivor_of(ticket).pk]
    rows = Ticket.objects.filter(pk__in=ids).select_for_update(of=("self",), no_key=True)
    found = {row.pk: row for row in rows.select_related("organization").order_by("pk")}
    ticket = found[ticket.pk]
    return ticket, found.get(ticket.merged_into_id) if ticket.merged_into_id else None


def both(source: Ticket, into: Ticket, by: User) -> tuple[Ticket, Ticket]:
    """Both tickets, locked in the order of their numbers, if this person may see and work on both."""
    if source.pk == into.pk:
        raise InvalidInput(_("A ticket cannot be joined with itself."))
    if not by.is_staff_member:
        raise InvalidInput(_("%(name)s does not work on the desk.") % {"name": by})
    rows = (
        Ticket.objects.visible_to(by)
        .filter(pk__in=[source.pk, into.pk])
        .select_for_update(of=("self",), no_key=True)
        .select_related("organization")
    )
    found = {ticket.pk: ticket for ticket in rows.order_by("pk")}
    if len(found) < 2:
        raise InvalidInput(_("There is no such ticket."))
    return found[source.pk], found[into.pk]


def check_merge(source: Ticket, survivor: Ticket, *, share: bool) -> None:
    """Raise Refused, saying why, if the one cannot be merged into the other."""
    if source.status == Status.CLOSED:
        raise InvalidTransition(_("This ticket is already closed."))
    if not survivor.is_active:
        raise InvalidTransition(
            _("#%(number)d is %(status)s: it cannot take another in. Reopen it first.")
            % {"number": survivor.pk, "status": survivor.get_status_display()}
        )
    # No customer ever reads another's words: tickets of two organisations are linked, not merged.
    if source.organization_id != survivor.organization_id:
        raise InvalidInput(
            _("These tickets belong to different customers, who would read each other's words. Link them.")
        )
    if not readers_to_confirm(source, survivor):
        return
    if source.organization_id is None:
        raise InvalidInput(
            _("These tickets belong to different people without an organisation. Link them instead.")
        )
    if not share:
        raise InvalidInput(_("Please confirm that their requesters may read both conversations."))


def readers_to_confirm(source: Ticket, survivor: Ticket) -> list[User]:
    """The people who filed them, where they are several: a merge lets each read what the others wrote."""
    people = User.objects.filter(
        Q(pk__in=[source.requester_id, survivor.requester_id])
        | Q(tickets__merged_into__in=[source.pk, survivor.pk])
    )
    found = list(people.distinct().order_by("name"))
    return found if len(found) > 1 else []


def _moment(before: dict[str, str | None], name: str, present: datetime | None) -> datetime | None:
    """A moment as the event kept it: where it did not change then, it is as it is now."""
    if name not in before:
        return present
    value = before[name]
    return datetime.fromisoformat(value) if value else None
