"""Promises in words."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django import template
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tickets.models import Ticket
from tickets.promises import next_clock

if TYPE_CHECKING:
    from sla.models import Clock

register = template.Library()


@register.simple_tag
def next_promise(ticket: Ticket) -> Clock | None:
    """`{% next_promise ticket as promise %}`: the one of its clocks that a list shows."""
    return next_clock(ticket)


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
