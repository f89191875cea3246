"""What the desk promises, for pages that greet people before they have a ticket."""

from django import template
from django.utils import timezone

from sla.models import Plan, PolicyRow

register = template.Library()


@register.simple_tag
def default_promises() -> list[PolicyRow]:
    """The promises to a customer without a contract, P1 first; empty before there is a default plan."""
    plan = Plan.objects.select_related("policy").filter(is_default=True).first()
    return list(plan.policy.version_at(timezone.now()).rows.order_by("priority")) if plan else []
