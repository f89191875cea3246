"""Promises in words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django import template
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from events.models import Event
from tickets import promises
from tickets.models import Ticket
from tickets.promises import next_clock

if TYPE_CHECKING:
    from sla.models import Clock

register = template.Library()


@register.simple_tag
def next_promise(ticket: Ticket) -> Clock | None:
    """`{% next_promise ticket as promise %}`: the one of its clocks that a list shows."""
    return next_clock(ticket.clocks.all())


@dataclass(frozen=True)
class SetAside:
    """When a promise was voided, and what the customer is told of it. The reason is the desk's own."""

    at: datetime
    told: str


@register.simple_tag
def set_aside(clock: Clock) -> SetAside | None:
    """`{% set_aside clock as note %}`: for a void clock, from the log (rule B12)."""
    voided = (
        Event.objects.filter(ticket=clock.ticket_id, kind="sla.voided", data__target=clock.target)
        .filter(data__cycle=clock.cycle)
        .order_by("sequence")
        .first()
    )
    return SetAside(voided.at, voided.data.get("told", "")) if voided else None


@register.simple_tag
def was_done(clock: Clock, ticket: Ticket) -> bool:
    """`{% was_done clock ticket as done %}`: stopped by an answer or a solution, not by closing."""
    return promises.was_done(clock, ticket)


@register.filter
def is_past(at: datetime) -> bool:
    return at < timezone.now()


@register.filter
def missed_at(clock: Clock) -> datetime | None:
    """The deadline that a late clock ran over, whether a scan has seen it or not (rule D7)."""
    return clock.breached_at or clock.due_at


@register.simple_tag
def next_update(ticket: Ticket) -> datetime | None:
    """By when the customer hears from us at the latest: the deadline that comes first."""
    return ticket.next_due_at if ticket.is_active else None


@register.filter
def target_in_words(clock: Clock) -> str:
    """What is promised, in the customer's words rather than the desk's."""
    return {"response": _("First answer"), "next_response": _("Next answer")}.get(clock.target, _("Solution"))


@register.filter
def in_words(value: timedelta | None) -> str:
    """Hours and minutes: "30 minutes", "8 hours", "24 hours"; empty for None.

    Never days: on a business calendar 24 hours are not one day, and the words must be right for both.
    """
    if value is None:
        return ""
    hours, minutes = divmod(round(value.total_seconds() / 60), 60)
    shown = []
    if hours:
        shown.append(ngettext("%(count)d hour", "%(count)d hours", hours) % {"count": hours})
    if minutes or not hours:
        shown.append(ngettext("%(count)d minute", "%(count)d minutes", minutes) % {"count": minutes})
    return " ".join(shown)
