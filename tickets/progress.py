"""How far a ticket is, as the customer asks: received, with whom, answered, resolved."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from tickets.models import Ticket


@dataclass(frozen=True)
class Step:
    name: str
    detail: str
    at: datetime | None
    is_done: bool
    is_current: bool = False


def steps(ticket: Ticket) -> list[Step]:
    """The four steps; the first that is not done is the current one."""
    done = not ticket.is_active
    answered_at = ticket.first_replied_at
    found = [
        Step(pgettext("step of a ticket", "Received"), "", ticket.created_at, is_done=True),
        Step(_holder(ticket), ticket.tier, None, is_done=bool(ticket.assignee_id or answered_at or done)),
        Step(
            pgettext("step of a ticket", "Answered"),
            "" if answered_at or done else _("no answer yet"),
            answered_at,
            is_done=bool(answered_at),
        ),
        Step(
            _ending(ticket),
            "" if done else _where(ticket),
            ticket.closed_at or ticket.resolved_at,
            is_done=done,
        ),
    ]
    current = next((index for index, step in enumerate(found) if not step.is_done and not done), None)
    return [
        Step(step.name, step.detail, step.at, step.is_done, is_current=index == current)
        for index, step in enumerate(found)
    ]


def _ending(ticket: Ticket) -> str:
    if ticket.merged_into_id:
        return pgettext("step of a ticket", "Merged")
    if ticket.status == Ticket.Status.CLOSED:
        return pgettext("step of a ticket", "Closed")
    return pgettext("step of a ticket", "Resolved")


def _holder(ticket: Ticket) -> str:
    if ticket.assignee:
        return _("With %(name)s") % {"name": ticket.assignee}
    return _("With our team") if ticket.first_replied_at or not ticket.is_active else _("Being assigned")


def _where(ticket: Ticket) -> str:
    """What an active ticket is waiting for, in a few words."""
    if ticket.status == Ticket.Status.PENDING:
        return _("waits for your answer")
    if ticket.status == Ticket.Status.ON_HOLD:
        return pgettext("step of a ticket", "on hold")
    return pgettext("step of a ticket", "in progress") if ticket.status == Ticket.Status.OPEN else ""
