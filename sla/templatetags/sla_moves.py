"""How a clock that went over to other terms is told: "first answer: due 12:00 → due 14:00"."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django import template
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext as _

from helpdesk.templatetags.look import duration
from sla.models import Clock

register = template.Library()


@register.filter
def told_move(clock: Mapping[str, Any]) -> str:
    """A clock of `sla.terms_changed`, in the language and zone now active."""
    return _("%(promise)s: %(before)s → %(after)s") % {
        "promise": promise_noun(clock["target"]),
        "before": stored_standing(clock["before"]),
        "after": stored_standing(clock["after"]),
    }


@register.filter
def promise_noun(target: str) -> str:
    return {
        "response": pgettext("promise", "first answer"),
        "next_response": pgettext("promise", "next answer"),
    }.get(target, pgettext("promise", "solution"))


@register.filter
def policy_named(data: Mapping[str, Any]) -> str:
    return _named(data, "policy")


@register.filter
def calendar_named(data: Mapping[str, Any]) -> str:
    return _named(data, "calendar")


def _named(data: Mapping[str, Any], what: str) -> str:
    chinese = (get_language() or "").startswith("zh")
    return str((chinese and data.get(f"{what}_zh")) or data[what])


@register.filter
def stored_standing(standing: Mapping[str, Any] | None) -> str:
    """Where a promise stood, from the form that events and previews store; None is no promise."""
    if standing is None:
        return _("no promise")
    left = standing["remaining_seconds"]
    agreed_at = parse_datetime(standing["agreed_at"]) if standing.get("agreed_at") else None
    if agreed_at and standing["state"] == Clock.State.PAUSED:
        return _("paused, agreed for %(moment)s") % {
            "moment": f"{timezone.localtime(agreed_at):%Y-%m-%d %H:%M}"
        }
    due_at = parse_datetime(standing["due_at"]) if standing["due_at"] else None
    return told_standing(standing["state"], due_at, timedelta(seconds=left) if left is not None else None)


def told_standing(state: str, due_at: datetime | None, remaining: timedelta | None) -> str:
    """Where a promise stands: its deadline, what is left in a pause, or the word for its state."""
    if due_at is not None:
        return _("due %(moment)s") % {"moment": f"{timezone.localtime(due_at):%Y-%m-%d %H:%M}"}
    if state == Clock.State.PAUSED and remaining is not None:
        if remaining < timedelta(0):
            return _("paused, %(time)s over") % {"time": duration(-remaining)}
        return _("paused, %(time)s left") % {"time": duration(remaining)}
    return str(Clock.State(state).label)
