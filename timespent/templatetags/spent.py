"""Time spent, exactly: "1 h 15 min"."""

from __future__ import annotations

from datetime import datetime, timedelta

from django import template
from django.utils import timezone

from sla import durations

register = template.Library()


@register.filter
def hours_and_minutes(value: timedelta) -> str:
    return durations.tell(value)


@register.simple_tag
def running_since(started_at: datetime) -> str:
    """What a stopwatch shows before its script goes on: 00:12:05."""
    seconds = max(0, int((timezone.now() - started_at).total_seconds()))
    return f"{seconds // 3600:02}:{seconds % 3600 // 60:02}:{seconds % 60:02}"


@register.simple_tag
def minutes_in_words(minutes: int | None) -> str:
    """For the sentences of events, which keep minutes as a number."""
    return durations.tell(timedelta(minutes=minutes or 0))
