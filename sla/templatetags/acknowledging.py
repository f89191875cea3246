"""Who has a promise that is at risk or missed, on pages of apps that do not import this one."""

from collections.abc import Iterable

from django import template

from sla.models import Clock

register = template.Library()


@register.filter
def any_awaiting(clocks: Iterable[Clock]) -> bool:
    """Whether one of these clocks waits for somebody to say that they have it."""
    return any(clock.awaits_acknowledgement for clock in clocks)


@register.filter
def taken(clocks: Iterable[Clock]) -> list[Clock]:
    """The live clocks that somebody said they have."""
    return [clock for clock in clocks if clock.is_live and clock.acknowledged]
