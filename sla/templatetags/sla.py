"""Promises on pages of other apps, which do not import this one."""

from django import template
from django.utils import timezone

from accounts.models import Organization
from sla import promises

register = template.Library()


@register.simple_tag(name="promises")
def promises_of(organization: Organization | None) -> dict[str, promises.Promise]:
    """`{% promises organization as promised %}`: what is promised now, by priority."""
    return promises.promises_for(organization, timezone.now())


@register.simple_tag
def plan_name(organization: Organization | None) -> str:
    """`{% plan_name organization %}`: the plan in force now, in the reader's language."""
    return promises.plan_name(organization, timezone.now())
