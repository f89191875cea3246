"""What the desk promises, for pages that greet people before they have a ticket."""

from django import template
from django.utils import timezone

from sla.models import Plan
from sla.promises import Promise, promises_for

register = template.Library()


@register.simple_tag
def default_promises() -> dict[str, Promise]:
    """The promises to a customer without a contract by priority; empty on a desk without a default plan."""
    try:
        return promises_for(None, timezone.now())
    except Plan.DoesNotExist:
        return {}
