"""Say that a ticket is about a known issue: the customer hears of it, with what helps meanwhile."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from events.recording import record
from helpdesk.errors import InvalidTransition
from known_issues.models import PLACE, KnownIssue, Link
from tickets.actions.changing import locked as locked_ticket
from tickets.models import Ticket


@transaction.atomic
def link(issue: KnownIssue, ticket: Ticket, *, by: User | None, at: datetime | None = None) -> Link:
    """Link a ticket, and tell its customer where the issue is not for staff only.

    Who is linked to what is fixed already is told that, and not once more of the same fix.
    Raises InvalidTransition where they are linked already.
    """
    ticket = locked_ticket(ticket)
    # As it is now: it may have been fixed or opened to customers since it was looked up.
    issue = KnownIssue.objects.prefetch_related("wordings").get(pk=issue.pk)
    now = at or timezone.now()
    if Link.objects.of(ticket).filter(known_issue=issue).exists():
        raise InvalidTransition(_("This ticket is linked to it already."))
    made = Link.objects.create(known_issue=issue, ticket=ticket, by=by, at=now, told_fix=issue.current_fix)
    if issue.is_for_customers:
        _announce(made, issue, ticket, by=by, at=now)
    else:
        record("ticket.known_issue_noted", ticket, by=by, at=now, **named(issue))
    return made


@transaction.atomic
def unlink(issue: KnownIssue, ticket: Ticket, *, by: User | None, at: datetime | None = None) -> None:
    """Take a link back. Raises InvalidTransition where there is none."""
    ticket = locked_ticket(ticket)
    gone, _rows = Link.objects.of(ticket).filter(known_issue=issue).delete()
    if not gone:
        raise InvalidTransition(_("This ticket is not linked to it."))
    record("ticket.known_issue_unlinked", ticket, by=by, at=at or timezone.now(), **named(issue))


def announce_links(*, limit: int = 500) -> int:
    """Tell the customers of links made while the issue was for staff only. Returns how many tickets.

    Any number of workers may run at once, each link is announced once.
    """
    told = 0
    waiting = Link.objects.to_announce()
    for pk, place in waiting.order_by("pk").values_list("pk", PLACE)[:limit]:
        with transaction.atomic():
            # The ticket first, as every action does: two that wait for each other would never end.
            ticket = locked_ticket(Ticket(pk=place))
            mine = waiting.of(ticket).select_related("by").select_for_update(of=("self",))
            if ticket.merged_into_id or (made := mine.filter(pk=pk).first()) is None:
                continue
            issue = KnownIssue.objects.prefetch_related("wordings").get(pk=made.known_issue_id)
            made.told_fix = issue.current_fix
            _announce(made, issue, ticket, by=made.by, at=timezone.now())
            told += 1
    return told


def named(issue: KnownIssue) -> dict[str, Any]:
    """How an event names a known issue: in every language it has, as it is at that moment."""
    return {
        "known_issue": issue.pk,
        "reference": issue.reference,
        "titles": {one.language: one.title for one in issue.wordings.all()},
        "fixed_in": issue.fixed_in if issue.state == KnownIssue.State.FIXED else "",
    }


def helps(issue: KnownIssue) -> dict[str, str]:
    """What helps now, by language: what to do once it is fixed, or the way around until then."""
    is_fixed = issue.state == KnownIssue.State.FIXED
    return {
        one.language: (one.fix or one.workaround) if is_fixed else one.workaround
        for one in issue.wordings.all()
    }


def _announce(made: Link, issue: KnownIssue, ticket: Ticket, *, by: User | None, at: datetime) -> None:
    made.announced_at = at
    made.save(update_fields=["announced_at", "told_fix"])
    record("ticket.known_issue_linked", ticket, by=by, at=at, **named(issue), texts=helps(issue))
