"""How far a checklist is."""

from __future__ import annotations

from collections.abc import Iterable

from django import template

from followups.models import ChecklistItem

register = template.Library()


@register.simple_tag
def done_of(items: Iterable[ChecklistItem]) -> int:
    """How many of the items that were read already are ticked."""
    return sum(item.done_at is not None for item in items)
