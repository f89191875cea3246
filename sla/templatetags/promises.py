"""What the desk promises, for pages that greet people before they have a ticket."""

from django import template
from django.utils import timezone

from sla.models import Plan, PolicyRow
from sla.terms import terms_for

register = template.Library()


@register.simple_tag
def default_promises() -> list[PolicyRow]:
    """The promises to a customer without a contract, P1 first; empty before there is a default plan."""
    if not Plan.objects.filter(is_default=True).exists():
        return []
    return list(terms_for(None, timezone.now()).policy_version.rows.order_by("priority"))
