"""Decisions of the rules, as sentences."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django import template
from django.utils import timezone

from helpdesk.lists import listed
from routing import wording
from routing.models import Absence, Change
from routing.overview import Line
from tickets.models import Ticket

register = template.Library()


@register.filter
def routing_reasons(told: Mapping[str, Any]) -> str:
    """The reasons in an event's `routing`: "speaks Chinese, knows Live SDK, 3 of 10 open, next in turn"."""
    return wording.reasons_in_words(told.get("why", []))


@register.filter
def hindrance(code: str) -> str:
    return wording.against(code)


@register.simple_tag
def had(held: int, weight: int, capacity: int | None) -> str:
    """How much somebody has: "3 of 10 open"."""
    return wording.load_in_words(held, weight, capacity)


@register.simple_tag
def load_of(line: Line) -> str:
    return wording.load_in_words(line.held, line.load, line.facts.capacity)


@register.filter
def spoken(languages: Iterable[str]) -> str:
    """ "English, Chinese" """
    return listed(sorted(wording.language_name(code) for code in languages))


@register.filter
def changed_facts(change: Change) -> list[tuple[str, str, str]]:
    """What changed, and how it was and is, in words."""
    return [
        (wording.fact_name(name), wording.fact_in_words(name, before), wording.fact_in_words(name, after))
        for name, (before, after) in change.changes.items()
    ]


@register.filter
def trigger_in_words(trigger: str) -> str:
    return wording.trigger_in_words(trigger)


@register.filter
def asked_in_words(tried: Mapping[str, Any]) -> str:
    """Who was asked, how one was chosen: of what `routing.telling.kept` keeps of a rule."""
    return wording.asked_in_words(tried["ask"], tried["turn"])


@register.filter
def verdict_in_words(person: Mapping[str, Any], tried: Mapping[str, Any]) -> str:
    """Why somebody was or was not chosen."""
    return wording.verdict_in_words(person, tried)


@register.simple_tag
def waited(start: datetime, end: datetime) -> str:
    """ "after 2 h 5 min" """
    return wording.waited(end - start)


@register.simple_tag
def name_of(names: Mapping[int, str], person: int | None) -> str:
    return names.get(person or 0) or wording.nobody()


@register.inclusion_tag("routing/_holder.html")
def holder_away(ticket: Ticket) -> dict[str, Any]:
    """Says that who has the ticket is away now, and who stands in; nothing where they are there."""
    absence = None
    if ticket.assignee_id and ticket.is_active:
        current = Absence.objects.current(timezone.now()).filter(user=ticket.assignee_id)
        absence = current.select_related("user", "substitute").first()
    if absence is None:
        return {}
    named = {"person": absence.user, "substitute": absence.substitute}
    return {"data": named, "until": absence.ends_at}
