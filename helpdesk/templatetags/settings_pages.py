"""The list of settings at the side of each of its pages."""

from __future__ import annotations

from typing import Any

from django import template

from helpdesk import settings_pages

register = template.Library()


@register.simple_tag(takes_context=True)
def settings_groups(context: template.Context) -> list[Any]:
    """The pages this person may see, as (title, sections) pairs."""
    return list(settings_pages.groups_for(context["user"]))
